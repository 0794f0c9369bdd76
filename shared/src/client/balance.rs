//! Calls over all addresses of a host, each to the one that is expected to answer first. Fails fast where none takes calls.
//!
//! tower's balancer chooses by load, too, but tonic's channels show it none, and it leaves nobody out.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures::future::select_all;
use http::{HeaderMap, Request, Response};
use tokio::time::{Instant, timeout, timeout_at};
use tonic::{Status, body::Body, metadata::MetadataValue};
use tonic_types::{ErrorDetails, StatusExt};
use tower::Service;

use super::{
    Repeats,
    address::{Address, Others},
    answer::{Answer, too_late},
    retry::PUSHBACK,
};
use crate::server::deadline;

const LOOK_UP_EVERY: Duration = Duration::from_secs(5);
/// How long a call waits, while no address takes any, for one that is being asked how it is.
const FAST: Duration = Duration::from_millis(40);

/// A channel over every address of a host.
#[derive(Clone, Debug)]
pub struct Balanced {
    shared: Arc<Shared>,
    repeats: Repeats,
}

#[derive(Debug)]
struct Shared {
    authority: String,
    turn: AtomicUsize,
    state: Mutex<State>,
    looking_up: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct State {
    looked_up: Option<Instant>,
    addresses: Vec<Arc<Address>>,
}

impl Balanced {
    pub(super) fn new(authority: String) -> Self {
        let shared =
            Shared { authority, turn: AtomicUsize::new(0), state: Mutex::default(), looking_up: Arc::default() };
        Self { shared: Arc::new(shared), repeats: Repeats::No }
    }

    /// The same for calls that may be repeated: they are given up where nothing is answered any more.
    pub(super) fn repeating(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), repeats: Repeats::Allowed }
    }

    /// The look-up that is due hangs as long as what is answered is kept.
    #[cfg(test)]
    pub(super) async fn hang(&self) -> tokio::sync::OwnedMutexGuard<()> {
        self.shared.state.lock().unwrap().looked_up = None;
        Arc::clone(&self.shared.looking_up).lock_owned().await
    }

    /// Has found these addresses.
    #[cfg(test)]
    pub(super) fn found(&self, addresses: &[std::net::SocketAddr]) {
        let addresses = addresses.iter().filter_map(|address| Address::new(*address)).collect();
        *self.shared.state.lock().unwrap() = State { looked_up: Some(Instant::now()), addresses };
    }
}

impl Shared {
    fn known(&self) -> (bool, Vec<Arc<Address>>) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.looked_up.is_some_and(|at| at.elapsed() < LOOK_UP_EVERY), state.addresses.clone())
    }

    /// The host's addresses. They are looked up anew beside the calls: where some are known, none waits for a resolver.
    async fn addresses(self: &Arc<Self>) -> Vec<Arc<Address>> {
        let (fresh, known) = self.known();
        if fresh {
            return known;
        }
        if known.is_empty() {
            let _one_at_a_time = self.looking_up.lock().await;
            return match self.known() {
                (true, known) => known,
                (false, _) => self.look_up().await,
            };
        }
        if let Ok(one_at_a_time) = Arc::clone(&self.looking_up).try_lock_owned() {
            let shared = Arc::clone(self);
            tokio::spawn(async move {
                shared.look_up().await;
                drop(one_at_a_time);
            });
        }
        if !known.iter().any(|known| known.is_in()) {
            // They may have moved, all of them.
            let _ = timeout(FAST, self.looking_up.lock()).await;
        }
        self.known().1
    }

    /// Looks the host up; if that fails, those that are known stay.
    async fn look_up(&self) -> Vec<Arc<Address>> {
        let (_, known) = self.known();
        let found = match tokio::net::lookup_host(&self.authority).await {
            Ok(found) => found.collect(),
            Err(error) => {
                tracing::warn!(%error, authority = self.authority, "cannot look up the other service");
                known.iter().map(|known| known.address).collect::<Vec<_>>()
            }
        };
        let addresses: Vec<Arc<Address>> = found
            .into_iter()
            .filter_map(|address| {
                known.iter().find(|k| k.address == address).cloned().or_else(|| Address::new(address))
            })
            .collect();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.looked_up = (!addresses.is_empty()).then(Instant::now);
        state.addresses.clone_from(&addresses);
        addresses
    }

    /// The cheapest of those that take calls; of equals each in turn.
    fn cheapest(&self, addresses: &[Arc<Address>]) -> Option<Arc<Address>> {
        let now = Instant::now();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let in_turn = (0..addresses.len()).map(|at| &addresses[turn.wrapping_add(at) % addresses.len()]);
        let costs = in_turn.filter(|address| address.is_in()).map(|address| (address.cost(now), address));
        costs.min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, address)| Arc::clone(address))
    }

    async fn call(self: &Arc<Self>, request: Request<Body>, repeats: Repeats) -> Result<Response<Body>, Status> {
        let addresses = self.addresses().await;
        for address in &addresses {
            address.ask_in_time(others(&addresses, address));
        }
        let address = match self.cheapest(&addresses) {
            Some(address) => address,
            None => self.who_comes_back(&addresses).await.ok_or_else(|| nobody(&addresses))?,
        };
        address.call(request, repeats, || others(&addresses, &address)).await
    }

    async fn who_comes_back(&self, addresses: &[Arc<Address>]) -> Option<Arc<Address>> {
        let asked: Vec<_> = addresses.iter().filter(|address| address.is_being_asked()).collect();
        if !asked.is_empty() {
            // Whoever is in is chosen, whether or not the time is over.
            let _ = timeout(FAST, select_all(asked.into_iter().map(|address| Box::pin(address.comes_in())))).await;
        }
        self.cheapest(addresses)
    }
}

/// Whether any address but one takes calls.
fn others(addresses: &[Arc<Address>], one: &Arc<Address>) -> Others {
    match addresses.iter().any(|address| !Arc::ptr_eq(address, one) && address.is_in()) {
        true => Others::In,
        false => Others::Out,
    }
}

/// No address takes calls: to try again at once is of no use, and the caller is told when it may be.
fn nobody(addresses: &[Arc<Address>]) -> Status {
    let now = Instant::now();
    let asked_in = addresses.iter().filter_map(|address| address.asked_in(now, Others::Out)).min();
    let details = ErrorDetails::with_retry_info(Some(asked_in.unwrap_or(LOOK_UP_EVERY).max(FAST)));
    let mut status =
        Status::with_error_details(tonic::Code::Unavailable, "the other service cannot be reached", details);
    status.metadata_mut().insert(PUSHBACK, MetadataValue::from_static("-1"));
    status
}

/// When the caller stops waiting, as its request says.
fn deadline(headers: &HeaderMap) -> Option<Instant> {
    let left = headers.get(deadline::FIELD)?.to_str().ok().and_then(deadline::parse)?;
    Instant::now().checked_add(left)
}

impl Service<Request<Body>> for Balanced {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (shared, repeats) = (Arc::clone(&self.shared), self.repeats);
        Box::pin(async move {
            let deadline = deadline(request.headers());
            let answered = match deadline {
                Some(deadline) if deadline <= Instant::now() => Err(too_late()),
                Some(deadline) => {
                    timeout_at(deadline, shared.call(request, repeats)).await.unwrap_or_else(|_| Err(too_late()))
                }
                None => shared.call(request, repeats).await,
            };
            Ok(match answered {
                Ok(answer) => answer.map(|body| Body::new(Answer::new(body, deadline))),
                Err(status) => status.into_http(),
            })
        })
    }
}
