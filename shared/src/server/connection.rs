//! One connection, from its first byte to its last: nobody holds it for ever, however silent, slow or busy.

use std::{convert::Infallible, pin::pin, sync::Arc};

use futures::future::BoxFuture;
use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tonic::{Status, body::Body};
use tower::{Service, ServiceExt};

use super::{
    limits::{Limits, about},
    open::is_health,
    patience::{Leaving, Patience, Verdict},
    seats::Seat,
    traffic::Traffic,
    wire::Wire,
};
use crate::refusal::Refusal;

/// What ends all connections of a server.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    /// Cancelled when the server drains.
    pub(super) draining: CancellationToken,
    /// Cancelled when the time for that is over.
    pub(super) closed: CancellationToken,
}

/// What the calls of a connection go to.
pub(super) trait Answering:
    Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<S> Answering for S where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// Serves a client until it leaves, or has to.
pub(super) async fn serve(
    io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    seat: Seat,
    limits: Arc<Limits>,
    ends: Ends,
    service: impl Answering,
) {
    let (given_up, lent) = (seat.given_up.clone(), seat.lent.clone());
    let serving = async {
        let traffic = Traffic::new(seat.network, ends.draining.child_token());
        let wire = tokio::select! {
            biased;
            // Nothing was begun.
            () = ends.draining.cancelled() => return,
            wire = timeout(limits.patience.opening, Wire::open(io, traffic.clone())) => wire,
        };
        let Ok(Ok(wire)) = wire else { return };
        let door = Door { service, traffic: traffic.clone(), seat: Arc::new(seat) };
        let connection = limits.http2().serve_connection(TokioIo::new(wire), door);
        attend(connection, &traffic, &limits.patience, &ends.draining, &lent).await;
    };
    tokio::select! {
        biased;
        () = ends.closed.cancelled() => {}
        () = given_up.cancelled() => {}
        () = serving => {}
    }
}

/// Serves, and looks after the connection from time to time.
async fn attend<IO: AsyncRead + AsyncWrite + Unpin, S: Answering>(
    connection: http2::Connection<TokioIo<IO>, Door<S>, TokioExecutor>,
    traffic: &Traffic,
    patience: &Patience,
    draining: &CancellationToken,
    lent: &CancellationToken,
) {
    let mut connection = pin!(connection);
    let mut old = Instant::now() + about(patience.age);
    let mut leave = Leaving::default();
    let mut look = pin!(sleep_until(Instant::now()));
    loop {
        tokio::select! {
            biased;
            () = draining.cancelled(), if !leave.is_draining => leave.is_draining = true,
            // How a connection ends is the client's business.
            _ = connection.as_mut() => return,
            () = lent.cancelled(), if leave.asked.is_none() && old > Instant::now() => old = Instant::now(),
            () = look.as_mut() => {}
        }
        let now = Instant::now();
        let verdict = match leave {
            Leaving { is_draining: true, told: None, .. } => Verdict::Tell,
            _ => patience.judge(now, &traffic.seen(old, leave)),
        };
        match verdict {
            Verdict::Close => return,
            Verdict::Wait(until) => look.as_mut().reset(until),
            Verdict::Leave | Verdict::Tell => {
                if leave.asked.is_none() {
                    connection.as_mut().graceful_shutdown();
                }
                leave.asked = leave.asked.or(Some(now));
                if verdict == Verdict::Tell {
                    leave.told = Some(now);
                    traffic.leaving().cancel();
                }
                look.as_mut().reset(now);
            }
        }
    }
}

/// Where the calls of one connection come in.
struct Door<S> {
    service: S,
    traffic: Traffic,
    seat: Arc<Seat>,
}

impl<S: Answering> hyper::service::Service<Request<Incoming>> for Door<S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let call = self.traffic.begin();
        let path = request.uri().path();
        let refusal = (self.seat.is_reserve && !is_health(path)).then(crowded);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(self.traffic.clone());
        request.extensions_mut().insert(Arc::clone(&self.seat));
        let service = self.service.clone();
        Box::pin(async move {
            let answer = match refusal {
                Some(refusal) => Status::from(refusal).into_http(),
                None => service.oneshot(request).await?,
            };
            Ok(answer.map(|body| call.answered(body)))
        })
    }
}

fn crowded() -> Refusal {
    Refusal::overloaded("more connections than the service takes; this one is for health only: connect again later")
}
