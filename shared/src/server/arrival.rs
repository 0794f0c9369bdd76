//! Requests whose message is not there yet. They hold no permit, and are bounded in number and in bytes, by merchant.

mod crowd;

use std::{
    collections::VecDeque,
    future::poll_fn,
    mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use http::Request;
use http_body::{Body as _, Frame, SizeHint};
use tonic::{Code, Status, codegen::Bytes};

use self::crowd::{Crowd, Member, Signal};
use super::{drained::Drained, message::several, refused::Why, timely::Timely, traffic::Traffic};
use crate::identity::Merchant;

/// Unfinished requests for each permit.
const CALLS_PER_PERMIT: usize = 2;
/// Bytes of all unfinished messages: four of the longest that an rpc takes.
const BYTES_MAX: usize = 32 << 20;

/// What all requests share whose message is not there yet.
#[derive(Debug)]
pub(super) struct Unfinished {
    crowd: Arc<Crowd<Merchant>>,
}

/// One request from its headers on.
#[derive(Debug)]
pub(super) struct Arrival {
    unfinished: Arc<Unfinished>,
    merchant: Merchant,
    connection: usize,
    signal: Arc<Signal>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes since the last whole message.
    seen: usize,
    /// While it is counted.
    among: Option<Member<Merchant>>,
}

impl Unfinished {
    pub(super) fn new(permits: usize) -> Arc<Self> {
        let calls = permits.saturating_mul(CALLS_PER_PERMIT);
        Arc::new(Self { crowd: Crowd::new(calls, BYTES_MAX) })
    }

    pub(super) fn begin(self: &Arc<Self>, request: &Request<()>, merchant: &Merchant) -> Arc<Arrival> {
        Arc::new(Arrival {
            unfinished: Arc::clone(self),
            merchant: merchant.clone(),
            connection: request.extensions().get::<Traffic>().map_or(0, Traffic::number),
            signal: Arc::default(),
            state: Mutex::default(),
        })
    }
}

impl Arrival {
    /// Counts the request among the unfinished ones.
    fn enter(&self) {
        let mut state = self.state();
        state.among = Some(self.unfinished.crowd.enter(&self.merchant, self.connection, state.seen, &self.signal));
    }

    /// Counts bytes of a message that is not whole.
    fn grow(&self, bytes: usize) {
        let mut state = self.state();
        state.seen = state.seen.saturating_add(bytes);
        state.among.iter().for_each(|own| own.grow(bytes));
    }

    /// A whole message was passed on, and is worked up.
    fn clear(&self) {
        let mut state = self.state();
        state.seen = 0;
        state.among.iter().for_each(Member::clear);
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

/// A body that is there to its end, unless it is a stream of messages.
pub(super) struct Arrived {
    /// What is there.
    whole: VecDeque<Frame<Bytes>>,
    /// What is still to come of a stream.
    rest: Option<Timely>,
    /// Whether a message was passed on whose bytes are still counted.
    is_worked_at: bool,
    arrival: Arc<Arrival>,
}

impl Arrived {
    /// Waits for the message and the end; until the deadline, or until it has to give way to others.
    ///
    /// A message alone is no call: whoever leaves its end open would hold a permit without being at work.
    pub(super) async fn wait(mut body: Timely, arrival: Arc<Arrival>) -> Result<Self, Status> {
        let mut is_counted = false;
        let mut whole = VecDeque::new();
        let end = poll_fn(|context| {
            loop {
                let frame = Pin::new(&mut body).poll_frame(context);
                if frame.is_pending() && !is_counted {
                    is_counted = true;
                    arrival.enter();
                }
                match ready!(arrival.or_gives_way(context, frame)).transpose()? {
                    Some(frame) if frame.is_data() && !whole.is_empty() => return Poll::Ready(Err(several().into())),
                    Some(frame) => whole.push_back(frame),
                    None => return Poll::Ready(Ok(())),
                }
            }
        });
        let end = end.await;
        arrival.leave();
        end.map(|()| Self { whole, rest: None, is_worked_at: false, arrival })
    }

    /// Waits for nothing: the messages of a stream come when they come, and it is unfinished while it is open.
    pub(super) fn stream(body: Timely, arrival: Arc<Arrival>) -> Self {
        arrival.enter();
        Self { whole: VecDeque::new(), rest: Some(body), is_worked_at: false, arrival }
    }

    /// The length of the message that is there.
    pub(super) fn bytes(&self) -> usize {
        self.whole.front().and_then(Frame::data_ref).map_or(0, Bytes::len)
    }
}

impl http_body::Body for Arrived {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Self { whole, rest, is_worked_at, arrival } = &mut *self;
        let Some(rest) = rest else { return Poll::Ready(whole.pop_front().map(Ok)) };
        // Who asks for the next one has no more use for the bytes of the last one.
        if mem::take(is_worked_at) {
            arrival.clear();
        }
        let frame = Pin::new(rest).poll_frame(context);
        let frame = ready!(arrival.or_gives_way(context, frame));
        *is_worked_at = true;
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.rest.as_ref().map_or(self.whole.is_empty(), http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.rest.as_ref().map_or_else(SizeHint::default, http_body::Body::size_hint)
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

#[cfg(test)]
mod tests;
