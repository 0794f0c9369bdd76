//! A pair for one test: both services, in this process or as processes, and the merchants at their door.

use std::{ops::Deref, path::Path};

use crate::{
    gate::Gate,
    merchant::{Credential, Merchant},
    process::{PLANTED, Process, build_planted},
    site::{Engine, MERCHANTS, Site, credential_of},
};
use proto::inventory::v1::VerifyStockRequest;

/// A pair. It speaks for the first merchant: `oms.isku("A")` is an ISKU of acme.
#[derive(Debug)]
pub struct Oms {
    site: Site,
    inventory: Vec<Service>,
    catalogue: Option<Service>,
    gate: Gate,
    acme: Merchant,
    globex: Merchant,
}

/// A service of the pair.
#[derive(Debug)]
enum Service {
    Inventory(shared::server::Running),
    Catalogue(shared::server::Running),
    Process(Process),
}

/// Starts a pair, plays a story on it, and proves the ledger.
pub async fn play<S>(engine: Engine, story: S)
where
    S: AsyncFnOnce(&Oms),
{
    let oms = Oms::start(engine).await;
    story(&oms).await;
    oms.finish().await;
}

impl Oms {
    /// Both services in this process.
    pub async fn start(engine: Engine) -> Self {
        Self::with_replicas(engine, 1).await
    }

    /// Services with other settings of the section `server`, such as `calls_max = 2`.
    pub async fn start_with(engine: Engine, server: &str) -> Self {
        Self::here(Site::new(engine).await.with_server(server), 1).await
    }

    /// Services with other settings of the section `stock` of inventory-svc, such as `batch_max = 1`.
    pub async fn start_with_stock(engine: Engine, stock: &str, replicas: usize) -> Self {
        Self::here(Site::new(engine).await.with_stock(stock), replicas).await
    }

    /// Services on PostgreSQL at the end of cables that can break.
    pub async fn start_with_cables() -> Self {
        Self::here(Site::with_cables().await, 1).await
    }

    /// Services at a site that was prepared for them.
    pub async fn start_at(site: Site) -> Self {
        Self::here(site, 1).await
    }

    /// Several replicas of inventory-svc on one database, started at once.
    pub async fn with_replicas(engine: Engine, replicas: usize) -> Self {
        Self::here(Site::new(engine).await, replicas).await
    }

    async fn here(site: Site, replicas: usize) -> Self {
        let config = site.inventory_config();
        let starts = (0..replicas).map(|_| start_inventory(&config));
        let inventory = futures::future::join_all(starts).await;
        Self::in_front_of(site, inventory, async |config| start_catalogue(config).await).await
    }

    /// Both services as the real binaries.
    pub async fn start_as_processes(engine: Engine) -> Self {
        Self::start_as_processes_at(Site::new(engine).await).await
    }

    /// The same, at a site that was prepared for them.
    pub async fn start_as_processes_at(site: Site) -> Self {
        let inventory = Service::Process(Process::serve("inventory-svc", &site.inventory_config()));
        let catalogue = async |config: &_| Service::Process(Process::serve("catalogue-svc", config));
        Self::in_front_of(site, vec![inventory], catalogue).await
    }

    /// inventory-svc as the real binary, catalogue-svc here.
    pub async fn start_catalogue_here(engine: Engine) -> Self {
        let site = Site::new(engine).await;
        let inventory = Service::Process(Process::serve("inventory-svc", &site.inventory_config()));
        Self::in_front_of(site, vec![inventory], async |config| start_catalogue(config).await).await
    }

    /// Replicas of inventory-svc on one database, as processes that have a bug on purpose.
    pub async fn with_planted_bug(engine: Engine, replicas: usize, bug: &str) -> Self {
        build_planted();
        let site = Site::new(engine).await;
        let config = site.inventory_config();
        let serve = |_| Service::Process(Process::serve_with(PLANTED, &[("OMS_PLANTED_BUG", bug)], &config));
        let inventory = (0..replicas).map(serve).collect();
        Self::in_front_of(site, inventory, async |config| start_catalogue(config).await).await
    }

    async fn in_front_of(site: Site, inventory: Vec<Service>, catalogue: impl AsyncFnOnce(&Path) -> Service) -> Self {
        let gate = Gate::before(&inventory[0].url()).await;
        let catalogue = catalogue(&site.catalogue_config(gate.url())).await;
        let [acme, globex] = MERCHANTS.map(|name| door(&inventory[0], &catalogue, &credential_of(name)));
        Self { site, inventory, catalogue: Some(catalogue), gate, acme, globex }
    }

    /// The first merchant.
    pub fn acme(&self) -> &Merchant {
        &self.acme
    }

    /// The other merchant.
    pub fn globex(&self) -> &Merchant {
        &self.globex
    }

    /// Whoever holds a credential.
    pub fn caller(&self, credential: &Credential) -> Merchant {
        Merchant::at(&self.inventory_url(), &self.catalogue_url(), credential)
    }

    /// The first merchant at one replica of inventory-svc.
    pub fn at_replica(&self, number: usize) -> Merchant {
        Merchant::at(&self.replica_url(number), &self.catalogue_url(), &credential_of(MERCHANTS[0]))
    }

    /// Where a replica of inventory-svc is.
    pub fn replica_url(&self, number: usize) -> String {
        self.inventory[number].url()
    }

