//! The session itself: one for each account, resumed where it stopped, closed for good.

use proto::catalogue::v1::{SyncItem, SyncScope, SyncState, UploadListingsRequest};
use tests::{Oms, both_engines, refusal, refused, story::item};
use tonic::Code;
use uuid::Uuid;

both_engines!(
    an_account_has_one_open_session,
    a_chunk_that_was_stored_is_acknowledged_again,
    a_chunk_out_of_sequence_is_refused,
    an_aborted_session_takes_nothing_more,
    a_completed_session_tells_its_outcomes_again,
    a_session_nobody_started_is_not_found,
    a_feed_of_thousands_arrives_whole,
);

fn chunk(sync_id: &str, sequence: i64, items: Vec<SyncItem>) -> UploadListingsRequest {
    UploadListingsRequest { sync_id: sync_id.to_owned(), sequence, items }
}

async fn an_account_has_one_open_session(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let first = shop.start_sync(SyncScope::Full).await.unwrap();

    let again = shop.start_sync(SyncScope::Full).await.unwrap();
    let elsewhere = oms.connect("lazada-sg", "shop").await.start_sync(SyncScope::Full).await.unwrap();

    assert!(!first.existing && again.existing && !elsewhere.existing);
    let (first, again) = (first.sync.unwrap(), again.sync.unwrap());
    assert_eq!((&first.sync_id, first.state()), (&again.sync_id, SyncState::Open));
    assert_ne!(elsewhere.sync.unwrap().sync_id, first.sync_id);
    assert!(first.create_missing_iskus && first.adopt_opening_stock);
}

async fn a_chunk_that_was_stored_is_acknowledged_again(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    let one = chunk(&sync_id, 1, vec![item(1, "A")]);
    assert_eq!(shop.upload_chunks(vec![one.clone()]).await.unwrap(), 1);

    let acknowledged = shop.upload_chunks(vec![one, chunk(&sync_id, 2, vec![item(2, "B")])]).await.unwrap();

    assert_eq!(acknowledged, 2);
    assert_eq!(shop.session(&sync_id).await.unwrap().uploaded, 2, "the repeated chunk counts once");
    assert_eq!(shop.complete(&sync_id, 2).await.unwrap().counts().created, 2);
}

async fn a_chunk_out_of_sequence_is_refused(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload_chunks(vec![chunk(&sync_id, 1, vec![item(1, "A")])]).await.unwrap();

    let ahead = refused(shop.upload_chunks(vec![chunk(&sync_id, 3, vec![item(3, "C")])]).await);

    let expected = refusal(Code::Aborted, "SYNC_SEQUENCE").with("sync_id", &sync_id);
    assert_eq!(ahead, expected.with("expected", 2).with("got", 3));
    assert_eq!(shop.session(&sync_id).await.unwrap().acknowledged_sequence, 1);
}

async fn an_aborted_session_takes_nothing_more(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &[item(1, "A")]).await.unwrap();

    assert_eq!(shop.abort(&sync_id).await.unwrap().state(), SyncState::Aborted);

    let expected = refusal(Code::FailedPrecondition, "SYNC_STATE").with("sync_id", &sync_id).with("state", "ABORTED");
    assert_eq!(refused(shop.upload(&sync_id, 2, &[item(2, "B")]).await), expected);
    assert_eq!(refused(shop.complete(&sync_id, 1).await), expected);
    assert!(shop.listings().await.is_empty());
    assert!(!shop.start_sync(SyncScope::Full).await.unwrap().existing, "a new session may begin");
}

async fn a_completed_session_tells_its_outcomes_again(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let first = shop.sync(vec![item(1, "A"), item(2, "B")]).await.unwrap();
    let sync_id = first.sync.sync_id.clone();

    let again = shop.complete(&sync_id, 2).await.unwrap();

    assert_eq!((first.outcomes, first.sync), (again.outcomes, again.sync));
    let closed = refused(shop.abort(&sync_id).await);
    assert_eq!(closed.kind(), (Code::FailedPrecondition, "SYNC_STATE"));
    assert_eq!(closed.metadata["state"], "COMPLETED");
}

async fn a_session_nobody_started_is_not_found(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let nobody = Uuid::now_v7().to_string();
    let expected = refusal(Code::NotFound, "SYNC_NOT_FOUND").with("sync_id", &nobody);

    assert_eq!(refused(shop.session(&nobody).await), expected);
    assert_eq!(refused(shop.upload(&nobody, 1, &[item(1, "A")]).await), expected);
    assert_eq!(refused(shop.complete(&nobody, 0).await), expected);
    assert_eq!(refused(shop.abort(&nobody).await), expected);
    assert_eq!(refused(shop.outcomes(&nobody).await), expected);
}

async fn a_feed_of_thousands_arrives_whole(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let feed: Vec<_> = (1..=3_000)
        .map(|row| SyncItem { channel_quantity: Some(row % 7), ..item(row, &format!("SKU-{row:05}")) })
        .collect();

    let first = shop.sync(feed.clone()).await.unwrap();
    let again = shop.sync(feed).await.unwrap();

    assert_eq!((first.counts().created, first.outcomes.len()), (3_000, 3_000));
    assert_eq!((again.counts().unchanged, again.outcomes.len()), (3_000, 3_000));
    assert_eq!(oms.codes(1_000).await.unwrap().len(), 3_000);
}
