//! What becomes of the items of a feed.

use proto::{
    catalogue::v1::{
        CategoryPath, ChannelStatus, FindingKind, ListingIntent, ListingKind, ListingReason, MappingComponent,
        StartSyncRequest, SyncItem, SyncOutcome as Outcome, SyncScope,
    },
    r#type::v1::Money,
};
use tests::{
    Oms, both_engines,
    story::{Level, components, item, names},
};

both_engines!(
    a_new_single_brings_its_isku_with_opening_stock,
    the_same_snapshot_again_changes_nothing,
    an_existing_iskus_stock_is_never_written,
    parents_bundles_and_untracked_items_create_no_isku,
    variants_belong_to_their_group,
    without_creation_what_has_no_isku_needs_one,
    a_code_that_repeats_is_applied_for_none_of_its_rows,
    a_repeated_code_is_settled_by_a_partial_sync_that_states_it_once,
    an_isku_that_is_refused_is_told_and_tried_again,
    one_bad_item_never_stops_the_rest,
    what_is_no_code_is_not_told_at_length,
    a_listing_without_csku_keeps_its_identity_when_the_code_comes,
    a_known_listing_under_another_code_is_a_finding,
    different_barcodes_are_different_goods,
    near_duplicate_codes_are_found,
    a_category_comes_with_its_item,
    shops_own_their_categories_and_marketplaces_share_theirs,
    a_kit_of_the_feed_sells_all_of_its_components,
    what_the_channel_says_is_mirrored,
);

fn stocked(row: i64, csku: &str, quantity: i64) -> SyncItem {
    SyncItem { channel_quantity: Some(quantity), ..item(row, csku) }
}

async fn a_new_single_brings_its_isku_with_opening_stock(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let cost = Money { currency_code: "MYR".to_owned(), units: 3, nanos: 0 };
    let feed = SyncItem {
        barcode: "955".to_owned(),
        weight_g: Some(120),
        cost_price: Some(cost.clone()),
        ..stocked(1, "TEE", 7)
    };

    let synced = shop.sync(vec![feed, item(2, "CAP")]).await.unwrap();

    assert_eq!((synced.counts().created, synced.row(1).outcome()), (2, Outcome::Created));
    let tee = oms.find("TEE").await.unwrap();
    assert_eq!((tee.product_name.as_str(), tee.barcode.as_str(), tee.weight_g), ("Offer TEE", "955", Some(120)));
    assert_eq!(tee.cost_price, Some(cost));
    assert!(tee.incomplete && tee.dimensions.is_none(), "what is not known is absent");
    assert_eq!(oms.level("TEE").await, Level::of(7, 0));
    assert_eq!(oms.level("CAP").await, Level::of(0, 0));
    let listing = shop.listing(shop.csku("TEE")).await.unwrap();
    assert_eq!(listing.mapping.unwrap().components[0].isku_code, "TEE");
    assert!(shop.publish(shop.csku("TEE")).await.is_ok());
}

async fn the_same_snapshot_again_changes_nothing(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let feed = vec![
        stocked(1, "TEE", 7),
        stocked(2, "CAP", 3),
        SyncItem { kind: ListingKind::Kit.into(), components: components(&[("TEE", 2)]), ..item(3, "PAIR") },
        SyncItem { stock_untracked: true, ..item(4, "CARD") },
    ];
    shop.sync(feed.clone()).await.unwrap();
    let before = shop.listings().await;

    let again = shop.sync(feed).await.unwrap();

    assert_eq!(again.counts().unchanged, 4, "{:?}", again.outcomes);
    assert_eq!(shop.listings().await, before);
    assert_eq!(oms.level("TEE").await, Level::of(7, 0));
}

async fn what_is_no_code_is_not_told_at_length(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let long = "x".repeat(100_000);
    let feed = SyncItem { channel_listing_id: long.clone(), ..item(1, &long) };

    let synced = shop.sync(vec![feed]).await.unwrap();

    let told = synced.row(1);
    assert_eq!(told.outcome(), Outcome::Rejected);
    // Its row finds it again.
    assert_eq!((told.csku.as_str(), told.channel_listing_id.as_str()), ("", ""));
    assert!(!told.detail.is_empty() && !told.detail.contains(&long[..129]), "{}", told.detail);
}

