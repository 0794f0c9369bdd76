//! What a full sync no longer brings is retired, within bounds, and comes back whole.

use proto::catalogue::v1::{
    ListListingsRequest, ListingKind, SellerAccount, Sync, SyncItem, SyncOutcome, SyncScope, SyncState,
};
use tests::{
    Oms, both_engines, refusal, refused,
    story::{Shop, item},
};
use tonic::Code;

both_engines!(
    a_full_sync_retires_what_it_no_longer_brings,
    what_is_retired_is_not_offered,
    a_partial_sync_retires_nothing,
    a_truncated_feed_is_held_for_review,
    what_a_held_sync_would_retire_is_listed_and_goes_when_it_is_approved,
    a_held_sync_that_is_aborted_retires_nothing,
    an_end_that_was_cut_off_goes_on_where_it_was,
    what_the_channel_never_showed_is_not_absent,
    syncs_are_listed_by_account_and_state,
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
    let sync_id = held(&shop).await;

    let refusal = refused(shop.complete(&sync_id, 19).await);

    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "SYNC_HELD_FOR_REVIEW"));
    for (key, value) in
        [("would_retire", "6"), ("listings", "25"), ("threshold_percent", "20"), ("sync_id", sync_id.as_str())]
    {
        assert_eq!(refusal.metadata[key], value);
    }
    assert_eq!(live(&shop).await, 25, "nothing was retired");
    assert_eq!(shop.session(&sync_id).await.unwrap().state(), SyncState::HeldForReview);

    let more = SellerAccount { retire_threshold_percent: 30, ..Default::default() };
    shop.update(&["retire_threshold_percent"], more).await.unwrap();
    let done = shop.complete(&sync_id, 19).await.unwrap();
    assert_eq!((done.counts().retired, live(&shop).await), (6, 19), "a raised threshold lets it through");
}

/// A shop of 25 listings, and a sync that brings 19 of them, which is held.
async fn held(shop: &Shop) -> String {
    shop.sync(feed(25)).await.unwrap();
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &feed(19)).await.unwrap();
    assert_eq!(refused(shop.complete(&sync_id, 19).await).reason, "SYNC_HELD_FOR_REVIEW");
    sync_id
}

/// The listings that a session retired, or would.
async fn absent(shop: &Shop, sync_id: &str, outcome: SyncOutcome) -> Vec<String> {
    let outcomes = shop.outcomes(sync_id).await.unwrap();
    assert!(outcomes.is_sorted_by_key(|outcome| outcome.row), "what is absent comes first");
    let absent = outcomes.iter().filter(|own| own.row == 0);
    absent.inspect(|own| assert_eq!(own.outcome(), outcome)).map(|own| own.csku.clone()).collect()
}

async fn what_a_held_sync_would_retire_is_listed_and_goes_when_it_is_approved(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let sync_id = held(&shop).await;
    let gone: Vec<String> = (20..=25).map(|row| format!("SKU-{row:03}")).collect();
    assert_eq!(absent(&shop, &sync_id, SyncOutcome::WouldRetire).await, gone);
    assert_eq!(shop.session(&sync_id).await.unwrap().absent, 6);
    assert_eq!(shop.sessions(SyncState::HeldForReview).await.unwrap()[0].sync_id, sync_id);

    let approved = shop.approve(&sync_id).await.unwrap();

    assert_eq!((approved.state(), approved.approved_by.as_str()), (SyncState::Completed, "acme-service"));
    assert_eq!((approved.counts.unwrap().retired, live(&shop).await), (6, 19));
    assert_eq!(absent(&shop, &sync_id, SyncOutcome::Retired).await, gone);
    assert_eq!(shop.approve(&sync_id).await.unwrap(), approved, "approved again it stays so");
    let outcomes = shop.outcomes(&sync_id).await.unwrap();
    assert_eq!(outcomes.len(), 25);
    assert_eq!(shop.complete(&sync_id, 19).await.unwrap().outcomes, outcomes[6..], "a completion tells its items");
    assert!(!shop.start_sync(SyncScope::Full).await.unwrap().existing);
}

