//! Backups: whoever watched a database that was restored since is told so, and finds everything again in a snapshot.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proto::inventory::v1::WatchStart;
use sea_orm::{ConnectionTrait, Database};
use shared::server::Running;
use tests::{
    Engine, Merchant, Oms, Refusal,
    postgres::Server,
    process, refusal, refused,
    site::{Site, credential_of},
};
use tonic::Code;

use super::told;

fn restored() -> Refusal {
    refusal(Code::OutOfRange, "CURSOR_STALE").with("cause", "RESTORED").with("start", "SNAPSHOT")
}

/// inventory-svc alone, with the first merchant at its door.
async fn serve(site: &Site) -> (Running, Merchant) {
    let settings = inventory_svc::Settings::load(Some(&site.inventory_config())).unwrap();
    let running = inventory_svc::start(settings).await.unwrap();
    let url = format!("http://{}", running.address());
    let merchant = Merchant::at(&url, &url, &credential_of("acme"));
    (running, merchant)
}

async fn declare_restored(site: &Site) {
    let config = site.inventory_config();
    let (code, told) = process::run("inventory-svc", &["--config", config.to_str().unwrap(), "restored"]).await;
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("in a new epoch"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_watch_goes_on_over_a_restored_file() {
    let site = Site::new(Engine::Sqlite).await;
    let (file, backup) = (site.dir().join("inventory.db"), site.dir().join("backup.db"));
    let (running, acme) = serve(&site).await;
    acme.isku("A").on_hand(5).await;
    let database = Database::connect(site.inventory_database()).await.unwrap();
    database.execute_unprepared(&format!("VACUUM INTO '{}'", backup.display())).await.unwrap();
    database.close().await.unwrap();
    acme.receive(&[("A", 1)]).await.unwrap();
    let lost = acme.watch(WatchStart::Now).await.unwrap();
    drop(acme);
    running.drain().await;

    for ending in ["-wal", "-shm"] {
        // They are gone if the last connection has taken them away.
        let _ = fs::remove_file(format!("{}{ending}", file.display()));
    }
    fs::copy(&backup, &file).unwrap();
    declare_restored(&site).await;
    let (running, acme) = serve(&site).await;
    // As many commits as were lost: the numbers are the same again.
    acme.receive(&[("A", 10)]).await.unwrap();

    assert_eq!(refused(acme.watch_on(&lost.cursor).await), restored());
    let mut again = acme.watch(WatchStart::Snapshot).await.unwrap();
    assert_eq!(told(&again.until_current().await), [("A", 15, 0, 2)]);
    assert_ne!(again.first.epoch, lost.first.epoch);
    drop((acme, again));
    running.drain().await;
}

tests::on_both_engines!(a_cursor_of_a_future_that_was_lost_is_refused);

/// The inventory's data as a whole, by all names the same ones when they are put back.
enum Volume {
    Files(PathBuf),
    Server(Server),
}

impl Volume {
    fn save(&mut self) {
        match self {
            Self::Files(file) => copy(file, &file.with_extension("saved")),
            Self::Server(server) => server.save(),
        }
    }

    fn put_back(&mut self) {
        match self {
            Self::Files(file) => copy(&file.with_extension("saved"), file),
            Self::Server(server) => server.put_back(),
        }
    }
}

/// Copies a database with what stands beside it.
fn copy(from: &Path, to: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let [from, to] = [from, to].map(|file| format!("{}{ending}", file.display()));
        if Path::new(&from).exists() {
            fs::copy(from, to).unwrap();
        } else {
            // What is not there needs not go.
            let _ = fs::remove_file(to);
        }
    }
}

/// Nothing in such data says that they were put back; but the ledger is not yet where the cursor is.
async fn a_cursor_of_a_future_that_was_lost_is_refused(engine: Engine) {
    let (site, mut volume) = match engine {
        Engine::Sqlite => {
            let site = Site::new(engine).await;
            let file = site.dir().join("inventory.db");
            (site, Volume::Files(file))
        }
        Engine::Postgres => {
            let server = Server::for_tests();
            let url = server.fresh_database().await;
            (Site::new(engine).await.with_inventory_database(&url), Volume::Server(server))
        }
    };
    let (running, acme) = serve(&site).await;
    acme.isku("A").on_hand(5).await;
    let known = acme.watch(WatchStart::Now).await.unwrap().cursor;
    drop(acme);
    running.drain().await;
    volume.save();
    let (running, acme) = serve(&site).await;
    for _ in 0..200 {
        acme.receive(&[("A", 1)]).await.unwrap();
    }
    let lost = acme.watch(WatchStart::Now).await.unwrap().cursor;
    drop(acme);
    running.drain().await;
    volume.put_back();

    let (running, acme) = serve(&site).await;
    let refused = refused(acme.watch_on(&lost).await);
    let mut goes_on = acme.watch_on(&known).await.unwrap();
    acme.receive(&[("A", 1)]).await.unwrap();

    let future = refusal(Code::OutOfRange, "CURSOR_STALE").with("cause", "FUTURE").with("start", "SNAPSHOT");
    assert_eq!(refused, future);
    assert_eq!(told(&goes_on.states(1).await), [("A", 6, 0, 2)]);
    let mut again = acme.watch(WatchStart::Snapshot).await.unwrap();
    assert_eq!(told(&again.until_current().await), [("A", 6, 0, 2)]);
    drop((acme, goes_on, again));
    running.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_ends_when_the_database_is_declared_restored() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let site = Site::new(engine).await;
        let (running, acme) = serve(&site).await;
        acme.isku("A").on_hand(5).await;
        let mut watching = acme.watch(WatchStart::Now).await.unwrap();

        declare_restored(&site).await;

        assert_eq!(Refusal::from(&watching.end().await), restored());
        assert_eq!(refused(acme.watch_on(&watching.cursor).await), restored());
        drop((acme, watching));
        running.drain().await;
    }
}

