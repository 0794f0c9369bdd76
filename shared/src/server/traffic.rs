//! What goes on in one connection: its calls, from the request to the last of the answer, and when something moved.

use std::{
    mem,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use http::Request;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::{Status, body::Body, codegen::Bytes};

use super::{
    patience::{Leaving, Seen},
    tasks::Tasks,
};

/// How much of an answer is handed to the transport at once: what it has is not the answer's any more, whether or not the client takes it.
const PIECE_BYTES: usize = 16 << 10;

/// One connection's calls; an extension of each of its requests.
#[derive(Clone, Debug)]
pub(super) struct Traffic(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    opened: Instant,
    network: IpAddr,
    leaving: CancellationToken,
    has_called: AtomicBool,
    working: AtomicUsize,
    open: AtomicUsize,
    offered: AtomicUsize,
    unnamed: Arc<AtomicUsize>,
    drained: Arc<AtomicUsize>,
    called_ms: AtomicU64,
    moved_ms: AtomicU64,
    taken_ms: AtomicU64,
}

impl Traffic {
    /// `leaving` is cancelled when what lasts has to end.
    pub(super) fn new(network: IpAddr, leaving: CancellationToken) -> Self {
        Self(Arc::new(Counts {
            opened: Instant::now(),
            network,
            leaving,
            has_called: AtomicBool::default(),
            working: AtomicUsize::default(),
            open: AtomicUsize::default(),
            offered: AtomicUsize::default(),
            unnamed: Arc::default(),
            drained: Arc::default(),
            called_ms: AtomicU64::default(),
            moved_ms: AtomicU64::default(),
            taken_ms: AtomicU64::default(),
        }))
    }

    /// Tells the connection from all others that are open.
    pub(super) fn number(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Where it comes from.
    pub(super) fn network(&self) -> IpAddr {
        self.0.network
    }

    /// Cancelled when what lasts has to end.
    pub(super) fn leaving(&self) -> &CancellationToken {
        &self.0.leaving
    }

    /// Calls of this connection that nobody has to show a credential for.
    pub(super) fn unnamed(&self) -> &Arc<AtomicUsize> {
        &self.0.unnamed
    }

    /// Requests of this connection that nobody wants and that are read to their end.
    pub(super) fn drained(&self) -> &Arc<AtomicUsize> {
        &self.0.drained
    }

    /// A call begins.
    pub(super) fn begin(&self) -> Call {
        self.0.has_called.store(true, Relaxed);
        self.0.working.fetch_add(1, Relaxed);
        self.0.open.fetch_add(1, Relaxed);
        self.called();
        Call { traffic: self.clone(), is_working: true, is_offered: false }
    }

    /// What is seen of the connection now.
    pub(super) fn seen(&self, old: Instant, leave: Leaving) -> Seen {
        let counts = &*self.0;
        let at = |ms: &AtomicU64| counts.opened + Duration::from_millis(ms.load(Relaxed));
        Seen {
            opened: counts.opened,
            old,
            has_called: counts.has_called.load(Relaxed),
            working: counts.working.load(Relaxed),
            open: counts.open.load(Relaxed),
            offered: counts.offered.load(Relaxed),
            called: at(&counts.called_ms),
            moved: at(&counts.moved_ms),
            taken: at(&counts.taken_ms),
            leave,
        }
    }

    fn called(&self) {
        self.0.called_ms.store(self.now_ms(), Relaxed);
    }

    /// Something was written.
    pub(super) fn moved(&self) {
        self.0.moved_ms.store(self.now_ms(), Relaxed);
    }

    /// The client took a part of an answer, or has one to take.
    fn taken(&self) {
        self.0.taken_ms.store(self.now_ms(), Relaxed);
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// A call, until its answer is taken or nobody wants it any more.
#[derive(Debug)]
pub(super) struct Call {
    traffic: Traffic,
    is_working: bool,
    is_offered: bool,
}

impl Call {
    /// Its answer begins.
    pub(super) fn answered(mut self, body: Body) -> Body {
        self.is_working = false;
        self.traffic.0.working.fetch_sub(1, Relaxed);
        self.offer();
        Body::new(Answer { body, rest: Bytes::new(), call: self })
    }

    /// A part of the answer is ready.
    fn offer(&mut self) {
        self.is_offered = true;
        if self.traffic.0.offered.fetch_add(1, Relaxed) == 0 {
            self.traffic.taken();
        }
    }

    /// The part has been taken.
    fn taken(&mut self) {
        if mem::take(&mut self.is_offered) {
            self.traffic.0.offered.fetch_sub(1, Relaxed);
            self.traffic.moved();
            self.traffic.taken();
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.taken();
        if self.is_working {
            self.traffic.0.working.fetch_sub(1, Relaxed);
        }
        self.traffic.0.open.fetch_sub(1, Relaxed);
        self.traffic.called();
    }
}

/// One more of what is counted, until it is dropped.
#[derive(Debug)]
pub(super) struct OneMore(Arc<AtomicUsize>);

impl OneMore {
    /// Unless there are so many already.
    pub(super) fn of(count: &Arc<AtomicUsize>, max: usize) -> Option<Self> {
        let one = Self(Arc::clone(count));
        (count.fetch_add(1, Relaxed) < max).then_some(one)
    }
}

impl Drop for OneMore {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// An answer that tells whether it is taken, piece by piece.
struct Answer {
    body: Body,
    /// What the transport has not asked for yet.
    rest: Bytes,
    call: Call,
}

impl Answer {
    /// As much of the data as is handed on at once.
    fn piece(&mut self, mut data: Bytes) -> Frame<Bytes> {
        self.rest = data.split_off(data.len().min(PIECE_BYTES));
        Frame::data(data)
    }
}

impl http_body::Body for Answer {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        // Whoever asks for more has room for it.
        self.call.taken();
        let rest = mem::take(&mut self.rest);
        if !rest.is_empty() {
            self.call.offer();
            return Poll::Ready(Some(Ok(self.piece(rest))));
        }
        let frame = Pin::new(&mut self.body).poll_frame(context);
        let Poll::Ready(Some(Ok(frame))) = frame else { return frame };
        self.call.offer();
        let frame = frame.into_data().map_or_else(|trailers| trailers, |data| self.piece(data));
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.rest.is_empty() { self.body.size_hint() } else { SizeHint::default() }
    }
}

/// Lets what goes on after the call end with its connection, not only with the server.
pub(super) fn end_with_connection(mut request: Request<Body>) -> Request<Body> {
    let leaving = request.extensions().get::<Traffic>().map(|traffic| traffic.leaving().clone());
    if let (Some(leaving), Some(tasks)) = (leaving, request.extensions_mut().get_mut::<Tasks>()) {
        tasks.draining = leaving;
    }
    request
}