async fn a_held_sync_that_is_aborted_retires_nothing(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let sync_id = held(&shop).await;

    shop.abort(&sync_id).await.unwrap();

    assert_eq!(live(&shop).await, 25);
    let expected = refusal(Code::FailedPrecondition, "SYNC_STATE").with("sync_id", &sync_id).with("state", "ABORTED");
    assert_eq!(refused(shop.approve(&sync_id).await), expected);
    let open = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    assert_eq!(refused(shop.approve(&open).await).kind(), (Code::FailedPrecondition, "SYNC_STATE"));
}

/// As if whoever ended it had been killed when two of six were retired.
async fn an_end_that_was_cut_off_goes_on_where_it_was(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let sync_id = held(&shop).await;
    let cut_off = "UPDATE sync SET state = 'APPLYING', ending = 'RETIRE', ending_after = '2', retired = 2, lease_until_us = 0 \
                   WHERE state = 'HELD_FOR_REVIEW'";
    oms.behind_catalogue().await.execute(cut_off).await;

    let done = shop.complete(&sync_id, 19).await.unwrap();

    assert_eq!((done.sync.state(), done.counts().retired, live(&shop).await), (SyncState::Completed, 6, 21));
}

async fn waiting(shop: &Shop) -> Vec<String> {
    let request = ListListingsRequest { waiting_to_be_listed: true, show_retired: true, ..Default::default() };
    shop.listings_where(request).await.into_iter().map(|listing| listing.csku).collect()
}

async fn what_the_channel_never_showed_is_not_absent(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(feed(6)).await.unwrap();
    for csku in ["MADE-1", "MADE-2", "MADE-3"] {
        shop.single(csku, None).await.unwrap();
    }
    let made = ["MADE-1", "MADE-2", "MADE-3"];
    assert_eq!(waiting(&shop).await, made);

    let synced = shop.sync(feed(6)).await.unwrap();
    assert_eq!((synced.counts().retired, synced.sync.absent, live(&shop).await), (0, 0, 9));
    assert_eq!(waiting(&shop).await, made);

    let shown = |count| feed(count).into_iter().chain([item(90, "MADE-1"), item(91, "MADE-2")]).collect::<Vec<_>>();
    shop.sync(shown(6)).await.unwrap();
    assert_eq!(waiting(&shop).await, ["MADE-3"]);

    // Of the eight that it has shown, two do not count as all, and one is gone for good.
    let synced = shop.sync(feed(6).into_iter().chain([item(90, "MADE-1")]).collect()).await.unwrap();
    assert_eq!((synced.counts().retired, live(&shop).await), (1, 8));
    assert!(shop.listing(shop.csku("MADE-2")).await.unwrap().retired);
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    let held = refused(shop.complete(&sync_id, 0).await);
    assert_eq!((held.metadata["would_retire"].as_str(), held.metadata["listings"].as_str()), ("7", "7"));
}

async fn syncs_are_listed_by_account_and_state(oms: &Oms) {
    let (one, two) = (oms.connect("shopify", "one").await, oms.connect("shopify", "two").await);
    let mut done = vec![];
    for shop in [&one, &one, &two] {
        done.push(shop.sync(feed(1)).await.unwrap().sync);
    }
    let open = one.start_sync(SyncScope::Full).await.unwrap().sync.unwrap();

    let ids = |syncs: Vec<Sync>| syncs.into_iter().map(|sync| sync.sync_id).collect::<Vec<_>>();

    let of_one = one.sessions(SyncState::Unspecified).await.unwrap();
    assert_eq!(of_one[1], done[1], "as GetSync says");
    assert_eq!(ids(of_one), [&*open.sync_id, &*done[1].sync_id, &*done[0].sync_id]);
    assert_eq!(ids(one.sessions(SyncState::Open).await.unwrap()), [&*open.sync_id]);
    assert_eq!(ids(two.sessions(SyncState::Completed).await.unwrap()), [&*done[2].sync_id]);
    assert!(two.sessions(SyncState::Open).await.unwrap().is_empty());
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