/// A dump that is loaded into a younger cluster has ids of transactions that are yet to come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_of_an_older_cluster_is_told_once_it_is_declared_restored() {
    let site = Site::new(Engine::Postgres).await;
    let (running, acme) = serve(&site).await;
    acme.isku("A").on_hand(5).await;
    let database = Database::connect(site.inventory_database()).await.unwrap();
    database.execute_unprepared("UPDATE movement SET batch = batch + 1000000").await.unwrap();

    let unsound = refused(acme.watch(WatchStart::Snapshot).await);
    declare_restored(&site).await;
    let mut watching = acme.watch(WatchStart::Snapshot).await.unwrap();
    let whole = watching.until_current().await;
    acme.receive(&[("A", 1)]).await.unwrap();
    let next = watching.states(1).await;

    assert_eq!(unsound.kind(), (Code::Internal, "INTERNAL"), "the log says what to do");
    assert_eq!((told(&whole), told(&next)), (vec![("A", 5, 0, 1)], vec![("A", 6, 0, 2)]));
    drop((acme, watching, database));
    running.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_a_database_is_told_by_itself() {
    let oms = Oms::start(Engine::Postgres).await;
    oms.isku("A").on_hand(5).await;
    let cursor = oms.watch(WatchStart::Now).await.unwrap().cursor;
    let original = oms.site().inventory_database().to_owned();
    oms.finish().await;
    let site = Site::new(Engine::Postgres).await;
    let name = |url: &str| url.rsplit_once('/').unwrap().1.to_owned();
    let copy = name(site.inventory_database());
    let (server, _) = original.rsplit_once('/').unwrap();
    let admin = Database::connect(format!("{server}/postgres")).await.unwrap();
    for sql in [format!("DROP DATABASE {copy}"), format!("CREATE DATABASE {copy} TEMPLATE {}", name(&original))] {
        admin.execute_unprepared(&sql).await.unwrap();
    }

    let (running, acme) = serve(&site).await;

    assert_eq!(refused(acme.watch_on(&cursor).await), restored());
    let mut again = acme.watch(WatchStart::Snapshot).await.unwrap();
    assert_eq!(told(&again.until_current().await), [("A", 5, 0, 1)]);
    drop((acme, again));
    running.drain().await;
}

/// Whoever writes has read by then in which batch: an epoch that began meanwhile would begin behind it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_epoch_begins_while_somebody_writes() {
    let oms = Oms::start(Engine::Postgres).await;
    oms.isku("A").on_hand(5).await;
    oms.settled().await;
    let held = oms.hold_next_movement("A").await;
    let writing = tokio::spawn({
        let acme = oms.acme().clone();
        async move { acme.receive(&[("A", 1)]).await.unwrap() }
    });
    oms.waits_for_a_lock(1).await;
    let settings = inventory_svc::Settings::load(Some(&oms.site().inventory_config())).unwrap();
    let declaring = tokio::spawn(async move { inventory_svc::restored(&settings).await.unwrap() });

    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'merchant'::regclass";
    oms.behind_inventory().await.until(waiting, 1).await;
    let is_declared = declaring.is_finished();
    held.undo().await;

    writing.await.unwrap();
    assert_eq!((is_declared, declaring.await.unwrap()), (false, 1));
    oms.finish().await;
}