async fn an_existing_iskus_stock_is_never_written(oms: &Oms) {
    oms.isku("TEE").on_hand(10).await;
    let shop = oms.connect("shopify", "shop").await;

    shop.sync(vec![stocked(1, "TEE", 7)]).await.unwrap();

    assert_eq!(oms.level("TEE").await, Level::of(10, 0));
    let drift = shop.findings(FindingKind::StockDrift).await;
    assert_eq!(drift.len(), 1);
    assert_eq!((drift[0].listings.clone(), drift[0].isku_codes.clone()), (vec![shop.csku("TEE")], names(&["TEE"])));
    assert!(!drift[0].blocking && drift[0].detail.contains("10") && drift[0].detail.contains('7'));

    shop.sync(vec![stocked(1, "TEE", 10)]).await.unwrap();
    assert!(shop.findings(FindingKind::StockDrift).await.is_empty(), "closed when its cause is gone");
}

async fn parents_bundles_and_untracked_items_create_no_isku(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let kind = |kind: ListingKind, row, csku| SyncItem { kind: kind.into(), ..item(row, csku) };

    let synced = shop
        .sync(vec![
            kind(ListingKind::Group, 1, "FAMILY"),
            SyncItem { parent_csku: "FAMILY".to_owned(), ..kind(ListingKind::Variant, 2, "S") },
            SyncItem { components: components(&[("S", 2)]), ..kind(ListingKind::Kit, 3, "PAIR") },
            SyncItem { stock_untracked: true, ..item(4, "CARD") },
            SyncItem { member_cskus: names(&["PLAIN"]), ..kind(ListingKind::Group, 5, "GROUPED") },
            item(6, "PLAIN"),
        ])
        .await
        .unwrap();

    assert_eq!(synced.counts().created, 6, "{:?}", synced.outcomes);
    assert_eq!(oms.codes(100).await.unwrap(), ["PLAIN", "S"]);
    assert!(!shop.listing(shop.csku("CARD")).await.unwrap().stock_tracked);
    assert_eq!(shop.listing(shop.csku("GROUPED")).await.unwrap().members, vec![shop.csku("PLAIN")]);
}

async fn variants_belong_to_their_group(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let variant =
        |row, csku| SyncItem { kind: ListingKind::Variant.into(), parent_csku: "FAMILY".to_owned(), ..item(row, csku) };

    // The children come before their parent: a feed has no order.
    let parent = SyncItem { kind: ListingKind::Group.into(), ..item(3, "FAMILY") };
    shop.sync(vec![variant(1, "S"), variant(2, "M"), parent]).await.unwrap();

    let group = shop.listing(shop.csku("FAMILY")).await.unwrap();
    assert_eq!(group.members, vec![shop.csku("S"), shop.csku("M")]);
    let small = shop.listing(shop.csku("S")).await.unwrap();
    assert_eq!((small.kind(), small.parent), (ListingKind::Variant, Some(shop.csku("FAMILY"))));
}

async fn without_creation_what_has_no_isku_needs_one(oms: &Oms) {
    oms.isku("TEE").await;
    let shop = oms.connect("shopify", "shop").await;
    let request =
        StartSyncRequest { scope: SyncScope::Full.into(), create_missing_iskus: Some(false), ..Default::default() };
    let sync_id = shop.start_sync_as(request).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &[stocked(1, "TEE", 0), stocked(2, "CAP", 3)]).await.unwrap();

    shop.complete(&sync_id, 2).await.unwrap();

    assert_eq!(oms.codes(100).await.unwrap(), ["TEE"]);
    let waiting = shop.held_back_by(ListingReason::NeedsIsku).await;
    assert_eq!(waiting.iter().map(|listing| listing.csku.as_str()).collect::<Vec<_>>(), ["CAP"]);
}

