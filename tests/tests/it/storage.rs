//! Faults of what holds the data: what was answered is there, what cannot be stored is refused, and the service says so and recovers.

mod damage;
mod neighbour;

use std::{fs, os::unix::fs::FileExt, path::Path, process::Command};

use tests::{
    Engine, Oms, Refusal, health::readiness, left_out, postgres, process::Process, site::Site, story::Level,
    volume::Volume,
};
use tonic::{Code, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_types::StatusExt;

/// One of the pair, which keeps its data for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Inventory,
    Catalogue,
}

const BOTH: [Service; 2] = [Service::Inventory, Service::Catalogue];

impl Service {
    fn process(self, oms: &Oms) -> &Process {
        match self {
            Self::Inventory => oms.inventory_process(),
            Self::Catalogue => oms.catalogue_process(),
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Inventory => "inventory.db",
            Self::Catalogue => "catalogue.db",
        }
    }

    async fn write(self, oms: &Oms, number: usize) -> Result<(), Status> {
        match self {
            Self::Inventory => oms.reserve(&number.to_string(), &[("TEE", 1, &[("TEE", 1)])]).await.map(drop),
            Self::Catalogue => oms.shop("shopify", &format!("shop{number}")).connect().await.map(drop),
        }
    }

    async fn read(self, oms: &Oms, number: usize) -> Result<(), Status> {
        match self {
            Self::Inventory => oms.reservation(&number.to_string()).await.map(drop),
            Self::Catalogue => oms.shop("shopify", &format!("shop{number}")).account().await.map(drop),
        }
    }

    /// Writes on until a write is refused, with numbers from here on; every write before it is there.
    async fn write_until_refused(self, oms: &Oms, from: usize) -> (Status, usize) {
        for number in from..from + 10_000 {
            match self.write(oms, number).await {
                Ok(()) => self.read(oms, number).await.expect("what was answered is there"),
                Err(refused) => return (refused, number),
            }
        }
        panic!("{self:?} goes on writing")
    }

    /// What was written is there, and what was refused can be written now.
    async fn is_whole(self, oms: &Oms, numbers: std::ops::Range<usize>) {
        for number in numbers {
            self.read(oms, number).await.unwrap_or_else(|lost| panic!("{self:?} has lost {number}: {lost}"));
        }
    }

    async fn is_told(self, oms: &Oms, status: ServingStatus) {
        readiness(self.process(oms).url(), status).await;
    }
}

fn is_unavailable(status: &Status, reasons: &[&str]) {
    let refusal = Refusal::from(status);
    assert!(refusal.code == Code::Unavailable && reasons.contains(&refusal.reason.as_str()), "{status:?}");
    assert!(status.get_details_retry_info().is_some_and(|info| info.retry_delay.is_some()), "{status:?}");
}

fn log_lines(log: &str, message: &str) -> usize {
    log.matches(&format!("\"message\":\"{message}\"")).count()
}

#[tokio::test]
async fn nothing_that_is_answered_after_a_full_disk_is_lost() {
    let volume = match Volume::mount(24) {
        Ok(volume) => volume,
        Err(why) => return left_out::note("nothing_that_is_answered_after_a_full_disk_is_lost", &why),
    };
    let site = Site::within(volume.path(), Engine::Sqlite).await;
    let mut oms = Oms::start_as_processes_at(site).await;
    oms.isku("TEE").on_hand(100_000).await;
    for service in BOTH {
        service.write(&oms, 0).await.unwrap();
    }

    volume.fill();
    let mut next = [0; 2];
    for (service, next) in BOTH.into_iter().zip(&mut next) {
        let (first, number) = service.write_until_refused(&oms, 1).await;
        is_unavailable(&first, &["STORAGE_FULL", "STORAGE_FAILED"]);
        *next = number;
        for number in number..number + 3 {
            is_unavailable(&service.write(&oms, number).await.unwrap_err(), &["STORAGE_FULL", "STORAGE_FAILED"]);
        }
        service.is_told(&oms, ServingStatus::NotServing).await;
        service.is_whole(&oms, 0..number).await;
    }
    volume.free();
    for (service, next) in BOTH.into_iter().zip(next) {
        service.is_told(&oms, ServingStatus::Serving).await;
        for number in next..next + 20 {
            service.write(&oms, number).await.unwrap_or_else(|refused| panic!("{service:?} {number}: {refused}"));
            service.is_whole(&oms, number..number + 1).await;
        }
        let log = service.process(&oms).log();
        assert_eq!(
            (log_lines(&log, "writes cannot be stored"), log_lines(&log, "writes are stored again")),
            (1, 1),
            "{log}"
        );
        assert!(log.contains(service.file()), "the log names the file: {log}");
    }
    oms.kill_and_restart_inventory().await;
    oms.kill_and_restart_catalogue().await;

    for (service, next) in BOTH.into_iter().zip(next) {
        service.is_whole(&oms, 0..next + 20).await;
    }
    let reserved = i64::try_from(next[0]).unwrap() + 20;
    assert_eq!(oms.level("TEE").await, Level::of(100_000, reserved));
    oms.finish().await;
}

