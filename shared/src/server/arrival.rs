//! Requests whose message is not there yet. They hold no permit, and are bounded in number and in bytes, by merchant and by connection.

mod crowd;

use std::{
    collections::HashSet,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use http::Request;
use http_body::{Body as _, Frame, SizeHint};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::{Code, Status, codegen::Bytes};

use self::crowd::{Crowd, Member, Signal};
use super::{drained::Drained, refused::Why, timely::Timely, traffic::Traffic};
use crate::identity::Merchant;

/// Unfinished requests for each permit.
const CALLS_PER_PERMIT: usize = 2;
/// Bytes of all unfinished messages: four of the longest that an rpc takes.
const BYTES_MAX: usize = 32 << 20;

/// What all requests share whose message is not there yet.
#[derive(Debug)]
pub(super) struct Unfinished {
    merchants: Arc<Crowd<Merchant>>,
    connections: Arc<Crowd<usize>>,
    /// Paths of the calls that may be answered before their first message: they are unfinished as long as their stream is open.
    streams: HashSet<String>,
}

/// One request from its headers on.
#[derive(Debug)]
pub(super) struct Arrival {
    unfinished: Arc<Unfinished>,
    merchant: Merchant,
    connection: Option<usize>,
    signal: Arc<Signal>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes since the last whole message.
    seen: usize,
    /// While it is counted.
    among: Option<(Member<Merchant>, Option<Member<usize>>)>,
}

impl Unfinished {
    pub(super) fn new(permits: usize, descriptors: &[u8]) -> Result<Arc<Self>, prost::DecodeError> {
        let calls = permits.saturating_mul(CALLS_PER_PERMIT);
        let (merchants, connections) = (Crowd::new(calls, BYTES_MAX), Crowd::new(calls, BYTES_MAX));
        Ok(Arc::new(Self { merchants, connections, streams: streams(descriptors)? }))
    }

    pub(super) fn begin(self: &Arc<Self>, request: &Request<()>, merchant: &Merchant) -> Arc<Arrival> {
        Arc::new(Arrival {
            unfinished: Arc::clone(self),
            merchant: merchant.clone(),
            connection: request.extensions().get::<Traffic>().map(Traffic::number),
            signal: Arc::default(),
            state: Mutex::default(),
        })
    }

    /// Whether a call's messages come one after the other, while it is answered.
    pub(super) fn is_stream(&self, path: &str) -> bool {
        self.streams.contains(path)
    }
}

/// The paths of all calls that take a stream of messages.
fn streams(descriptors: &[u8]) -> Result<HashSet<String>, prost::DecodeError> {
    let set = FileDescriptorSet::decode(descriptors)?;
    let services = set.file.iter().flat_map(|file| file.service.iter().map(move |service| (file.package(), service)));
    let methods = services.flat_map(|(package, service)| service.method.iter().map(move |rpc| (package, service, rpc)));
    let streams = methods.filter(|(.., rpc)| rpc.client_streaming());
    Ok(streams.map(|(package, service, rpc)| format!("/{package}.{}/{}", service.name(), rpc.name())).collect())
}

impl Arrival {
    /// Counts the request among the unfinished ones.
    fn enter(&self) {
        let Unfinished { merchants, connections, .. } = &*self.unfinished;
        let mut state = self.state();
        let of_merchant = merchants.enter(&self.merchant, state.seen, &self.signal);
        let of_connection = self.connection.map(|own| connections.enter(&own, state.seen, &self.signal));
        state.among = Some((of_merchant, of_connection));
    }

    /// Counts bytes of a message that is not whole.
    fn grow(&self, bytes: usize) {
        let mut state = self.state();
        state.seen = state.seen.saturating_add(bytes);
        if let Some((of_merchant, of_connection)) = &state.among {
            of_merchant.grow(bytes);
            of_connection.iter().for_each(|own| own.grow(bytes));
        }
    }

    /// A whole message was passed on.
    fn clear(&self) {
        let mut state = self.state();
        state.seen = 0;
        if let Some((of_merchant, of_connection)) = &state.among {
            of_merchant.clear();
            of_connection.iter().for_each(Member::clear);
        }
    }

    /// The request is not unfinished any more.
    fn leave(&self) {
        *self.state() = State::default();
    }

    /// Passes on what has come unless the request has to give way.
    fn or_gives_way<T>(
        &self,
        context: &Context<'_>,
        frame: Poll<Option<Result<T, Status>>>,
    ) -> Poll<Option<Result<T, Status>>> {
        if frame.is_pending() {
            self.signal.register(context.waker());
        }
        if self.signal.is_given() { Poll::Ready(Some(Err(Why::Unfinished.refusal().into()))) } else { frame }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A body as it comes in, whose bytes are counted until they are a whole message.
pub(super) struct Counted {
    body: Drained,
    arrival: Arc<Arrival>,
}

impl Counted {
    pub(super) fn new(body: Drained, arrival: Arc<Arrival>) -> Self {
        Self { body, arrival }
    }
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.arrival.grow(data.len());
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body whose first message is there, unless it is a stream of them.
pub(super) struct Arrived {
    first: Option<Frame<Bytes>>,
    rest: Timely,
    arrival: Arc<Arrival>,
}

impl Arrived {
    /// Waits for the first message, or for the end; until the deadline, or until it has to give way to others.
    pub(super) async fn wait(mut body: Timely, arrival: Arc<Arrival>) -> Result<Self, Status> {
        let mut is_counted = false;
        let first = poll_fn(|context| {
            let frame = Pin::new(&mut body).poll_frame(context);
            if frame.is_pending() && !is_counted {
                is_counted = true;
                arrival.enter();
            }
            arrival.or_gives_way(context, frame)
        });
        let first = first.await.transpose()?;
        arrival.leave();
        Ok(Self { first, rest: body, arrival })
    }

    /// Waits for nothing: the messages of a stream come when they come, and it is unfinished while it is open.
    pub(super) fn stream(body: Timely, arrival: Arc<Arrival>) -> Self {
        arrival.enter();
        Self { first: None, rest: body, arrival }
    }
}

impl http_body::Body for Arrived {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        let frame = Pin::new(&mut self.rest).poll_frame(context);
        let frame = ready!(self.arrival.or_gives_way(context, frame));
        self.arrival.clear();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.first.is_some() { SizeHint::default() } else { self.rest.size_hint() }
    }
}

/// Why a request without a first message is refused, unless for what it says itself.
pub(super) fn why(status: &Status) -> Option<Why> {
    match status.code() {
        Code::DeadlineExceeded => Some(Why::Late),
        Code::ResourceExhausted => Some(Why::Unfinished),
        _ => None,
    }
}