    /// Where inventory-svc is.
    pub fn inventory_url(&self) -> String {
        self.inventory[0].url()
    }

    /// Where catalogue-svc is.
    pub fn catalogue_url(&self) -> String {
        self.catalogue.as_ref().expect("catalogue-svc runs").url()
    }

    /// The folder, with both databases.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// What stands between the services.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The running process of inventory-svc.
    pub fn inventory_process(&self) -> &Process {
        match &self.inventory[0] {
            Service::Process(process) => process,
            other => panic!("not a process: {other:?}"),
        }
    }

    /// The running process of catalogue-svc.
    pub fn catalogue_process(&self) -> &Process {
        match self.catalogue.as_ref().expect("catalogue-svc runs") {
            Service::Process(process) => process,
            other => panic!("not a process: {other:?}"),
        }
    }

    /// Kills catalogue-svc with `kill -9` and starts it again.
    pub async fn kill_and_restart_catalogue(&mut self) {
        self.take_catalogue().kill();
        self.gate.open();
        let process = Process::serve("catalogue-svc", &self.site.catalogue_config(self.gate.url()));
        self.catalogue = Some(Service::Process(process));
        [self.acme, self.globex] = MERCHANTS.map(|name| self.caller(&credential_of(name)));
    }

    /// The first merchant at one more pair on the same databases, which stops with the test.
    pub async fn second_pair(&self) -> Merchant {
        let (inventory, catalogue) = (self.site.inventory_config(), self.site.catalogue_config(self.gate.url()));
        let (inventory, catalogue) = tokio::join!(start_inventory(&inventory), start_catalogue(&catalogue));
        door(&inventory, &catalogue, &credential_of(MERCHANTS[0]))
    }

    /// The process of catalogue-svc, to stop it.
    pub fn take_catalogue(&mut self) -> Process {
        match self.catalogue.take() {
            Some(Service::Process(process)) => process,
            other => panic!("not a process: {other:?}"),
        }
    }

    /// Kills inventory-svc with `kill -9` and starts it again.
    pub async fn kill_and_restart_inventory(&mut self) {
        self.kill_inventory();
        self.restart_inventory();
    }

    /// Kills inventory-svc with `kill -9`.
    pub fn kill_inventory(&mut self) {
        match self.inventory.pop() {
            Some(Service::Process(process)) => process.kill(),
            other => panic!("not a process: {other:?}"),
        }
    }

    /// Starts inventory-svc, which was killed, again.
    pub fn restart_inventory(&mut self) {
        let process = Process::serve("inventory-svc", &self.site.inventory_config());
        self.gate.move_before(process.url());
        self.inventory.push(Service::Process(process));
        [self.acme, self.globex] = MERCHANTS.map(|name| self.caller(&credential_of(name)));
    }

    /// Stops inventory-svc; the catalogue stays alone.
    pub async fn stop_inventory(&mut self) {
        for service in self.inventory.drain(..) {
            service.stop().await;
        }
    }

    /// Stops catalogue-svc, which has work of its own now and then; inventory-svc stays alone.
    pub async fn stop_catalogue(&mut self) {
        if let Some(service) = self.catalogue.take() {
            service.stop().await;
        }
    }

    /// Proves every merchant's ledger and stops the services.
    pub async fn finish(self) {
        if !self.inventory.is_empty() {
            self.prove().await;
        }
        let Self { inventory, catalogue, acme, globex, site, gate } = self;
        // Open connections would be waited for.
        drop((acme, globex));
        for service in catalogue.into_iter().chain(inventory) {
            service.stop().await;
        }
        drop((site, gate));
    }

    /// Proves every merchant's ledger.
    pub async fn prove(&self) {
        for merchant in [&self.acme, &self.globex] {
            let proof = merchant.stock.clone().verify_stock(VerifyStockRequest {}).await.expect("a proof").into_inner();
            assert!(proof.proven && proof.faults.is_empty(), "the ledger is broken: {:?}", proof.faults);
        }
    }
}

impl Deref for Oms {
    type Target = Merchant;

    fn deref(&self) -> &Merchant {
        &self.acme
    }
}

impl Service {
    fn url(&self) -> String {
        match self {
            Self::Inventory(running) => format!("http://{}", running.address()),
            Self::Catalogue(running) => format!("http://{}", running.address()),
            Self::Process(process) => process.url().to_owned(),
        }
    }

    async fn stop(self) {
        match self {
            Self::Inventory(running) => assert_eq!(running.drain().await, 0, "inventory-svc cut calls off"),
            Self::Catalogue(running) => assert_eq!(running.drain().await, 0, "catalogue-svc cut calls off"),
            Self::Process(process) => {
                process.terminate();
                assert!(process.ended().success(), "a service that is asked to stop ends well");
            }
        }
    }
}

fn door(inventory: &Service, catalogue: &Service, credential: &Credential) -> Merchant {
    Merchant::at(&inventory.url(), &catalogue.url(), credential)
}

async fn start_inventory(config: &Path) -> Service {
    let settings = inventory_svc::Settings::load(Some(config)).expect("settings");
    Service::Inventory(inventory_svc::start(settings).await.expect("inventory-svc starts"))
}

async fn start_catalogue(config: &Path) -> Service {
    let settings = catalogue_svc::Settings::load(Some(config)).expect("settings");
    Service::Catalogue(catalogue_svc::start(settings).await.expect("catalogue-svc starts"))
}
