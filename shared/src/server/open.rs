//! What is answered without a credential, health and reflection, has limits of its own.

use std::{
    convert::Infallible,
    mem,
    net::{IpAddr, Ipv4Addr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures::future::BoxFuture;
use http::{HeaderMap, Request, Response};
use http_body::{Frame, SizeHint};
use proto::r#type::v1::ErrorReason;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::{Code, Status, body::Body, server::NamedService};
use tower::{Service, ServiceExt};

use super::{
    drained::Drained,
    tasks,
    traffic::{OneMore, Traffic},
};
use crate::{
    fair::{self, Fair},
    refusal::Refusal,
};

/// The largest message that health and reflection take.
pub(super) const MESSAGE_BYTES_MAX: usize = 4 << 10;

/// Whether a call needs no credential, and leaves no trace.
pub(super) fn is_open(path: &str) -> bool {
    is_health(path) || path.starts_with("/grpc.reflection.")
}

/// Whether a call asks for health.
pub(super) fn is_health(path: &str) -> bool {
    path.starts_with("/grpc.health.v1.")
}

/// Limits of calls that need no credential.
#[derive(Clone, Debug)]
pub(super) struct Modesty {
    /// Those of one connection at once; their number in all is bounded by that of the connections.
    pub(super) per_connection_max: usize,
    /// Watches of health, in all: addresses share them.
    pub(super) watches: Arc<Fair<IpAddr>>,
    /// Streams of reflection, in all: addresses share them.
    pub(super) reflections: Arc<Fair<IpAddr>>,
    /// How long a check may take to arrive.
    pub(super) check: Duration,
    /// How long a stream of reflection may last.
    pub(super) reflection: Duration,
}

impl Default for Modesty {
    fn default() -> Self {
        Self {
            per_connection_max: 16,
            watches: Fair::new(1_024),
            reflections: Fair::new(64),
            check: Duration::from_secs(5),
            reflection: Duration::from_secs(60),
        }
    }
}

impl Modesty {
    /// The places that a call needs one of, and how long it may last.
    fn of(&self, path: &str) -> (Option<&Arc<Fair<IpAddr>>>, Option<Duration>) {
        if path.ends_with("/Watch") {
            (Some(&self.watches), None)
        } else if is_health(path) {
            // Without places in all: whoever holds them would hide that the service is alive.
            (None, Some(self.check))
        } else {
            (Some(&self.reflections), Some(self.reflection))
        }
    }

    /// A place for a call, unless there is none.
    fn admit(&self, path: &str, traffic: &Traffic) -> Result<(Place, Option<Duration>), Refusal> {
        let (places, life) = self.of(path);
        let of_connection = OneMore::of(traffic.unnamed(), self.per_connection_max).ok_or_else(|| {
            Refusal::overloaded("more calls without a credential than one connection may make at once")
        })?;
        let permit = places.map(|places| places.take_now(&traffic.network(), 1)).transpose();
        let permit = permit.map_err(|_| Refusal::overloaded("more of these calls than the service takes at once"))?;
        Ok((Place { _of_connection: of_connection, _permit: permit }, life))
    }
}

/// A call's place, until it is over.
struct Place {
    _of_connection: OneMore,
    _permit: Option<fair::Place<IpAddr>>,
}

/// A service that needs no credential, within its limits.
#[derive(Clone)]
pub(super) struct Modest<S> {
    service: S,
    modesty: Modesty,
}

impl<S> Modest<S> {
    pub(super) fn new(service: S, modesty: &Modesty) -> Self {
        Self { service, modesty: modesty.clone() }
    }
}

impl<S: NamedService> NamedService for Modest<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<Request<Body>> for Modest<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let traffic = request.extensions().get::<Traffic>().cloned();
        let traffic = traffic.unwrap_or_else(|| Traffic::new(Ipv4Addr::UNSPECIFIED.into(), CancellationToken::new()));
        let admitted = self.modesty.admit(request.uri().path(), &traffic);
        let request = request.map(|body| Body::new(Drained::new(body, Some(traffic.clone()))));
        let service = self.service.clone();
        Box::pin(async move {
            let (place, life) = match admitted {
                Ok(admitted) => admitted,
                Err(refusal) => return Ok(Status::from(refusal).into_http()),
            };
            let end = life.map(|life| Instant::now() + life);
            let answer = async {
                match end {
                    Some(end) => timeout_at(end, service.oneshot(request)).await.ok(),
                    None => Some(service.oneshot(request).await),
                }
            };
            let leaving = traffic.leaving().clone();
            let answer = tokio::select! {
                answer = answer => answer.unwrap_or_else(|| Ok(Status::from(too_long()).into_http()))?,
                () = leaving.cancelled() => Status::from(tasks::draining()).into_http(),
            };
            Ok(answer.map(|body| Body::new(Ending::new(body, place, end, leaving))))
        })
    }
}

fn too_long() -> Refusal {
    let message = "a call without a credential may not last that long; ask again";
    Refusal::common(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded, message)
}

/// An answer that ends in time, and with its connection.
struct Ending {
    body: Body,
    place: Option<Place>,
    late: Option<Pin<Box<Sleep>>>,
    leaving: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Ending {
    fn new(body: Body, place: Place, end: Option<Instant>, leaving: CancellationToken) -> Self {
        let late = end.map(|end| Box::pin(sleep_until(end)));
        Self { body, place: Some(place), late, leaving: Box::pin(leaving.cancelled_owned()) }
    }

    /// Ends with a refusal: what stands behind the answer is let go.
    fn refuse(&mut self, refusal: Refusal) -> Frame<<Body as http_body::Body>::Data> {
        drop((mem::take(&mut self.body), self.place.take()));
        let mut trailers = HeaderMap::new();
        // Without it the client sees that there is no status.
        let _ = Status::from(refusal).add_header(&mut trailers);
        Frame::trailers(trailers)
    }
}

impl http_body::Body for Ending {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        if self.leaving.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Ok(self.refuse(tasks::draining()))));
        }
        if self.late.as_mut().is_some_and(|late| late.as_mut().poll(context).is_ready()) {
            return Poll::Ready(Some(Ok(self.refuse(too_long()))));
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
