//! Syncs that nobody goes on with: given up, waited for by nobody, swept in the end.

use std::time::Duration;

use futures::StreamExt;
use proto::catalogue::v1::{
    CompleteSyncRequest, CompleteSyncResponse, SyncScope, SyncState, complete_sync_response::Event,
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement, TransactionTrait};
use tests::{
    Oms, both_engines, refused,
    story::{Shop, item},
};
use tonic::{Code, Streaming};

both_engines!(
    a_stale_upload_that_is_given_up_keeps_nothing_of_the_feed,
    uploads_and_completions_that_nobody_goes_on_with_are_given_up,
    old_syncs_are_swept_with_their_outcomes,
    a_completion_that_waits_only_reads_and_goes_on_when_its_turn_comes,
    a_completion_that_waits_leaves_with_its_caller,
);

/// Nobody has gone on with any sync for decades.
const LONG_AGO: &str = "UPDATE sync SET update_time_us = 1, lease_until_us = 1";

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(10);

async fn database(oms: &Oms) -> DatabaseConnection {
    Database::connect(oms.site().catalogue_database()).await.unwrap()
}

async fn run(database: &DatabaseConnection, sql: &str) {
    database.execute_unprepared(sql).await.unwrap();
}

async fn payloads(database: &DatabaseConnection) -> i64 {
    let sql = "SELECT count(*) AS kept FROM sync_item WHERE payload <> ''";
    let statement = Statement::from_string(database.get_database_backend(), sql);
    database.query_one_raw(statement).await.unwrap().unwrap().try_get("", "kept").unwrap()
}

async fn uploaded(shop: &Shop) -> String {
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &[item(1, "A"), item(2, "B")]).await.unwrap();
    sync_id
}

async fn a_stale_upload_that_is_given_up_keeps_nothing_of_the_feed(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let stale = uploaded(&shop).await;
    let database = database(oms).await;
    assert_eq!(payloads(&database).await, 2);
    run(&database, LONG_AGO).await;

    assert!(!shop.start_sync(SyncScope::Full).await.unwrap().existing);

    assert_eq!(shop.session(&stale).await.unwrap().state(), SyncState::Aborted);
    assert_eq!(payloads(&database).await, 0);
}

async fn uploads_and_completions_that_nobody_goes_on_with_are_given_up(oms: &Oms) {
    let (one, two) = (oms.connect("shopify", "one").await, oms.connect("shopify", "two").await);
    let (open, applied) = (uploaded(&one).await, uploaded(&two).await);
    let database = database(oms).await;
    run(&database, LONG_AGO).await;
    let two_is_applied = "UPDATE sync SET state = 'APPLYING' \
                          WHERE account_id = (SELECT id FROM seller_account WHERE seller_key = 'two')";
    run(&database, two_is_applied).await;
    assert_eq!(payloads(&database).await, 4);

    // A service sweeps when it starts.
    let _second = oms.second_pair().await;
    let let_go = async { while payloads(&database).await > 0 {} };
    tokio::time::timeout(PATIENCE, let_go).await.expect("nothing of the feeds is kept");

    for (shop, sync_id) in [(&one, &open), (&two, &applied)] {
        assert_eq!(shop.session(sync_id).await.unwrap().state(), SyncState::Aborted);
        assert!(!shop.start_sync(SyncScope::Full).await.unwrap().existing);
    }
}

async fn old_syncs_are_swept_with_their_outcomes(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let old = shop.sync(vec![item(1, "A")]).await.unwrap().sync.sync_id;
    let database = database(oms).await;
    run(&database, "UPDATE sync SET update_time_us = 1").await;
    let recent = shop.sync(vec![item(1, "A")]).await.unwrap().sync.sync_id;
    let open = uploaded(&shop).await;

    // A service sweeps when it starts.
    let _second = oms.second_pair().await;
    let swept = async { while shop.session(&old).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, swept).await.expect("the old sync is swept");

    assert_eq!(refused(shop.outcomes(&old).await).kind(), (Code::NotFound, "SYNC_NOT_FOUND"));
    assert_eq!(shop.outcomes(&recent).await.unwrap().len(), 1);
    let open = shop.session(&open).await.unwrap();
    assert_eq!((open.uploaded, open.state()), (2, SyncState::Open), "what is not over is kept");
}

/// Takes the sync as a replica would that goes on for ever.
async fn taken_by_another(database: &DatabaseConnection) {
    run(database, "UPDATE sync SET state = 'APPLYING', fence = 99, lease_until_us = 9000000000000000").await;
}

async fn completing(shop: &Shop, sync_id: &str) -> Streaming<CompleteSyncResponse> {
    let request = CompleteSyncRequest { sync_id: sync_id.to_owned(), item_count: 2 };
    shop.merchant.syncs.clone().complete_sync(request).await.unwrap().into_inner()
}

async fn next(events: &mut Streaming<CompleteSyncResponse>) -> Event {
    let event = tokio::time::timeout(PATIENCE, events.next()).await.expect("it tells how far the sync is");
    event.unwrap().unwrap().event.unwrap()
}

async fn a_completion_that_waits_only_reads_and_goes_on_when_its_turn_comes(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let sync_id = uploaded(&shop).await;
    let database = database(oms).await;
    taken_by_another(&database).await;
    let mut events = completing(&shop, &sync_id).await;
    assert!(matches!(next(&mut events).await, Event::Progress(_)));

    // Whoever applies it is in the middle of a transaction.
    let applying = database.begin().await.unwrap();
    applying.execute_unprepared("UPDATE sync SET lease_until_us = lease_until_us + 1").await.unwrap();
    for _ in 0..4 {
        assert!(matches!(next(&mut events).await, Event::Progress(_)));
    }
    applying.rollback().await.unwrap();

    run(&database, "UPDATE sync SET lease_until_us = 0").await;
    loop {
        if let Event::Sync(sync) = next(&mut events).await {
            break assert_eq!(sync.counts.unwrap_or_default().created, 2);
        }
    }
}

/// A call that went on would be cut off when the service stops, which `finish` takes for a failure.
async fn a_completion_that_waits_leaves_with_its_caller(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let sync_id = uploaded(&shop).await;
    taken_by_another(&database(oms).await).await;

    let mut events = completing(&shop, &sync_id).await;
    assert!(matches!(next(&mut events).await, Event::Progress(_)));

    drop(events);
}
