//! A request's body as whole messages that fit: what is too long, too many or no message at all is refused while its bytes arrive.
//!
//! The transport would take any number of elements before a service can count them, and tells of broken messages without a reason.

mod limits;
mod refused;
mod walk;

use std::{
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http_body::Frame;
use prost::bytes::{Bytes, BytesMut};
use tonic::{Status, body::Body};

pub use self::limits::LimitError;
pub(super) use self::{
    limits::{Limits, Method},
    refused::{compressed, several},
};
use crate::refusal::Refusal;

/// The compression flag and the length before each message.
const PREFIX: usize = 5;

/// Yields one whole message, with its prefix, in each frame of data. Of a method that is not known, frames as they come.
pub(super) struct Messages {
    body: Body,
    limits: Arc<Limits>,
    method: Option<Method>,
    /// What came last and is not looked at yet.
    arrived: Bytes,
    /// The beginning of a message whose rest is still to come.
    begun: BytesMut,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// No message yet.
    Empty,
    /// At least one.
    Told,
    /// Nothing more comes.
    Ended,
}

impl Messages {
    pub(super) fn new(body: Body, limits: &Arc<Limits>, path: &str) -> Self {
        let method = limits.method(path);
        let (arrived, begun) = (Bytes::new(), BytesMut::new());
        Self { body, limits: Arc::clone(limits), method, arrived, begun, state: State::Empty }
    }

    /// The next message, if all of it is there.
    fn next(&mut self, method: Method) -> Result<Option<Bytes>, Refusal> {
        if self.begun.is_empty() {
            if let Some(whole) = self.whole(&self.arrived, method)? {
                return Ok(Some(self.arrived.split_to(whole)));
            }
            self.begun.extend_from_slice(&mem::take(&mut self.arrived));
            return Ok(None);
        }
        while !self.arrived.is_empty() {
            let wanted = match self.begun.first_chunk::<PREFIX>() {
                Some(prefix) => PREFIX + method.length(*prefix)? - self.begun.len(),
                None => PREFIX - self.begun.len(),
            };
            let more = self.arrived.split_to(wanted.min(self.arrived.len()));
            self.begun.extend_from_slice(&more);
            if self.whole(&self.begun, method)?.is_some() {
                return Ok(Some(mem::take(&mut self.begun).freeze()));
            }
        }
        Ok(None)
    }

    /// How long the message is that the bytes begin with, if all of it is there.
    fn whole(&self, bytes: &[u8], method: Method) -> Result<Option<usize>, Refusal> {
        let Some(prefix) = bytes.first_chunk::<PREFIX>() else { return Ok(None) };
        let end = PREFIX + method.length(*prefix)?;
        let Some(message) = bytes.get(PREFIX..end) else { return Ok(None) };
        self.limits.judge(method, message)?;
        Ok(Some(end))
    }

    /// Whether a body may end here.
    fn end(&self, method: Method) -> Result<(), Refusal> {
        if !self.begun.is_empty() {
            return Err(refused::cut_off());
        }
        if self.state == State::Empty && !method.is_stream {
            return Err(refused::missing());
        }
        Ok(())
    }
}

impl http_body::Body for Messages {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        let Some(method) = self.method else {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
            if frame.is_none() {
                self.state = State::Ended;
            }
            return Poll::Ready(frame);
        };
        if self.state == State::Ended {
            return Poll::Ready(None);
        }
        let refuse = |this: &mut Self, refusal: Refusal| {
            this.state = State::Ended;
            this.begun = BytesMut::new();
            Poll::Ready(Some(Err(Status::from(refusal))))
        };
        loop {
            match self.next(method) {
                Ok(Some(message)) => {
                    self.state = State::Told;
                    return Poll::Ready(Some(Ok(Frame::data(message))));
                }
                Ok(None) => {}
                Err(refusal) => return refuse(&mut self, refusal),
            }
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.arrived = data,
                    Err(trailers) => {
                        return match self.end(method) {
                            Ok(()) => Poll::Ready(Some(Ok(trailers))),
                            Err(refusal) => refuse(&mut self, refusal),
                        };
                    }
                },
                Some(Err(status)) => {
                    self.state = State::Ended;
                    return Poll::Ready(Some(Err(status)));
                }
                None => {
                    let end = self.end(method);
                    self.state = State::Ended;
                    return match end {
                        Ok(()) => Poll::Ready(None),
                        Err(refusal) => refuse(&mut self, refusal),
                    };
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        // The end of a body without a message is one that is refused.
        let nothing_left = self.arrived.is_empty() && self.begun.is_empty() && self.body.is_end_stream();
        self.state == State::Ended || (nothing_left && (self.method.is_none() || self.state == State::Told))
    }
}

#[cfg(test)]
mod tests;
