//! The database works for those who wait: no statement outlives its caller's patience, and readers leave room for writers.

use std::time::Duration;

use proto::{
    catalogue::v1::{GetSellerAccountRequest, SellerAccount, UpdateSellerAccountRequest},
    inventory::v1::GetStockRequest,
};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, Statement, TransactionTrait,
};
use shared::{
    database,
    settings::{self, Between},
};
use tests::{
    Engine, Oms, Refusal, on_both_engines, refusal, refused, request_id,
    site::Site,
    story::{Level, reserve_request},
};
use tokio::time::timeout;
use tonic::{Code, Request};

on_both_engines!(
    readers_leave_room_for_writers_and_for_the_readiness_check,
    what_is_begun_for_a_caller_that_waits_no_more_is_undone_whole,
);

/// What a caller waits at most, in these tests; the database's own limit is 30 s.
const PATIENCE: Duration = Duration::from_millis(300);

fn impatient<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(PATIENCE);
    request
}

/// The service says so, or the client that has counted the same time.
const TOO_LATE: [Code; 2] = [Code::DeadlineExceeded, Code::Cancelled];

/// Somebody else, who holds a whole table.
async fn hold(database: &DatabaseConnection, table: &str, mode: &str) -> DatabaseTransaction {
    let holder = database.begin().await.unwrap();
    holder.execute_unprepared(&format!("LOCK TABLE {table} IN {mode} MODE")).await.unwrap();
    holder
}

