//! A request's body that has to arrive in time: until its call is answered, or its deadline passes.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::{Status, body::Body};

/// Fails where it is still awaited after the deadline; the rest of a stream that is answered has no deadline of ours.
pub(super) struct Timely {
    body: Body,
    deadline: Pin<Box<Sleep>>,
    answered: Arc<AtomicBool>,
}

/// Says that the call whose body it is has its answer.
#[derive(Debug)]
pub(super) struct Answered(Arc<AtomicBool>);

impl Timely {
    pub(super) fn new(body: Body, deadline: Instant) -> (Self, Answered) {
        let answered = Arc::new(AtomicBool::new(false));
        let timely = Self { body, deadline: Box::pin(sleep_until(deadline)), answered: Arc::clone(&answered) };
        (timely, Answered(answered))
    }
}

impl Answered {
    pub(super) fn say(&self) {
        self.0.store(true, Ordering::Release);
    }
}

impl http_body::Body for Timely {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        if self.answered.load(Ordering::Acquire) || self.deadline.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Status::deadline_exceeded("the request did not arrive before its deadline"))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