async fn a_code_that_repeats_is_applied_for_none_of_its_rows(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;

    let synced = shop.sync(vec![stocked(1, "TWICE", 5), item(2, "ONCE"), stocked(3, "TWICE", 9)]).await.unwrap();

    for row in [1, 3] {
        assert_eq!(synced.row(row).outcome(), Outcome::Finding);
        assert_eq!(synced.row(row).reasons, names(&["REPEATED_IN_SNAPSHOT"]));
    }
    assert_eq!(synced.row(2).outcome(), Outcome::Created);
    assert_eq!(oms.codes(100).await.unwrap(), ["ONCE"]);
    assert_eq!(shop.outcomes(&synced.sync.sync_id).await.unwrap(), synced.outcomes);
}

async fn one_bad_item_never_stops_the_rest(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let bad = [
        SyncItem { csku: "bad\u{7}".to_owned(), ..item(2, "") },
        SyncItem { csku: String::new(), ..item(3, "") },
        SyncItem { weight_g: Some(-1), ..item(4, "HEAVY") },
        SyncItem { kind: ListingKind::Unspecified.into(), ..item(5, "KINDLESS") },
    ];
    let mut feed = vec![item(1, "FIRST")];
    feed.extend(bad);
    feed.push(item(6, "LAST"));

    let synced = shop.sync(feed).await.unwrap();

    assert_eq!((synced.counts().created, synced.counts().rejected), (2, 4), "{:?}", synced.outcomes);
    for row in 2..=5 {
        assert_eq!(synced.row(row).outcome(), Outcome::Rejected);
        assert!(!synced.row(row).reasons.is_empty() && !synced.row(row).detail.is_empty());
    }
    assert_eq!(oms.codes(100).await.unwrap(), ["FIRST", "LAST"]);
}

async fn a_listing_without_csku_keeps_its_identity_when_the_code_comes(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let feed = |csku: &str| SyncItem { channel_listing_id: "gid/1".to_owned(), title: "A".to_owned(), ..item(1, csku) };
    shop.sync(vec![feed("")]).await.unwrap();
    let before = shop.listing(shop.id("gid/1")).await.unwrap();

    let synced = shop.sync(vec![feed("TEE")]).await.unwrap();

    assert_eq!(synced.row(1).outcome(), Outcome::Updated);
    let after = shop.listing(shop.csku("TEE")).await.unwrap();
    assert_eq!((before.listing_id, before.csku.as_str()), (after.listing_id, ""));
    assert_eq!(after.mapping.unwrap().components[0].isku_code, "TEE");
}

async fn a_known_listing_under_another_code_is_a_finding(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let feed = |csku: &str| SyncItem { channel_listing_id: "gid/1".to_owned(), ..stocked(1, csku, 5) };
    shop.sync(vec![feed("OLD")]).await.unwrap();

    let synced = shop.sync(vec![feed("NEW")]).await.unwrap();

    assert!(synced.row(1).reasons.contains(&"RENAMED".to_owned()), "{:?}", synced.row(1));
    assert_eq!(shop.findings(FindingKind::Renamed).await.len(), 1);
    let listing = shop.listing(shop.id("gid/1")).await.unwrap();
    assert!(!listing.retired, "it counts as present");
    assert_eq!(listing.csku, "OLD");
    assert_eq!(listing.title, "Offer NEW", "everything but the code is mirrored");
    for (order, csku) in [("1", "OLD"), ("2", "NEW")] {
        assert!(shop.sell(order, &[(csku, 1)]).await.is_ok(), "orders under either code resolve: {csku}");
    }
}

