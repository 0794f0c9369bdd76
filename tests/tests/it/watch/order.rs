//! The order of the ledger on PostgreSQL, where transactions commit in another order than they began: nothing is missed, nothing goes back.

use proto::inventory::v1::WatchStart;
use sea_orm::{ConnectionTrait, Database, DatabaseTransaction, TransactionTrait};
use tests::{
    Engine, Oms,
    story::{Watching, lags},
};

use super::told;

/// A transaction that has its id, and is not committed.
async fn open_transaction(oms: &Oms) -> DatabaseTransaction {
    let transaction = Database::connect(oms.site().inventory_database()).await.unwrap().begin().await.unwrap();
    transaction.execute_unprepared("SELECT pg_current_xact_id()").await.unwrap();
    transaction
}

/// Books one unit of an ISKU in, as a replica of a version before the watch did: without a batch.
async fn book(transaction: &DatabaseTransaction, code: &str) {
    let update = format!(
        "UPDATE stock SET on_hand = on_hand + 1, sequence = sequence + 1 \
         WHERE (merchant, isku_id) = (SELECT merchant, isku_id FROM isku WHERE code = '{code}')"
    );
    transaction.execute_unprepared(&update).await.unwrap();
    let insert = format!(
        "INSERT INTO movement (merchant, isku_id, location_id, sequence, kind, on_hand_delta, reserved_delta, \
             on_hand_after, reserved_after, actor, request_id, create_time_us) \
         SELECT stock.merchant, stock.isku_id, location_id, sequence, 'RECEIPT', 1, 0, on_hand, reserved, 'old', '{code}', \
             (extract(epoch FROM clock_timestamp()) * 1000000)::bigint \
         FROM stock JOIN isku ON isku.merchant = stock.merchant AND isku.isku_id = stock.isku_id WHERE code = '{code}'"
    );
    transaction.execute_unprepared(&insert).await.unwrap();
}

/// The watch says that something is committed and cannot be told yet.
async fn held_back(watching: &mut Watching) {
    loop {
        let (checkpoint, before) = watching.checkpoint().await;
        assert!(before.is_empty(), "what an older transaction may still come before is not told");
        if lags(&checkpoint) {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_older_transaction_writes_at_last_is_not_missed() {
    let oms = Oms::start(Engine::Postgres).await;
    for code in ["A", "B"] {
        oms.isku(code).on_hand(10).await;
    }
    oms.settled().await;
    let mut watching = oms.watch(WatchStart::Now).await.unwrap();
    let older = open_transaction(&oms).await;
    oms.receive(&[("B", 5)]).await.unwrap();
    held_back(&mut watching).await;
    let mut beside = oms.watch(WatchStart::Snapshot).await.unwrap();
    let snapshot = beside.states(2).await;

    book(&older, "A").await;
    older.commit().await.unwrap();

    let states = watching.states(2).await;
    let mut both = told(&states);
    both.sort_unstable();
    assert_eq!(both, [("A", 11, 0, 2), ("B", 15, 0, 2)]);
    assert_eq!(told(&snapshot), [("A", 10, 0, 1), ("B", 10, 0, 1)], "a snapshot is of what can be told");
    assert_eq!(beside.states(2).await.len(), 2);
    drop((watching, beside));
    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sequence_that_an_older_transaction_writes_later_is_told_later() {
    let oms = Oms::start(Engine::Postgres).await;
    oms.isku("A").on_hand(10).await;
    oms.settled().await;
    let mut watching = oms.watch(WatchStart::Now).await.unwrap();
    // Their ids ascend in this order; the first writes last, behind what the service has written with a higher id.
    let older = open_transaction(&oms).await;
    let between = open_transaction(&oms).await;
    oms.receive(&[("A", 5)]).await.unwrap();
    book(&older, "A").await;
    older.commit().await.unwrap();
    held_back(&mut watching).await;

    between.rollback().await.unwrap();

    assert_eq!(told(&watching.states(2).await), [("A", 15, 0, 2), ("A", 16, 0, 3)]);
    drop(watching);
    oms.finish().await;
}
