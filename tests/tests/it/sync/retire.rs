//! What a full sync no longer brings is retired, within bounds, and comes back whole.

use proto::catalogue::v1::{ListListingsRequest, ListingKind, SellerAccount, SyncItem, SyncScope, SyncState};
use tests::{
    Oms, both_engines, refused,
    story::{Shop, item},
};
use tonic::Code;

both_engines!(
    a_full_sync_retires_what_it_no_longer_brings,
    what_is_retired_is_not_offered,
    a_partial_sync_retires_nothing,
    a_truncated_feed_is_held_for_review,
    a_retired_listing_comes_back_with_its_mapping,
    a_wrong_count_retires_nothing,
    a_listing_made_during_a_sync_is_not_retired_by_it,
    a_duplicate_that_a_held_sync_brought_is_not_published,
    a_listing_named_by_both_its_codes_stops_no_sync,
);

fn feed(count: i64) -> Vec<SyncItem> {
    (1..=count).map(|row| item(row, &format!("SKU-{row:03}"))).collect()
}

async fn live(shop: &Shop) -> usize {
    shop.listings().await.len()
}

async fn a_full_sync_retires_what_it_no_longer_brings(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(feed(10)).await.unwrap();

    let synced = shop.sync(feed(8)).await.unwrap();

    assert_eq!((synced.counts().unchanged, synced.counts().retired, live(&shop).await), (8, 2, 8));
    let all = shop.listings_where(ListListingsRequest { show_retired: true, ..Default::default() }).await;
    assert_eq!(all.iter().filter(|listing| listing.retired).count(), 2);
    assert_eq!(oms.codes(100).await.unwrap().len(), 10, "the ISKUs stay");
}

async fn what_is_retired_is_not_offered(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let member = |row: i64, csku: &str| SyncItem {
        kind: ListingKind::Variant.into(),
        parent_csku: "FAMILY".to_owned(),
        ..item(row, csku)
    };
    let family = || SyncItem { kind: ListingKind::Group.into(), ..item(20, "FAMILY") };
    let with = |more: Vec<SyncItem>| feed(12).into_iter().chain([family()]).chain(more).collect::<Vec<_>>();
    shop.sync(with(vec![member(21, "S"), member(22, "M"), item(23, "CAP")])).await.unwrap();

    shop.sync(with(vec![member(21, "S")])).await.unwrap();
    let part = shop.validate(vec![shop.csku("FAMILY")]).await.unwrap();
    let published = shop.publish(shop.csku("FAMILY")).await.unwrap();
    assert!(part[0].ready, "what is gone holds nothing back: {:?}", part[0]);
    assert_eq!(published.published, [shop.csku("S")]);
    assert_eq!(shop.listing(shop.csku("FAMILY")).await.unwrap().members, [shop.csku("S")]);

    shop.sync(with(vec![])).await.unwrap();
    let all = shop.validate(vec![shop.csku("FAMILY"), shop.csku("CAP")]).await.unwrap();
    assert!(!all[0].ready && !all[1].ready);
    for (csku, reason) in [("FAMILY", "GROUP_EMPTY"), ("CAP", "RETIRED")] {
        let held_back = refused(shop.publish(shop.csku(csku)).await);
        assert_eq!(held_back.kind(), (Code::FailedPrecondition, "LISTING_NOT_READY"), "{csku}");
        assert_eq!((&*held_back.metadata["reason_count"], &*held_back.metadata["reason_0"]), ("1", reason));
    }
}

async fn a_partial_sync_retires_nothing(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(feed(10)).await.unwrap();
    let sync_id = shop.start_sync(SyncScope::Partial).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &feed(1)).await.unwrap();

    let synced = shop.complete(&sync_id, 1).await.unwrap();

    assert_eq!((synced.counts().retired, live(&shop).await), (0, 10));
}

