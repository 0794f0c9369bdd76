//! A request's body that is read to its end even if nobody wants it.
//!
//! Who is refused may still be sending. Frames that come for a body that was dropped are errors of the transport, and after some of them
//! (`http2_max_local_error_reset_streams`) it gives up the whole connection, with the calls of all others on it.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use http::Request;
use http_body::{Body as _, Frame, SizeHint};
use tokio::{runtime::Handle, time::timeout};
use tonic::{Status, body::Body};

use super::traffic::{OneMore, Traffic};

/// How long the rest of a body is waited for; whoever goes on sending for longer is cut off.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many such bodies of one connection are waited for; who is refused more often and goes on sending loses its connection.
const PER_CONNECTION_MAX: usize = 64;

/// Once dropped, what is still to come is read and thrown away.
pub(super) struct Drained {
    body: Body,
    has_ended: bool,
    traffic: Option<Traffic>,
}

impl Drained {
    pub(super) fn new(body: Body, traffic: Option<Traffic>) -> Self {
        Self { body, has_ended: false, traffic }
    }

    /// A request, and its body.
    pub(super) fn of(request: Request<Body>) -> (Request<()>, Self) {
        let (head, body) = request.into_parts();
        let traffic = head.extensions.get::<Traffic>().cloned();
        (Request::from_parts(head, ()), Self::new(body, traffic))
    }
}

impl http_body::Body for Drained {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        self.has_ended = !matches!(frame, Some(Ok(_)));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        if self.has_ended || self.body.is_end_stream() {
            return;
        }
        let mut rest = std::mem::take(&mut self.body);
        // Most of what is refused is there already.
        let mut nobody = Context::from_waker(Waker::noop());
        loop {
            match Pin::new(&mut rest).poll_frame(&mut nobody) {
                Poll::Ready(Some(Ok(_))) if rest.is_end_stream() => return,
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(None | Some(Err(_))) => return,
                Poll::Pending => break,
            }
        }
        let place = self.traffic.as_ref().map(|traffic| OneMore::of(traffic.drained(), PER_CONNECTION_MAX));
        if matches!(place, Some(None)) {
            return;
        }
        // Without a runtime the connection has ended, too.
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(timeout(PATIENCE, async move {
            let _place = place;
            while let Some(Ok(_)) = poll_fn(|context| Pin::new(&mut rest).poll_frame(context)).await {}
        }));
    }
}
