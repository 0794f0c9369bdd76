//! Round robin over all addresses of a host, leaving out for a while those that fail. Fails fast where none is left.

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response};
use tokio::time::Instant;
use tonic::{
    Status,
    body::Body,
    transport::{Channel, Endpoint},
};
use tower::Service;

const LOOK_UP_EVERY: Duration = Duration::from_secs(5);
const EJECT_FOR: Duration = Duration::from_secs(2);

/// A channel over every address of a host.
#[derive(Clone, Debug)]
pub struct Balanced(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    authority: String,
    turn: AtomicUsize,
    state: Mutex<State>,
    looking_up: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    looked_up: Option<Instant>,
    endpoints: Vec<Arc<Address>>,
}

#[derive(Debug)]
struct Address {
    address: SocketAddr,
    channel: Channel,
    ejected_until: Mutex<Option<Instant>>,
}

impl Balanced {
    pub(super) fn new(authority: String) -> Self {
        let shared = Shared {
            authority,
            turn: AtomicUsize::new(0),
            state: Mutex::default(),
            looking_up: tokio::sync::Mutex::default(),
        };
        Self(Arc::new(shared))
    }
}

impl Shared {
    fn known(&self) -> (bool, Vec<Arc<Address>>) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.looked_up.is_some_and(|at| at.elapsed() < LOOK_UP_EVERY), state.endpoints.clone())
    }

    /// The host's addresses; a look-up that fails leaves those that are known.
    async fn addresses(&self) -> Vec<Arc<Address>> {
        let (fresh, known) = self.known();
        if fresh {
            return known;
        }
        let _one_at_a_time = self.looking_up.lock().await;
        let (fresh, known) = self.known();
        if fresh {
            return known;
        }
        let found = match tokio::net::lookup_host(&self.authority).await {
            Ok(found) => found.collect(),
            Err(error) => {
                tracing::warn!(%error, authority = self.authority, "cannot look up the other service");
                known.iter().map(|endpoint| endpoint.address).collect::<Vec<_>>()
            }
        };
        let endpoints: Vec<Arc<Address>> = found
            .into_iter()
            .filter_map(|address| {
                known.iter().find(|k| k.address == address).cloned().or_else(|| Address::new(address))
            })
            .collect();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.looked_up = (!endpoints.is_empty()).then(Instant::now);
        state.endpoints.clone_from(&endpoints);
        endpoints
    }

    /// The next one in turn that did not fail just now; if all did, the next one.
    fn pick(&self, addresses: &[Arc<Address>]) -> Option<Arc<Address>> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let in_turn = (0..addresses.len()).map(|i| &addresses[(turn.wrapping_add(i)) % addresses.len()]);
        in_turn.clone().find(|address| address.is_in()).or_else(|| in_turn.clone().next()).cloned()
    }
}

impl Address {
    fn new(address: SocketAddr) -> Option<Arc<Self>> {
        let endpoint = Endpoint::from_shared(format!("http://{address}")).ok()?;
        let channel = endpoint
            .connect_timeout(Duration::from_secs(2))
            .tcp_nodelay(true)
            .http2_keep_alive_interval(Duration::from_secs(10))
            .keep_alive_timeout(Duration::from_secs(5))
            .keep_alive_while_idle(true)
            .connect_lazy();
        Some(Arc::new(Self { address, channel, ejected_until: Mutex::new(None) }))
    }

    fn is_in(&self) -> bool {
        let until = *self.ejected_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_none_or(|until| until <= Instant::now())
    }

    fn note(&self, worked: bool) {
        let until = (!worked).then(|| Instant::now() + EJECT_FOR);
        *self.ejected_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

impl Service<Request<Body>> for Balanced {
    type Response = Response<Body>;
    type Error = tonic::transport::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, tonic::transport::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let shared = Arc::clone(&self.0);
        Box::pin(async move {
            let addresses = shared.addresses().await;
            let Some(address) = shared.pick(&addresses) else {
                return Ok(Status::unavailable("the other service has no address").into_http());
            };
            let mut channel = address.channel.clone();
            let answer = match std::future::poll_fn(|context| channel.poll_ready(context)).await {
                Ok(()) => channel.call(request).await,
                Err(error) => Err(error),
            };
            address.note(answer.is_ok());
            answer
        })
    }
}