async fn a_truncated_feed_is_held_for_review(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(feed(10)).await.unwrap();

    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &feed(7)).await.unwrap();
    let held = refused(shop.complete(&sync_id, 7).await);

    assert_eq!(held.kind(), (Code::FailedPrecondition, "SYNC_HELD_FOR_REVIEW"));
    for (key, value) in
        [("would_retire", "3"), ("listings", "10"), ("threshold_percent", "20"), ("sync_id", sync_id.as_str())]
    {
        assert_eq!(held.metadata[key], value);
    }
    assert_eq!(live(&shop).await, 10, "nothing was retired");
    assert_eq!(shop.session(&sync_id).await.unwrap().state(), SyncState::HeldForReview);

    let more = SellerAccount { retire_threshold_percent: 30, ..Default::default() };
    shop.update(&["retire_threshold_percent"], more).await.unwrap();
    let done = shop.complete(&sync_id, 7).await.unwrap();
    assert_eq!((done.counts().retired, live(&shop).await), (3, 7), "a raised threshold lets it through");
}

async fn a_retired_listing_comes_back_with_its_mapping(oms: &Oms) {
    oms.isku("B").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(feed(10)).await.unwrap();
    let mapped = shop.remap(shop.csku("SKU-010"), 1, &[("B", 1)]).await.unwrap().listing.unwrap();
    shop.sync(feed(9)).await.unwrap();
    assert_eq!(live(&shop).await, 9);

    shop.sync(feed(10)).await.unwrap();

    let back = shop.listing(shop.csku("SKU-010")).await.unwrap();
    assert!(!back.retired);
    assert_eq!((back.listing_id, back.mapping), (mapped.listing_id, mapped.mapping));
}

async fn a_wrong_count_retires_nothing(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(feed(10)).await.unwrap();
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &feed(9)).await.unwrap();

    let wrong = refused(shop.complete(&sync_id, 10).await);

    assert_eq!(wrong.kind(), (Code::FailedPrecondition, "SYNC_COUNT_MISMATCH"));
    assert_eq!((wrong.metadata["stated"].as_str(), wrong.metadata["uploaded"].as_str()), ("10", "9"));
    assert_eq!(live(&shop).await, 10);
    assert_eq!(shop.complete(&sync_id, 9).await.unwrap().counts().retired, 1);
}

async fn a_listing_made_during_a_sync_is_not_retired_by_it(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(feed(10)).await.unwrap();
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.single("NEW", None).await.unwrap();
    shop.upload(&sync_id, 1, &feed(10)).await.unwrap();

    let synced = shop.complete(&sync_id, 10).await.unwrap();

    assert_eq!((synced.counts().retired, live(&shop).await), (0, 11));
}

async fn a_duplicate_that_a_held_sync_brought_is_not_published(oms: &Oms) {
    oms.isku("TEE").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(feed(10)).await.unwrap();
    shop.single("OTHER", Some("TEE")).await.unwrap();
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &[item(1, "TEE")]).await.unwrap();
    assert_eq!(refused(shop.complete(&sync_id, 1).await).kind(), (Code::FailedPrecondition, "SYNC_HELD_FOR_REVIEW"));

    let held_back = refused(shop.publish(shop.csku("OTHER")).await);

    assert_eq!(held_back.kind(), (Code::FailedPrecondition, "LISTING_NOT_READY"));
    assert_eq!(held_back.metadata["reason_0"], "DUPLICATE_MAPPING");
}

/// The channel renamed it and still sends the former code in a row of its own.
async fn a_listing_named_by_both_its_codes_stops_no_sync(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let named = |row, csku: &str, id: &str, title: &str| SyncItem {
        channel_listing_id: id.to_owned(),
        title: title.to_owned(),
        ..item(row, csku)
    };
    shop.sync(vec![named(1, "OLD", "1", "Mug")]).await.unwrap();

    let synced =
        shop.sync(vec![named(1, "NEW", "1", "Mug"), named(2, "OLD", "", "Cup"), item(3, "TEE")]).await.unwrap();

    assert_eq!(synced.row(1).reasons, ["RENAMED"]);
    assert_eq!((synced.counts().finding, synced.counts().created), (2, 1));
}
