//! A pair rolls from one release to another under load, on PostgreSQL: each service's replicas are replaced one by one, and no call fails.
//!
//! Every request that was answered is asked again of another replica, of whichever release, and has to get the same answer, replayed.

mod load;

use std::{path::PathBuf, process::Command};

pub use self::load::Report;
use self::load::{Doors, Load};
use crate::{
    database::Behind,
    gate::Gate,
    merchant::{Credential, Merchant},
    process::{Process, binary},
    site::{Engine, MERCHANTS, Site, credential_of},
};

/// The binaries of one release.
#[derive(Clone, Debug)]
pub struct Release {
    /// Where they are; beside this program if nowhere else.
    folder: Option<PathBuf>,
}

/// The services, in the order in which they roll: who is called before who calls.
const SERVICES: [&str; 2] = ["inventory-svc", "catalogue-svc"];

/// Replicas of each service.
const REPLICAS: usize = 2;

impl Release {
    /// What was built with this program.
    pub fn head() -> Self {
        Self { folder: None }
    }

    /// What is in a folder.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    fn start(&self, service: &str, config: &std::path::Path) -> Process {
        let program = self.folder.as_ref().map_or_else(|| binary(service), |folder| folder.join(service));
        let prefix = service.split('-').next().unwrap_or(service).to_uppercase();
        let mut command = Command::new(program);
        command.env(format!("{prefix}__TELEMETRY__LOG"), "info");
        Process::start(command.env(format!("{prefix}__TELEMETRY__LOG_FORMAT"), "json"), config)
    }
}

/// A pair that rolls.
struct Rolling {
    site: Site,
    gate: Gate,
    inventory: Vec<Process>,
    catalogue: Vec<Process>,
    doors: Doors,
}

/// Rolls a pair whose databases are prepared by `schema`; between two replicas so many calls are answered.
pub async fn roll(from: &Release, to: &Release, schema: impl AsyncFnOnce(&Site), calls: u32) -> Report {
    let site = Site::new(Engine::Postgres).await;
    schema(&site).await;
    let mut pair = Rolling::start(site, from).await;
    let load = Load::start(&pair.doors, pair.merchant()).await;
    load.answered(calls).await;
    for place in 0..REPLICAS {
        pair.replace_inventory(place, to);
        load.answered(calls).await;
    }
    for place in 0..REPLICAS {
        pair.replace_catalogue(place, to);
        load.answered(calls).await;
    }
    let report = load.end().await;
    pair.stop();
    report
}

/// Both databases as the baseline left them.
pub async fn baseline_schema(site: &Site) {
    let databases = [site.inventory_database(), site.catalogue_database()];
    let schemas = match site.engine() {
        Engine::Postgres => {
            [include_str!("../baseline/inventory.postgres.sql"), include_str!("../baseline/catalogue.postgres.sql")]
        }
        Engine::Sqlite => {
            [include_str!("../baseline/inventory.sqlite.sql"), include_str!("../baseline/catalogue.sqlite.sql")]
        }
    };
    for (database, schema) in databases.into_iter().zip(schemas) {
        let made = match site.engine() {
            Engine::Postgres => database.to_owned(),
            Engine::Sqlite => format!("{database}?mode=rwc"),
        };
        Behind::connect(&made).await.execute(schema).await;
    }
}

impl Rolling {
    async fn start(site: Site, release: &Release) -> Self {
        let start = || release.start(SERVICES[0], &site.inventory_config());
        let inventory: Vec<Process> = (0..REPLICAS).map(|_| start()).collect();
        let gate = Gate::before(inventory[0].url()).await;
        let start = || release.start(SERVICES[1], &site.catalogue_config(gate.url()));
        let catalogue: Vec<Process> = (0..REPLICAS).map(|_| start()).collect();
        let pair = Self { site, gate, inventory, catalogue, doors: Doors::default() };
        pair.open();
        pair
    }

    fn credential() -> Credential {
        credential_of(MERCHANTS[0])
    }

    fn merchant(&self) -> Merchant {
        Merchant::at(self.inventory[0].url(), self.catalogue[0].url(), &Self::credential())
    }

    /// Has calls made to the replicas that run now.
    fn open(&self) {
        let pairs = self.inventory.iter().zip(&self.catalogue);
        let doors =
            pairs.map(|(inventory, catalogue)| Merchant::at(inventory.url(), catalogue.url(), &Self::credential()));
        self.doors.are(doors.collect());
    }

    /// Starts a replica of the other release, sends calls there, and lets the one that it replaces end its own.
    fn replace_inventory(&mut self, place: usize, release: &Release) {
        let new = release.start(SERVICES[0], &self.site.inventory_config());
        let old = std::mem::replace(&mut self.inventory[place], new);
        self.gate.move_before(self.inventory[place].url());
        self.open();
        end(old);
    }

    fn replace_catalogue(&mut self, place: usize, release: &Release) {
        let new = release.start(SERVICES[1], &self.site.catalogue_config(self.gate.url()));
        let old = std::mem::replace(&mut self.catalogue[place], new);
        self.open();
        end(old);
    }

    fn stop(self) {
        self.doors.are(vec![]);
        self.catalogue.into_iter().chain(self.inventory).for_each(end);
    }
}

fn end(process: Process) {
    process.terminate();
    assert!(process.ended().success(), "a replica that is asked to stop ends well");
}
