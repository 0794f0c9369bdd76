//! `kill -9` of catalogue-svc in the middle of a sync: it is resumed and ends as if nothing had happened.

use futures::{StreamExt, channel::mpsc};
use proto::catalogue::v1::{SyncItem, SyncScope, SyncState, UploadListingsRequest};
use tests::{
    Engine, Oms,
    story::{CHUNK, Level, Shop, Synced, item, token_of},
};

const ITEMS: i64 = 2_600;

fn feed() -> Vec<SyncItem> {
    let one = |row: i64| SyncItem { channel_quantity: Some(row % 5 + 1), ..item(row, &format!("SKU-{row:05}")) };
    (1..=ITEMS).map(one).collect()
}

fn shop(oms: &Oms) -> Shop {
    oms.shop("shopify", "shop")
}

/// As if nothing had happened: every listing once, mapped, its ISKU with its opening stock once, and nothing left to do.
async fn is_whole(oms: &Oms, synced: &Synced) {
    assert_eq!(synced.sync.state(), SyncState::Completed);
    assert_eq!((synced.counts().created, synced.outcomes.len()), (ITEMS, ITEMS as usize), "{:?}", synced.counts());
    let listings = shop(oms).listings().await;
    assert_eq!(listings.len(), ITEMS as usize);
    for listing in &listings {
        let mapping = listing.mapping.as_ref().unwrap();
        assert_eq!((mapping.revision, mapping.components[0].isku_code.as_str()), (1, listing.csku.as_str()));
    }
    assert_eq!(oms.codes(1_000).await.unwrap().len(), ITEMS as usize);
    for row in [1, 2, 499, 500, 501, 1_000, 1_001, ITEMS] {
        assert_eq!(oms.level(&format!("SKU-{row:05}")).await, Level::of(row % 5 + 1, 0), "row {row}");
    }

    let again = shop(oms).sync(feed()).await.unwrap();
    assert_eq!(again.counts().unchanged, ITEMS);
}

async fn an_upload_that_was_killed_is_resumed(engine: Engine) {
    let mut oms = Oms::start_as_processes(engine).await;
    shop(&oms).connect().await.unwrap();
    let sync_id = shop(&oms).start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    let (chunks, receiver) = mpsc::unbounded();
    for (number, items) in (1..).zip(feed().chunks(CHUNK)).take(2) {
        let chunk = UploadListingsRequest {
            sync_id: sync_id.clone(),
            sequence: number,
            items: items.to_vec(),
            upload_token: token_of(&sync_id),
        };
        chunks.unbounded_send(chunk).unwrap();
    }
    let mut answers = oms.syncs.clone().upload_listings(receiver).await.unwrap().into_inner();
    for number in [1, 2] {
        assert_eq!(answers.next().await.unwrap().unwrap().acknowledged_sequence, number);
    }

    // The stream is still open: the connector was about to send more.
    oms.kill_and_restart_catalogue().await;
    assert!(answers.next().await.is_none_or(|answer| answer.is_err()));

    let session = shop(&oms).start_sync(SyncScope::Full).await.unwrap();
    let sync = session.sync.unwrap();
    assert!(session.existing && sync.sync_id == sync_id);
    assert_eq!(sync.acknowledged_sequence, 2, "what was acknowledged is stored");
    let rest = &feed()[2 * CHUNK..];
    shop(&oms).upload(&sync_id, 3, rest).await.unwrap();
    let synced = shop(&oms).complete(&sync_id, ITEMS).await.unwrap();
    is_whole(&oms, &synced).await;
    oms.finish().await;
}

/// Kills the catalogue when inventory-svc has answered EnsureIskus and the answer has not arrived, after some that have.
async fn killed_before_the_mappings(engine: Engine, answers_let_through: usize) {
    let mut oms = Oms::start_as_processes(engine).await;
    shop(&oms).connect().await.unwrap();
    let sync_id = shop(&oms).start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop(&oms).upload(&sync_id, 1, &feed()).await.unwrap();
    oms.gate().keep_answers_of("/EnsureIskus", answers_let_through);
    let completing = tokio::spawn({
        let (shop, sync_id) = (shop(&oms), sync_id.clone());
        async move { shop.complete(&sync_id, ITEMS).await.map(|synced| synced.outcomes.len()) }
    });
    oms.gate().kept(1).await;
    let ensured = oms.codes(1_000).await.unwrap().len();

    oms.kill_and_restart_catalogue().await;
    assert!(completing.await.unwrap().is_err(), "the caller knows that it was cut off");

    assert!(ensured > 0, "ISKUs were made");
    let listings = shop(&oms).listings().await;
    let mapped =
        listings.iter().filter(|listing| listing.mapping.as_ref().is_some_and(|found| found.revision > 0)).count();
    assert!(mapped < ensured, "the last mappings were not: {mapped} of {ensured}");
    let synced = shop(&oms).complete(&sync_id, ITEMS).await.unwrap();
    is_whole(&oms, &synced).await;
    oms.finish().await;
}

async fn a_completion_that_was_killed_goes_on_where_it_stopped(engine: Engine) {
    killed_before_the_mappings(engine, 2).await;
}

async fn iskus_that_were_ensured_before_the_kill_are_mapped_after_it(engine: Engine) {
    killed_before_the_mappings(engine, 0).await;
}

tests::on_both_engines!(
    an_upload_that_was_killed_is_resumed,
    a_completion_that_was_killed_goes_on_where_it_stopped,
    iskus_that_were_ensured_before_the_kill_are_mapped_after_it,
);