async fn different_barcodes_are_different_goods(oms: &Oms) {
    oms.isku("TEE").barcode("4006381333931").await;
    oms.isku("CAP").barcode("96385074").named("Another name").await;
    let shop = oms.connect("shopify", "shop").await;

    shop.sync(vec![
        SyncItem { barcode: "036000291452".to_owned(), ..item(1, "TEE") },
        SyncItem { barcode: "96385074".to_owned(), ..item(2, "CAP") },
    ])
    .await
    .unwrap();

    let tee = shop.listing(shop.csku("TEE")).await.unwrap();
    assert!(tee.mapping.unwrap_or_default().components.is_empty(), "the default is not taken");
    assert!(tee.reasons.iter().any(|reason| reason.reason() == ListingReason::DifferentGoods && reason.blocking));
    assert_eq!(shop.findings(FindingKind::DifferentGoods).await.len(), 1);
    let cap = shop.listing(shop.csku("CAP")).await.unwrap();
    assert_eq!(cap.mapping.unwrap().components[0].isku_code, "CAP");
    assert_eq!(shop.findings(FindingKind::DifferentDescription).await.len(), 1);
}

async fn near_duplicate_codes_are_found(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;

    shop.sync(vec![item(1, "SKU-1"), item(2, "sku - 1."), item(3, "SKU-10")]).await.unwrap();

    let near = shop.findings(FindingKind::NearDuplicateCode).await;
    assert_eq!(near.len(), 1);
    assert_eq!(near[0].listings, vec![shop.csku("SKU-1"), shop.csku("sku - 1.")]);
    assert!(!near[0].blocking);
}

async fn a_repeated_code_is_settled_by_a_partial_sync_that_states_it_once(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let partly = async |feed: Vec<SyncItem>| {
        let sync_id = shop.start_sync(SyncScope::Partial).await.unwrap().sync.unwrap().sync_id;
        shop.upload(&sync_id, 1, &feed).await.unwrap();
        shop.complete(&sync_id, feed.len() as i64).await.unwrap();
        shop.findings(FindingKind::RepeatedInSnapshot).await.len()
    };
    let twice = [stocked(1, "ONE", 1), stocked(2, "ONE", 2), stocked(3, "TWO", 1), stocked(4, "TWO", 2)];

    assert_eq!(partly(twice.to_vec()).await, 2);
    assert_eq!(partly(vec![item(1, "OTHER")]).await, 2, "it says nothing of them");
    assert_eq!(partly(vec![item(1, "ONE")]).await, 1);
    assert_eq!(partly(twice[2..].to_vec()).await, 1, "it is still so");
    assert_eq!(partly(vec![item(1, "TWO")]).await, 0);
}

async fn an_isku_that_is_refused_is_told_and_tried_again(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let at = async |location: &str| {
        let request = StartSyncRequest {
            scope: SyncScope::Full.into(),
            opening_location: location.to_owned(),
            ..Default::default()
        };
        let sync_id = shop.start_sync_as(request).await.unwrap().sync.unwrap().sync_id;
        shop.upload(&sync_id, 1, &[stocked(1, "TEE", 7)]).await.unwrap();
        shop.complete(&sync_id, 1).await.unwrap()
    };

    for refused in [at("nowhere").await, at("nowhere").await] {
        assert_eq!((refused.row(1).outcome(), refused.counts().rejected), (Outcome::Rejected, 1), "{refused:?}");
        assert_eq!(refused.row(1).reasons, names(&["ISKU_REJECTED", "NEEDS_ISKU"]));
        assert!(refused.row(1).detail.contains("LOCATION_NOT_FOUND"), "{}", refused.row(1).detail);
    }
    assert!(shop.listing(shop.csku("TEE")).await.is_ok(), "the listing is there");
    assert!(oms.find("TEE").await.is_err());

    assert_eq!(at("default").await.row(1).outcome(), Outcome::Updated);
    assert_eq!(oms.level("TEE").await, Level::of(7, 0));
}

