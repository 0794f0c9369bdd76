//! An answer that has to be there in time, to its last byte, and that breaks off with a status that says so.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Frame, SizeHint};
use proto::r#type::v1::ErrorReason;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::{Code, Status, body::Body};

use crate::refusal::Refusal;

/// The body of an answer.
pub(super) struct Answer {
    body: Body,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Answer {
    pub(super) fn new(body: Body, deadline: Option<Instant>) -> Self {
        Self { body, deadline: deadline.map(|deadline| Box::pin(sleep_until(deadline))) }
    }
}

/// tonic's client would say CANCELLED.
pub(super) fn too_late() -> Status {
    let message =
        "the other service did not answer in time; what the call began may be done: ask again with the same request id";
    Refusal::common(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded, message).into()
}

impl http_body::Body for Answer {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(Some(Err(broken))) => {
                let told = format!("the answer of the other service broke off: {}", broken.message());
                return Poll::Ready(Some(Err(Status::unavailable(told))));
            }
            Poll::Ready(frame) => return Poll::Ready(frame),
            Poll::Pending => {}
        }
        match self.deadline.as_mut().map(|deadline| deadline.as_mut().poll(context)) {
            Some(Poll::Ready(())) => Poll::Ready(Some(Err(too_late()))),
            Some(Poll::Pending) | None => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
