//! An answer that holds its call's permit until it is taken: what nobody takes is bounded as what is worked at is.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use http_body::{Frame, SizeHint};
use tonic::{Status, body::Body};

use crate::{fair::Place, identity::Merchant};

/// The answer with the permit, which is free once the last of the answer is taken, or nobody wants it any more.
pub(super) fn until_taken(answer: Response<Body>, permit: Place<Merchant>) -> Response<Body> {
    answer.map(|body| match http_body::Body::is_end_stream(&body) {
        true => body,
        false => Body::new(Held { body, permit: Some(permit) }),
    })
}

struct Held {
    body: Body,
    permit: Option<Place<Merchant>>,
}

impl http_body::Body for Held {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        // The transport asks for more when it has room for it: what stands before the trailers is taken by then.
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if !matches!(&frame, Some(Ok(frame)) if frame.is_data()) {
            self.permit = None;
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
