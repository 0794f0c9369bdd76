//! The session itself: one for each account, resumed where it stopped, closed for good.

use proto::catalogue::v1::{
    StartSyncRequest, StartSyncResponse, SyncItem, SyncScope, SyncState, UploadListingsRequest,
};
use tests::{
    Oms, Refusal,
    api::Api,
    both_engines,
    merchant::channel,
    raw, refusal, refused,
    site::credential_of,
    story::{Shop, item, token_of},
};
use tonic::Code;
use uuid::Uuid;

both_engines!(
    an_account_has_one_open_session,
    a_chunk_that_was_stored_is_acknowledged_again,
    a_chunk_out_of_sequence_is_refused,
    a_session_takes_chunks_from_whoever_has_its_token,
    a_session_is_taken_over_after_its_lease_and_not_before,
    a_chunk_that_was_stored_is_refused_with_other_items,
    two_uploaders_of_equal_chunks_make_no_mixed_snapshot,
    a_session_of_a_release_without_tokens_is_uploaded_without_one,
    a_chunk_that_cannot_be_decoded_ends_the_stream_with_its_status,
    outcomes_are_not_paged_while_they_change,
    an_aborted_session_takes_nothing_more,
    a_completed_session_tells_its_outcomes_again,
    a_session_nobody_started_is_not_found,
    a_feed_of_thousands_arrives_whole,
);

