//! Callers that never stop: each asks something new, and then the same again at another replica.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use proto::{
    catalogue::v1::{MapListingRequest, SellerAccount, UpdateSellerAccountRequest},
    inventory::v1::{ReceiveLine, ReceiveStockRequest, VerifyStockRequest},
};
use shared::client::never_left;
use tokio::{sync::Semaphore, task::JoinHandle};
use tonic::{Response, Status};

use crate::{
    Merchant, request_id,
    story::{Shop, components, names, reserve_request},
};

const CLIENTS: usize = 6;

/// Where calls go: one door for each replica.
#[derive(Clone, Debug, Default)]
pub(super) struct Doors {
    open: Arc<Mutex<Vec<Merchant>>>,
    next: Arc<AtomicUsize>,
}

impl Doors {
    pub(super) fn are(&self, doors: Vec<Merchant>) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = doors;
    }

    /// One after the other, so that who asks twice asks two.
    fn next(&self) -> Merchant {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open[self.next.fetch_add(1, Ordering::Relaxed) % open.len()].clone()
    }
}

/// What the callers saw.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Calls by what they asked for.
    pub calls: BTreeMap<&'static str, u64>,
    /// Calls that failed, or got another answer when they were asked again.
    pub failed: Vec<String>,
}

impl Report {
    fn note(&mut self, what: &'static str, failed: Option<String>) {
        *self.calls.entry(what).or_default() += 1;
        self.failed.extend(failed.map(|failed| format!("{what}: {failed}")));
    }
}

/// The callers at work.
pub(super) struct Load {
    doors: Doors,
    clients: Vec<JoinHandle<()>>,
    over: Arc<AtomicBool>,
    answered: Arc<Semaphore>,
    report: Arc<Mutex<Report>>,
}

/// One caller.
#[derive(Clone)]
struct Client {
    number: usize,
    doors: Doors,
    shop: Shop,
    answered: Arc<Semaphore>,
    report: Arc<Mutex<Report>>,
}

impl Load {
    /// Makes goods and listings, and has everybody begin.
    pub(super) async fn start(doors: &Doors, merchant: Merchant) -> Self {
        merchant.isku("A").on_hand(1_000_000).await;
        let shop = merchant.connect("shopify", "shop").await;
        // All of its listings sell the same.
        shop.warn_of_duplicates().await;
        let (over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(Semaphore::new(0)));
        let report = Arc::new(Mutex::new(Report::default()));
        let client = |number| {
            let client = Client {
                number,
                doors: doors.clone(),
                shop: shop.clone(),
                answered: Arc::clone(&answered),
                report: Arc::clone(&report),
            };
            let over = Arc::clone(&over);
            tokio::spawn(async move {
                for round in 0.. {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    client.ask(round).await;
                }
            })
        };
        let clients = (0..CLIENTS).map(client).collect();
        Self { doors: doors.clone(), clients, over, answered, report }
    }

    /// Waits until so many more rounds are answered.
    pub(super) async fn answered(&self, rounds: u32) {
        self.answered.acquire_many(rounds).await.expect("callers go on").forget();
    }

    /// Has everybody end, and proves the ledger.
    pub(super) async fn end(self) -> Report {
        self.over.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await.expect("a caller");
        }
        let proof = self.doors.next().stock.clone().verify_stock(VerifyStockRequest {}).await;
        let proof = proof.expect("a proof").into_inner();
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner).clone();
        report.note("verify", (!proof.proven).then(|| format!("{:?}", proof.faults)));
        report
    }
}

impl Client {
    async fn ask(&self, round: i64) {
        let id = request_id();
        match round % 4 {
            0 => self.reserve(&id, round).await,
            1 => self.receive(&id).await,
            2 => self.sell(&id, round).await,
            _ => self.update(&id, round).await,
        }
        self.answered.add_permits(1);
    }

    async fn reserve(&self, id: &str, round: i64) {
        let order = format!("{}-{round}", self.number);
        let request = reserve_request(&order, &[("TEE", 1, &[("A", 1)])]);
        let request = proto::inventory::v1::ReserveRequest { request_id: id.to_owned(), ..request };
        let ask = |mut door: Merchant| {
            let request = request.clone();
            async move { door.reservations.reserve(request).await }
        };
        self.twice("reserve", ask, |answer| (answer.reservation.clone(), answer.replayed)).await;
    }

    async fn receive(&self, id: &str) {
        let line = ReceiveLine { isku_code: "A".to_owned(), location: String::new(), quantity: 1 };
        let request = ReceiveStockRequest { request_id: id.to_owned(), lines: vec![line], ..Default::default() };
        let ask = |mut door: Merchant| {
            let request = request.clone();
            async move { door.stock.receive_stock(request).await }
        };
        self.twice("receive", ask, |answer| (answer.movements.clone(), answer.replayed)).await;
    }

    /// A listing of its own, mapped, and an order for it.
    async fn sell(&self, id: &str, round: i64) {
        let csku = format!("L-{}-{round}", self.number);
        let shop = Shop { merchant: self.doors.next(), ..self.shop.clone() };
        let listed = shop.single(&csku, None).await;
        self.note("create", listed.err().map(|status| status.to_string()));
        let request = MapListingRequest {
            request_id: id.to_owned(),
            key: Some(shop.csku(&csku)),
            components: components(&[("A", 1)]),
            ..Default::default()
        };
        let ask = |mut door: Merchant| {
            let request = request.clone();
            async move { door.mappings.map_listing(request).await }
        };
        self.twice("map", ask, |answer| (answer.listing.clone(), answer.replayed)).await;
        let order = format!("C-{}-{round}", self.number);
        let sold = Shop { merchant: self.doors.next(), ..self.shop.clone() }.sell(&order, &[(&csku, 1)]).await;
        self.note("allocate", sold.err().map(|status| status.to_string()));
    }

    async fn update(&self, id: &str, round: i64) {
        let account = SellerAccount { key: Some(self.shop.key.clone()), buffer: round, ..Default::default() };
        let request = UpdateSellerAccountRequest {
            request_id: id.to_owned(),
            account: Some(account),
            update_mask: Some(prost_types::FieldMask { paths: names(&["buffer"]) }),
        };
        let ask = |mut door: Merchant| {
            let request = request.clone();
            async move { door.channels.update_seller_account(request).await }
        };
        self.twice("update", ask, |answer| (answer.account.clone(), answer.replayed)).await;
    }

    /// Asks one replica, and another one the same.
    async fn twice<A, T, F>(&self, what: &'static str, ask: impl Fn(Merchant) -> F, told: fn(&A) -> (T, bool))
    where
        T: PartialEq + Debug,
        F: Future<Output = Result<Response<A>, Status>>,
    {
        let first = self.sent(&ask).await.map(|answer| told(answer.get_ref()));
        let again = self.sent(&ask).await.map(|answer| told(answer.get_ref()));
        let failed = match (first, again) {
            (Ok((first, false)), Ok((again, true))) if first == again => None,
            other => Some(format!("{other:?}")),
        };
        self.note(what, failed);
    }

    /// Asks the next replica; a call that never left, because the replica had closed the connection, goes to the one after it, as the
    /// services' own client has it.
    async fn sent<A, F>(&self, ask: impl Fn(Merchant) -> F) -> Result<Response<A>, Status>
    where
        F: Future<Output = Result<Response<A>, Status>>,
    {
        match ask(self.doors.next()).await {
            Err(status) if never_left(&status) => ask(self.doors.next()).await,
            answered => answered,
        }
    }

    fn note(&self, what: &'static str, failed: Option<String>) {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).note(what, failed);
    }
}