#[tokio::test]
async fn a_file_that_may_not_grow_costs_no_answer() {
    let oms = Oms::start_as_processes(Engine::Sqlite).await;
    oms.isku("TEE").on_hand(100_000).await;
    for service in BOTH {
        let log = oms.site().dir().join(format!("{}-wal", service.file()));
        let limit = |bytes: &str| {
            let id = service.process(&oms).id().to_string();
            let set = Command::new("prlimit").args(["--pid", &id, &format!("--fsize={bytes}:unlimited")]).status();
            assert!(set.expect("prlimit is there").success());
        };
        service.write(&oms, 0).await.unwrap();

        limit(&fs::metadata(&log).unwrap().len().to_string());
        let (first, number) = service.write_until_refused(&oms, 1).await;
        service.is_told(&oms, ServingStatus::NotServing).await;
        limit("unlimited");
        service.is_told(&oms, ServingStatus::Serving).await;
        service.write(&oms, number).await.unwrap();
        service.write(&oms, number + 1).await.unwrap();

        is_unavailable(&first, &["STORAGE_FULL", "STORAGE_FAILED"]);
        service.is_whole(&oms, 0..number + 2).await;
    }
    oms.finish().await;
}

#[tokio::test]
async fn a_database_that_was_taken_away_is_written_into_no_more() {
    let oms = Oms::start_as_processes(Engine::Sqlite).await;
    oms.isku("TEE").on_hand(100_000).await;
    for service in BOTH {
        let path = oms.site().dir().join(service.file());
        let elsewhere = path.with_extension("elsewhere");
        service.write(&oms, 0).await.unwrap();

        fs::rename(&path, &elsewhere).unwrap();
        let gone = service.write(&oms, 1).await.unwrap_err();
        service.is_told(&oms, ServingStatus::NotServing).await;
        fs::copy(&elsewhere, &path).unwrap();
        let replaced = service.write(&oms, 1).await.unwrap_err();
        let read = service.read(&oms, 0).await.unwrap_err();
        fs::rename(&elsewhere, &path).unwrap();
        service.is_told(&oms, ServingStatus::Serving).await;
        service.write(&oms, 1).await.unwrap();

        for refused in [gone, replaced, read] {
            is_unavailable(&refused, &["STORAGE_FAILED"]);
        }
        let log = service.process(&oms).log();
        assert_eq!(log_lines(&log, "writes cannot be stored"), 1, "{log}");
    }
    oms.finish().await;
}

#[tokio::test]
async fn a_full_disk_of_postgres_costs_no_answer() {
    let volume = match Volume::mount(160) {
        Ok(volume) => volume,
        Err(why) => return left_out::note("a_full_disk_of_postgres_costs_no_answer", &why),
    };
    let mut server = postgres::Server::start_within(volume.path(), &["shared_buffers=16MB", "max_wal_size=64MB"]);
    let site = Site::new(Engine::Postgres).await;
    let site = site.with_inventory_database(&server.fresh_database().await);
    let site = site.with_catalogue_database(&server.fresh_database().await);
    let oms = Oms::start_as_processes_at(site).await;
    oms.isku("TEE").on_hand(100_000).await;

    for service in BOTH {
        volume.fill();
        let (first, number) = service.write_until_refused(&oms, 0).await;
        service.is_told(&oms, ServingStatus::NotServing).await;
        volume.free();
        // Where the log of PostgreSQL itself finds no room, the server ends, or begins anew.
        server.recover();
        service.is_told(&oms, ServingStatus::Serving).await;
        for number in number..number + 20 {
            service.write(&oms, number).await.unwrap_or_else(|refused| panic!("{service:?} {number}: {refused}"));
        }

        is_unavailable(&first, &["STORAGE_FULL", "DATABASE_UNAVAILABLE"]);
        service.is_whole(&oms, 0..number + 20).await;
    }
    oms.finish().await;
}
