//! The merchant that does nothing wrong: it calls all the time, in a thread of its own, and asks whether the service lives.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{runtime, sync::watch, time::timeout};
use tonic::Status;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::{
    Merchant,
    merchant::{Credential, channel},
};

/// A call that takes longer is a failure, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);
/// After so many calls one asks for health, on a new connection.
const PROBE_EVERY: usize = 20;

/// Whose calls are looked at.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) inventory: String,
    pub(super) catalogue: String,
    pub(super) credential: Credential,
    pub(super) is_catalogue: bool,
    /// Whether a call may be refused, because nothing can be stored.
    pub(super) is_disk_full: bool,
}

/// What it saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// How long each call took.
    pub(super) calls: Vec<Duration>,
    /// Answers about health.
    pub(super) probes: usize,
    /// Orders whose units it was promised.
    pub(super) orders: Vec<String>,
    /// Calls that were refused because nothing can be stored.
    pub(super) refused: usize,
    /// What failed.
    pub(super) failures: Vec<String>,
}

/// A merchant that calls until it is asked what it saw.
pub(super) struct Bystander {
    stop: Arc<AtomicBool>,
    made: watch::Receiver<usize>,
    thread: thread::JoinHandle<Seen>,
}

impl Bystander {
    pub(super) fn start(place: &Place) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (making, made) = watch::channel(0);
        let thread = thread::spawn({
            let (place, stop) = (place.clone(), Arc::clone(&stop));
            move || {
                let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(place.call_until(&stop, &making))
            }
        });
        Self { stop, made, thread }
    }

    /// Returns once it has made so many calls; each is answered, or fails in time.
    pub(super) async fn makes(&self, calls: usize) {
        let _ = self.made.clone().wait_for(|made| *made >= calls).await;
    }

    pub(super) fn finish(self) -> Seen {
        self.stop.store(true, Relaxed);
        self.thread.join().expect("the merchant calls to the end")
    }
}

impl Place {
    async fn call_until(&self, stop: &AtomicBool, made: &watch::Sender<usize>) -> Seen {
        let merchant = Merchant::at(&self.inventory, &self.catalogue, &self.credential);
        let mut seen = Seen::default();
        while !stop.load(Relaxed) {
            let number = *made.borrow();
            self.call(&merchant, &mut seen, number).await;
            made.send_replace(number + 1);
        }
        seen
    }

    /// So many calls more.
    pub(super) async fn go_on(&self, seen: &mut Seen, count: usize) {
        let merchant = Merchant::at(&self.inventory, &self.catalogue, &self.credential);
        for number in 0..count {
            self.call(&merchant, seen, number).await;
        }
    }

    /// The same where nothing can be stored for a while.
    pub(super) fn with_a_full_disk(self) -> Self {
        Self { is_disk_full: true, ..self }
    }

    async fn call(&self, merchant: &Merchant, seen: &mut Seen, number: usize) {
        if number.is_multiple_of(PROBE_EVERY) {
            seen.probes += 1;
            let _ = self.answer("health", self.probe(), seen).await;
        }
        let began = Instant::now();
        if self.read_or_write(merchant, seen, number).await.is_some() {
            seen.calls.push(began.elapsed());
        }
    }

    /// A read, and a write, in turn.
    async fn read_or_write(&self, merchant: &Merchant, seen: &mut Seen, number: usize) -> Option<()> {
        let shop = merchant.shop("shop", "seller@example.com");
        let is_read = number.is_multiple_of(2);
        let order = Uuid::now_v7().to_string();
        match (is_read, self.is_catalogue) {
            (true, true) => self.answer("GetListing", shop.listing(shop.csku("BEAN")), seen).await?,
            (true, false) => self.answer("GetIsku", merchant.find("BEAN"), seen).await?,
            (false, true) => self.answer("AllocateOrder", shop.sell(&order, &[("BEAN", 1)]), seen).await?,
            (false, false) => {
                self.answer("Reserve", merchant.reserve(&order, &[("BEAN", 1, &[("BEAN", 1)])]), seen).await?;
            }
        }
        if !is_read {
            seen.orders.push(order);
        }
        Some(())
    }

    async fn answer<T>(
        &self,
        what: &str,
        call: impl Future<Output = Result<T, Status>>,
        seen: &mut Seen,
    ) -> Option<()> {
        let failure = match timeout(PATIENCE, call).await {
            Ok(Ok(_)) => return Some(()),
            Ok(Err(status)) if self.is_disk_full && status.get_details_retry_info().is_some() => {
                seen.refused += 1;
                return None;
            }
            Ok(Err(status)) => format!("{what}: {:?} {}", status.code(), status.message()),
            Err(_) => format!("{what}: no answer in {PATIENCE:?}"),
        };
        seen.failures.push(failure);
        None
    }

    /// As a kubelet asks: on a connection of its own.
    async fn probe(&self) -> Result<(), Status> {
        let url = if self.is_catalogue { &self.catalogue } else { &self.inventory };
        let request = HealthCheckRequest { service: "liveness".to_owned() };
        HealthClient::new(channel(url)).check(request).await.map(|_| ())
    }
}

impl Seen {
    /// What somebody else has seen at the same time.
    pub(super) fn add(&mut self, other: Self) {
        self.calls.extend(other.calls);
        self.probes += other.probes;
        self.orders.extend(other.orders);
        self.refused += other.refused;
        self.failures.extend(other.failures);
    }

    /// The time that so many hundredths of the calls stay below.
    pub(super) fn percentile(&self, percent: usize) -> Duration {
        let mut calls = self.calls.clone();
        calls.sort_unstable();
        calls.get((calls.len() * percent / 100).min(calls.len().saturating_sub(1))).copied().unwrap_or_default()
    }

    /// How many hundredths of the calls took no longer.
    pub(super) fn within(&self, bound: Duration) -> usize {
        self.calls.iter().filter(|took| **took <= bound).count() * 100 / self.calls.len().max(1)
    }
}