async fn shops_own_their_categories_and_marketplaces_share_theirs(oms: &Oms) {
    let named = |id: &str, path: &str| CategoryPath { channel_category_id: id.to_owned(), path: names(&[path]) };
    let feed = |word: &str| {
        vec![
            SyncItem { categories: vec![named("7", word)], ..item(1, "TEE") },
            SyncItem { categories: vec![named("", "Plain")], ..item(2, "CAP") },
        ]
    };
    for (channel, categories) in [("woocommerce", 4), ("shopify", 4), ("shopee-my", 2)] {
        for (seller, word) in [("one", "Tees"), ("two", "Mugs")] {
            oms.connect(channel, seller).await.sync(feed(word)).await.unwrap();
        }
        let found = oms.categories_of(channel).await.unwrap();
        assert_eq!(found.len(), categories, "{channel}: {found:?}");
        assert!(found.iter().all(|category| category.seller_id.is_empty() == (categories == 2)), "{found:?}");
    }
    let tee = oms.shop("woocommerce", "one").listing(oms.shop("woocommerce", "one").csku("TEE")).await.unwrap();
    assert_eq!(tee.category.unwrap().path, names(&["Tees"]), "the other shop's word is its own");
}

async fn a_category_comes_with_its_item(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let path = |path: &[&str]| CategoryPath { channel_category_id: String::new(), path: names(path) };
    let in_categories = |row, csku, categories| SyncItem { categories, ..item(row, csku) };

    shop.sync(vec![
        in_categories(1, "TEE", vec![path(&["Clothes"]), path(&["Clothes", "Tees"]), path(&["Sale", "New"])]),
        in_categories(2, "CAP", vec![path(&["Clothes"])]),
        item(3, "BARE"),
    ])
    .await
    .unwrap();

    let tee = shop.listing(shop.csku("TEE")).await.unwrap();
    assert_eq!(tee.category.unwrap().path, names(&["Clothes", "Tees"]), "the first of the deepest");
    assert_eq!(shop.findings(FindingKind::SeveralCategories).await.len(), 1);
    let bare = shop.listing(shop.csku("BARE")).await.unwrap();
    assert!(bare.reasons.iter().any(|reason| reason.reason() == ListingReason::NeedsCategory && !reason.blocking));
    assert!(shop.publish(shop.csku("BARE")).await.is_ok(), "a missing category is advisory");
    let categories = oms.categories_of("shopify").await.unwrap();
    let counts: Vec<_> = categories.iter().map(|found| (found.path.join("/"), found.listing_count)).collect();
    assert!(
        counts.contains(&("Clothes/Tees".to_owned(), 1)) && counts.contains(&("Clothes".to_owned(), 1)),
        "{counts:?}"
    );
}

async fn a_kit_of_the_feed_sells_all_of_its_components(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let part = |code: &str, quantity| MappingComponent { isku_code: code.to_owned(), quantity, ..Default::default() };
    let kit = SyncItem {
        kind: ListingKind::Kit.into(),
        components: vec![part("TEE", 1), part("CAP", 2), part("TEE", 1)],
        channel_quantity: Some(99),
        ..item(1, "BOX")
    };

    shop.sync(vec![kit, stocked(2, "TEE", 10), stocked(3, "CAP", 10)]).await.unwrap();

    let order = shop.sell("1", &[("BOX", 1)]).await;
    assert!(order.is_ok(), "{order:?}");
    assert_eq!((oms.level("TEE").await, oms.level("CAP").await), (Level::of(10, 2), Level::of(10, 2)));
    assert!(oms.find("BOX").await.is_err(), "a bundle creates no ISKU");
}

async fn what_the_channel_says_is_mirrored(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let live = |row, csku, status: ChannelStatus| SyncItem { channel_status: status.into(), ..stocked(row, csku, -2) };

    shop.sync(vec![live(1, "TEE", ChannelStatus::Live), live(2, "CAP", ChannelStatus::NotLive)]).await.unwrap();

    let tee = shop.listing(shop.csku("TEE")).await.unwrap();
    assert_eq!((tee.channel_status(), tee.channel_quantity), (ChannelStatus::Live, Some(-2)));
    assert_eq!(oms.level("TEE").await, Level::of(0, 0), "back orders are no stock");
    let cap = shop.listing(shop.csku("CAP")).await.unwrap();
    assert_eq!((cap.channel_status(), cap.intent()), (ChannelStatus::NotLive, ListingIntent::Unpublished));
}