/// Completes when no statement waits for a lock.
async fn nobody_waits_for_a_lock(database: &DatabaseConnection) {
    let sql = "SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waits = Statement::from_string(DbBackend::Postgres, sql);
    while database.query_one_raw(waits.clone()).await.unwrap().is_some() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_ends_with_its_callers_patience() {
    let oms = Oms::start(Engine::Postgres).await;
    oms.isku("A").on_hand(5).await;
    let beside = Database::connect(oms.site().inventory_database()).await.unwrap();
    let holder = hold(&beside, "isku", "ACCESS EXCLUSIVE").await;

    let late = oms.stock.clone().get_stock(impatient(GetStockRequest { isku_code: "A".into() })).await;
    let ended = timeout(Duration::from_secs(5), nobody_waits_for_a_lock(&beside)).await;

    assert_eq!(Refusal::from(&late.unwrap_err()).kind(), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    assert!(ended.is_ok(), "the statement goes on for nobody");
    holder.rollback().await.unwrap();
    assert_eq!(oms.level("A").await.on_hand, 5);
    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_waits_for_no_lock_beyond_its_callers_patience() {
    let oms = Oms::start(Engine::Postgres).await;
    let shop = oms.connect("shopify", "shop").await;
    let beside = Database::connect(oms.site().catalogue_database()).await.unwrap();
    let holder = hold(&beside, "seller_account", "EXCLUSIVE").await;
    let request = UpdateSellerAccountRequest {
        request_id: request_id(),
        account: Some(SellerAccount { key: Some(shop.key.clone()), buffer: 3, ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["buffer".to_owned()] }),
    };

    let late = oms.channels.clone().update_seller_account(impatient(request.clone())).await;
    let ended = timeout(Duration::from_secs(5), nobody_waits_for_a_lock(&beside)).await;

    assert_eq!(Refusal::from(&late.unwrap_err()).kind(), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    assert!(ended.is_ok(), "the statement goes on for nobody");
    holder.rollback().await.unwrap();
    let read = GetSellerAccountRequest { key: Some(shop.key.clone()) };
    let account = oms.channels.clone().get_seller_account(read).await.unwrap().into_inner().account.unwrap();
    assert_eq!(account.buffer, 0, "what was refused was not done");
    let done = oms.channels.clone().update_seller_account(request).await.unwrap().into_inner();
    assert!(!done.replayed);
    oms.finish().await;
}

async fn what_is_begun_for_a_caller_that_waits_no_more_is_undone_whole(engine: Engine) {
    let oms = Oms::start(engine).await;
    oms.isku("A").on_hand(5).await;
    let held = oms.hold_stock().await;
    let request = reserve_request("1", &[("TEE", 1, &[("A", 1)])]);

    let late = oms.reservations.clone().reserve(impatient(request.clone())).await;
    held.undo().await;
    // Behind it in the queue: it is done with then.
    oms.hold(reserve_request("2", &[("TEE", 1, &[("A", 1)])])).await.unwrap();

    assert!(TOO_LATE.contains(&refused(late).code));
    assert_eq!(refused(oms.reservation("1").await), refusal(Code::NotFound, "RESERVATION_NOT_FOUND"));
    assert!(!oms.hold(request).await.unwrap().replayed, "the request id is as good as new");
    assert_eq!(oms.level("A").await, Level::of(5, 2));
    oms.finish().await;
}

/// No statement of a service is at work and none of its transactions is open.
const AT_WORK: &str = "SELECT count(*) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_writes_ends_with_its_callers_patience() {
    let oms = Oms::start(Engine::Postgres).await;
    oms.isku("A").on_hand(5).await;
    let behind = oms.behind_inventory().await;
    let slow =
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'";
    behind.execute(slow).await;
    behind.execute("CREATE TRIGGER slow BEFORE INSERT ON movement FOR EACH ROW EXECUTE FUNCTION slow()").await;
    let request = reserve_request("1", &[("TEE", 1, &[("A", 1)])]);

    let late = oms.reservations.clone().reserve(impatient(request.clone())).await;
    behind.until(AT_WORK, 0).await;

    assert!(TOO_LATE.contains(&refused(late).code));
    behind.execute("SELECT 1 FROM stock FOR UPDATE NOWAIT").await;
    behind.execute("DROP TRIGGER slow ON movement").await;
    assert_eq!(oms.level("A").await, Level::of(5, 0));
    assert!(!oms.hold(request).await.unwrap().replayed, "the request id is as good as new");
    assert_eq!(oms.level("A").await, Level::of(5, 1));
    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_goes_on_while_any_of_its_callers_waits() {
    let oms = Oms::start(Engine::Postgres).await;
    oms.isku("A").on_hand(5).await;
    let held = oms.hold_stock().await;
    let ask = |order: &str, patience: Duration| {
        let mut request = Request::new(reserve_request(order, &[("TEE", 1, &[("A", 1)])]));
        request.get_mut().request_id = order.to_owned();
        request.set_timeout(patience);
        let mut reservations = oms.reservations.clone();
        tokio::spawn(async move { reservations.reserve(request).await })
    };
    let first = ask("first", Duration::from_secs(30));
    oms.waits_for_a_lock(1).await;

    // The next batch is formed when the first is done, and waits for who holds the stock then.
    let queue = async {
        oms.waits_for_a_lock(2).await;
        let batch = (ask("late", Duration::from_secs(3)), ask("patient", Duration::from_secs(30)));
        // What is asked last is refused last: the others are in the queue.
        refused(oms.hold_all(vec![Default::default(); 501]).await);
        held.let_go().await;
        batch
    };
    let (held_again, (late, patient)) = tokio::join!(oms.hold_stock(), queue);
    let late = refused(late.await.unwrap());
    oms.waits_for_a_lock(1).await;
    held_again.undo().await;

    assert!(TOO_LATE.contains(&late.code), "{late:?}");
    first.await.unwrap().unwrap();
    patient.await.unwrap().unwrap();
    let mut again = reserve_request("late", &[("TEE", 1, &[("A", 1)])]);
    again.request_id = "late".to_owned();
    assert!(oms.hold(again).await.unwrap().replayed, "what waited with a patient caller is done");
    assert_eq!(oms.level("A").await, Level::of(5, 3));
    oms.finish().await;
}

async fn readers_leave_room_for_writers_and_for_the_readiness_check(engine: Engine) {
    let site = Site::new(engine).await;
    let settings = settings::Database {
        url: site.inventory_database().to_owned(),
        url_file: String::new(),
        connections_max: Between::nearest(6),
        statement_timeout_ms: Between::nearest(5_000),
        migrate: false,
    };
    let database = database::Database::connect(&settings, database::Plans::Fresh).await.unwrap();
    let mut readers = Vec::new();
    while let Ok(reader) = timeout(Duration::from_millis(500), database.snapshot()).await {
        readers.push(reader.unwrap());
    }

    let writer = database.begin().await.unwrap();
    database.ping().await.unwrap();
    readers.pop();
    let next = database.snapshot().await;

    assert!(!readers.is_empty());
    assert!(next.is_ok(), "{next:?}");
    writer.rollback().await.unwrap();
}