fn chunk(sync_id: &str, sequence: i64, items: Vec<SyncItem>) -> UploadListingsRequest {
    UploadListingsRequest { sync_id: sync_id.to_owned(), sequence, items, upload_token: token_of(sync_id) }
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

/// Opens a session, or finds it, under a request id.
async fn started(shop: &Shop, request_id: &str) -> StartSyncResponse {
    let request = StartSyncRequest {
        request_id: request_id.to_owned(),
        account: Some(shop.key.clone()),
        ..StartSyncRequest::default()
    };
    shop.merchant.syncs.clone().start_sync(request).await.unwrap().into_inner()
}

/// One minute later.
async fn after_the_lease(oms: &Oms) {
    oms.behind_catalogue().await.execute("UPDATE sync SET lease_until_us = 1 WHERE state = 'OPEN'").await;
}

async fn a_session_takes_chunks_from_whoever_has_its_token(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let first = started(&shop, "one").await;
    let again = started(&shop, "one").await;
    let other = started(&shop, "two").await;
    let (sync_id, token) = (first.sync.unwrap().sync_id, first.upload_token);
    let with = |token: &str| UploadListingsRequest {
        sync_id: sync_id.clone(),
        sequence: 1,
        items: vec![item(1, "A")],
        upload_token: token.to_owned(),
    };

    assert_eq!((again.upload_token.as_str(), again.existing), (token.as_str(), false));
    assert_eq!((other.upload_token.as_str(), other.existing), ("", true));
    assert!(other.sync.unwrap().lease_expire_time.is_some(), "until when it is somebody else's");
    let expected = refusal(Code::FailedPrecondition, "SYNC_NOT_YOURS").with("sync_id", &sync_id);
    for wrong in ["", "another"] {
        assert_eq!(refused(shop.upload_chunks(vec![with(wrong)]).await), expected);
    }
    assert_eq!(shop.upload_chunks(vec![with(&token)]).await.unwrap(), 1);
    assert_eq!(shop.complete(&sync_id, 1).await.unwrap().counts().created, 1);
}

async fn a_session_is_taken_over_after_its_lease_and_not_before(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let first = started(&shop, "one").await;
    let sync_id = first.sync.unwrap().sync_id;
    let with = |sequence, token: &str| UploadListingsRequest {
        sync_id: sync_id.clone(),
        sequence,
        items: vec![item(sequence, &format!("S-{sequence}"))],
        upload_token: token.to_owned(),
    };
    after_the_lease(oms).await;
    // A chunk is a sign of life.
    shop.upload_chunks(vec![with(1, &first.upload_token)]).await.unwrap();
    assert_eq!(started(&shop, "two").await.upload_token, "");
    after_the_lease(oms).await;

    let taken = started(&shop, "three").await;

    assert!(taken.existing && !taken.upload_token.is_empty());
    assert_eq!(refused(shop.upload_chunks(vec![with(2, &first.upload_token)]).await).reason, "SYNC_NOT_YOURS");
    assert_eq!(started(&shop, "one").await.upload_token, "", "it is not the first one's any more");
    assert_eq!(shop.upload_chunks(vec![with(2, &taken.upload_token)]).await.unwrap(), 2);
    assert_eq!(shop.complete(&sync_id, 2).await.unwrap().counts().created, 2);
}

async fn a_chunk_that_was_stored_is_refused_with_other_items(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload_chunks(vec![chunk(&sync_id, 1, vec![item(1, "A")])]).await.unwrap();

    let differs = refused(shop.upload_chunks(vec![chunk(&sync_id, 1, vec![item(1, "B")])]).await);

    let expected = refusal(Code::InvalidArgument, "SYNC_CHUNK_DIFFERS").with("sync_id", &sync_id);
    assert_eq!(differs, expected.with("sequence", 1));
    let synced = shop.complete(&sync_id, 1).await.unwrap();
    assert_eq!(synced.row(1).csku, "A");
}

/// Both found the session, as uploaders did that knew no tokens; each sends its own feed in chunks of the same numbers.
async fn two_uploaders_of_equal_chunks_make_no_mixed_snapshot(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let (one, two) = (started(&shop, "one").await, started(&shop, "two").await);
    let sync_id = one.sync.unwrap().sync_id;
    let of = |whose: &str, token: &str, sequence: i64| UploadListingsRequest {
        sync_id: sync_id.clone(),
        sequence,
        items: vec![item(sequence, &format!("{whose}-{sequence}"))],
        upload_token: token.to_owned(),
    };
    shop.upload_chunks(vec![of("ONE", &one.upload_token, 1)]).await.unwrap();

    let second = shop.upload_chunks(vec![of("TWO", &two.upload_token, 1), of("TWO", &two.upload_token, 2)]).await;
    shop.upload_chunks(vec![of("ONE", &one.upload_token, 2)]).await.unwrap();

    assert_eq!(refused(second).kind(), (Code::FailedPrecondition, "SYNC_NOT_YOURS"));
    let synced = shop.complete(&sync_id, 2).await.unwrap();
    assert_eq!((synced.row(1).csku.as_str(), synced.row(2).csku.as_str()), ("ONE-1", "ONE-2"));
}

async fn a_session_of_a_release_without_tokens_is_uploaded_without_one(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let sync_id = started(&shop, "one").await.sync.unwrap().sync_id;
    oms.behind_catalogue().await.execute("UPDATE sync SET upload_token = NULL, lease_until_us = 0").await;
    let without = |sequence| UploadListingsRequest {
        sync_id: sync_id.clone(),
        sequence,
        items: vec![item(sequence, &format!("S-{sequence}"))],
        upload_token: String::new(),
    };
    shop.upload_chunks(vec![without(1)]).await.unwrap();
    oms.behind_catalogue().await.execute("DELETE FROM sync_chunk").await;

    assert_eq!(shop.upload_chunks(vec![without(1), without(2)]).await.unwrap(), 2);

    assert_eq!(shop.complete(&sync_id, 2).await.unwrap().counts().created, 2);
}

async fn a_chunk_that_cannot_be_decoded_ends_the_stream_with_its_status(oms: &Oms) {
    let api = Api::catalogue();
    let rpc = api.rpcs.iter().find(|rpc| rpc.name == "UploadListings").unwrap();
    let channel = channel(&oms.catalogue_url());

    // A field of a type that no field has.
    let answer = raw::call(&channel, rpc, &credential_of("acme"), &[0x0f, 0xff]).await;

    let status = answer.expect_err("the stream does not end as if all were well");
    assert_eq!(Refusal::from(&status).kind(), (Code::InvalidArgument, "MESSAGE_INVALID"));
}

async fn outcomes_are_not_paged_while_they_change(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &[item(1, "A")]).await.unwrap();
    assert!(shop.outcomes(&sync_id).await.unwrap().is_empty());
    oms.behind_catalogue().await.execute("UPDATE sync SET state = 'APPLYING', lease_until_us = 0").await;

    let changing = refused(shop.outcomes(&sync_id).await);

    let expected = refusal(Code::FailedPrecondition, "SYNC_STATE").with("sync_id", &sync_id);
    assert_eq!(changing, expected.with("state", "APPLYING"));
    shop.complete(&sync_id, 1).await.unwrap();
    assert_eq!(shop.outcomes(&sync_id).await.unwrap().len(), 1);
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
