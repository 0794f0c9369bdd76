//! Codes that move, repeat, and are given away: no unit is counted twice, and an order takes the goods that the channel sold.

use proto::catalogue::v1::{
    FindingKind, ListingKind, ListingReason, OrderLine, QuantityBasis, SyncItem, SyncOutcome as Outcome, SyncScope,
    order_line::Code as Line,
};
use tests::{
    Oms, both_engines, refused,
    story::{Level, Shop, components, item, names},
};
use tonic::Code;

both_engines!(
    a_chain_of_renamed_codes_counts_nothing_twice,
    an_order_takes_what_the_channel_calls_so_now,
    a_rename_is_accepted_and_its_former_code_goes_on,
    a_rename_stays_pending_while_the_feed_names_only_the_listing_id,
    one_code_on_two_listings_sells_one_isku,
    two_listings_of_one_code_in_one_order_are_both_held,
    a_code_that_sells_different_goods_is_refused_by_listing_id,
    an_unknown_id_is_relisted_only_where_the_old_one_is_gone,
    a_copy_of_a_renamed_listing_sells_its_goods,
    the_same_row_twice_is_one_row,
    a_malformed_row_that_repeats_says_what_is_wrong_with_it,
    variants_that_lost_their_group_are_named_by_line,
    a_pack_is_a_variant_of_its_product,
    kits_that_cannot_be_are_refused_by_name,
    a_number_of_the_parent_is_no_variants,
    what_is_shown_live_is_meant_to_be_live,
);

fn named(row: i64, csku: &str, id: &str, quantity: i64) -> SyncItem {
    SyncItem { channel_listing_id: id.to_owned(), channel_quantity: Some(quantity), ..item(row, csku) }
}

fn of_kind(kind: ListingKind, item: SyncItem) -> SyncItem {
    SyncItem { kind: kind.into(), ..item }
}

/// Enough other goods that a listing may go.
fn with_others(feed: Vec<SyncItem>) -> Vec<SyncItem> {
    feed.into_iter().chain((50..65).map(|row| named(row, &format!("K{row}"), &format!("other-{row}"), 3))).collect()
}

async fn changes_nothing_again(shop: &Shop, feed: Vec<SyncItem>) {
    let before = shop.listings().await;
    shop.sync(feed).await.unwrap();
    assert_eq!(shop.listings().await, before, "the same again changes nothing");
}

async fn a_chain_of_renamed_codes_counts_nothing_twice(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(with_others(vec![named(1, "KA", "1", 5), named(2, "KB", "2", 7)])).await.unwrap();
    let after = || with_others(vec![named(1, "KB", "1", 5), named(2, "KNEW", "2", 7)]);

    let synced = shop.sync(after()).await.unwrap();

    assert_eq!((synced.counts().created, synced.counts().finding), (0, 2), "{:?}", synced.outcomes);
    assert_eq!(shop.findings(FindingKind::Renamed).await.len(), 2);
    assert_eq!((oms.level("KA").await, oms.level("KB").await), (Level::of(5, 0), Level::of(7, 0)));
    assert!(oms.find("KNEW").await.is_err(), "a new code of known goods makes no ISKU");
    changes_nothing_again(&shop, after()).await;
}

async fn an_order_takes_what_the_channel_calls_so_now(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(with_others(vec![named(1, "KA", "1", 5), named(2, "KB", "2", 7), named(3, "KC", "3", 9)])).await.unwrap();
    shop.sync(with_others(vec![named(1, "KB", "1", 5), named(2, "KNEW", "2", 7)])).await.unwrap();

    shop.sell("now", &[("KB", 1)]).await.unwrap();
    assert_eq!((oms.level("KA").await, oms.level("KB").await), (Level::of(5, 1), Level::of(7, 0)));
    shop.sell("before", &[("KA", 1)]).await.unwrap();
    assert_eq!(oms.level("KA").await, Level::of(5, 2), "nobody else has the older code");

    // KC is retired, and what was KA is called so now.
    shop.sync(with_others(vec![named(1, "KC", "1", 5), named(2, "KNEW", "2", 7)])).await.unwrap();
    shop.sell("given away", &[("KC", 1)]).await.unwrap();
    assert_eq!((oms.level("KA").await, oms.level("KC").await), (Level::of(5, 3), Level::of(9, 0)));
}

async fn a_rename_is_accepted_and_its_former_code_goes_on(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(vec![named(1, "BrandA-1", "8000", 5)]).await.unwrap();
    shop.sell("early", &[("BrandA-1", 1)]).await.unwrap();
    let feed = || vec![SyncItem { title: "New title".to_owned(), ..named(1, "1", "8000", 6) }];
    let renamed = shop.sync(feed()).await.unwrap();
    let pending = shop.listing(shop.id("8000")).await.unwrap();
    assert_eq!((renamed.row(1).reasons[0].as_str(), pending.title.as_str()), ("RENAMED", "New title"));
    assert_eq!((pending.csku.as_str(), pending.channel_quantity), ("BrandA-1", Some(6)));

    let accepted = shop.accept_rename(shop.id("8000")).await.unwrap();

    assert_eq!((accepted.csku.as_str(), accepted.mapping.unwrap().components[0].isku_code.as_str()), ("1", "BrandA-1"));
    assert!(shop.findings(FindingKind::Renamed).await.is_empty());
    assert_eq!(refused(shop.accept_rename(shop.csku("1")).await).kind(), (Code::FailedPrecondition, "NOT_RENAMED"));
    assert_eq!(shop.sync(feed()).await.unwrap().row(1).outcome(), Outcome::Unchanged);
    for (order, csku) in [("2", "1"), ("3", "BrandA-1")] {
        shop.sell(order, &[(csku, 1)]).await.unwrap();
    }
    assert!(shop.sell("early", &[("1", 1)]).await.unwrap().existing, "it is the same order under the new code");
    assert_eq!(oms.level("BrandA-1").await, Level::of(5, 3));
}

async fn a_rename_stays_pending_while_the_feed_names_only_the_listing_id(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(vec![named(1, "OLD", "1", 5)]).await.unwrap();
    shop.sync(vec![named(1, "NEW", "1", 5)]).await.unwrap();

    shop.sync(vec![named(1, "", "1", 5)]).await.unwrap();
    assert_eq!(shop.findings(FindingKind::Renamed).await.len(), 1);

    shop.sync(vec![named(1, "OLD", "1", 5)]).await.unwrap();
    assert!(shop.findings(FindingKind::Renamed).await.is_empty(), "the channel has taken it back");
}

fn shirts() -> Vec<SyncItem> {
    let group = |row, id: &str| of_kind(ListingKind::Group, named(row, "", id, 0));
    let variant = |row, csku: &str, id: &str, parent: &str, quantity| SyncItem {
        parent_channel_listing_id: parent.to_owned(),
        ..of_kind(ListingKind::Variant, named(row, csku, id, quantity))
    };
    vec![
        group(2, "P1"),
        variant(3, "shirt-red", "P1-1", "P1", 11),
        variant(4, "shirt-blu", "P1-2", "P1", 22),
        group(5, "P2"),
        variant(6, "shirt-red", "P2-1", "P2", 11),
        variant(7, "shirt-blk", "P2-2", "P2", 33),
    ]
}

async fn one_code_on_two_listings_sells_one_isku(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;

    let synced = shop.sync(shirts()).await.unwrap();

    assert_eq!(synced.counts().created, 6, "{:?}", synced.outcomes);
    assert_eq!(oms.codes(100).await.unwrap(), names(&["shirt-blk", "shirt-blu", "shirt-red"]));
    assert_eq!(oms.level("shirt-red").await, Level::of(11, 0));
    assert_eq!(shop.findings(FindingKind::DuplicateMapping).await.len(), 1);
    assert!(shop.findings(FindingKind::AmbiguousCsku).await.is_empty());
    shop.sell("1", &[("shirt-red", 2)]).await.unwrap();
    assert_eq!(oms.level("shirt-red").await, Level::of(11, 2));
    let ambiguous = refused(shop.unpublish(shop.csku("shirt-red")).await);
    assert_eq!(ambiguous.kind(), (Code::FailedPrecondition, "AMBIGUOUS_CSKU"));
    assert_eq!(ambiguous.metadata["listing_count"], "2");
    assert_eq!(
        [&ambiguous.metadata["channel_listing_id_0"], &ambiguous.metadata["channel_listing_id_1"]],
        ["P1-1", "P2-1"]
    );
    changes_nothing_again(&shop, shirts()).await;
}

async fn two_listings_of_one_code_in_one_order_are_both_held(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(shirts()).await.unwrap();
    let line = |id: &str, quantity| OrderLine { code: Some(Line::ChannelListingId(id.to_owned())), quantity };
    let lines = || vec![line("P1-1", 2), line("P2-1", 3)];

    let order = shop.allocate("1", lines()).await.unwrap();

    assert_eq!(order.order.unwrap().lines.iter().map(|line| line.held).sum::<i64>(), 5);
    assert_eq!(oms.level("shirt-red").await, Level::of(11, 5));
    assert!(shop.allocate("1", lines()).await.unwrap().existing);
    assert_eq!(oms.level("shirt-red").await, Level::of(11, 5));
}

async fn a_code_that_sells_different_goods_is_refused_by_listing_id(oms: &Oms) {
    oms.isku("OTHER").on_hand(4).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(shirts()).await.unwrap();

    shop.remap(shop.id("P2-1"), 1, &[("OTHER", 1)]).await.unwrap();

    assert_eq!(shop.findings(FindingKind::AmbiguousCsku).await.len(), 1);
    let ambiguous = refused(shop.sell("1", &[("shirt-red", 1)]).await);
    assert_eq!(ambiguous.kind(), (Code::FailedPrecondition, "AMBIGUOUS_CSKU"));
    assert_eq!(
        [&ambiguous.metadata["channel_listing_id_0"], &ambiguous.metadata["channel_listing_id_1"]],
        ["P1-1", "P2-1"]
    );
    let line = OrderLine { code: Some(Line::ChannelListingId("P2-1".to_owned())), quantity: 1 };
    shop.allocate("2", vec![line]).await.unwrap();
    assert_eq!(oms.level("OTHER").await, Level::of(4, 1));

    shop.sync(shirts()).await.unwrap();
    assert_eq!(
        shop.findings(FindingKind::AmbiguousCsku).await.len(),
        1,
        "a person's mapping stays, and so does what it means"
    );
}

async fn an_unknown_id_is_relisted_only_where_the_old_one_is_gone(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let lamp = |row, id: &str| named(row, "LAMP", id, 11);
    shop.sync(with_others(vec![lamp(1, "9501")])).await.unwrap();
    let before = shop.listing(shop.id("9501")).await.unwrap();

    let copied = shop.sync(with_others(vec![lamp(1, "9501"), lamp(2, "9509")])).await.unwrap();
    assert_eq!((copied.row(1).outcome(), copied.row(2).outcome()), (Outcome::Unchanged, Outcome::Created));
    assert_eq!(oms.level("LAMP").await, Level::of(11, 0));

    shop.sync(with_others(vec![lamp(1, "9509")])).await.unwrap();
    assert!(shop.listing(shop.id("9501")).await.unwrap().retired, "the copy is there, and it is not");

    shop.sync(with_others(vec![lamp(1, "9600")])).await.unwrap();
    let relisted = shop.listing(shop.id("9600")).await.unwrap();
    assert_ne!(relisted.listing_id, before.listing_id);
    assert!(shop.listing(shop.id("9509")).await.is_err(), "it has a new id");
    assert_eq!(oms.level("LAMP").await, Level::of(11, 0));
}

async fn a_copy_of_a_renamed_listing_sells_its_goods(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(vec![named(1, "OLD", "1", 5)]).await.unwrap();

    shop.sync(vec![named(1, "NEW", "1", 5), named(2, "NEW", "2", 5)]).await.unwrap();
    shop.accept_rename(shop.id("1")).await.unwrap();
    shop.sync(vec![named(1, "NEW", "1", 5), named(2, "NEW", "2", 5), named(3, "NEW", "3", 5)]).await.unwrap();

    assert_eq!(oms.codes(100).await.unwrap(), names(&["OLD"]), "the goods have an ISKU");
    shop.sell("1", &[("NEW", 2)]).await.unwrap();
    assert_eq!(oms.level("OLD").await, Level::of(5, 2));
}

async fn the_same_row_twice_is_one_row(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let row =
        |row, title: &str, quantity| SyncItem { title: title.to_owned(), channel_quantity: quantity, ..item(row, "A") };

    let synced = shop.sync(vec![row(2, "a", Some(5)), row(3, "", None), row(4, "a", Some(5))]).await.unwrap();

    let outcomes = [2, 3, 4].map(|row| synced.row(row).outcome());
    assert_eq!(outcomes, [Outcome::Created, Outcome::Unchanged, Outcome::Unchanged], "{:?}", synced.outcomes);
    assert!(synced.row(3).detail.contains("row 2"), "{:?}", synced.row(3));
    assert_eq!(oms.level("A").await, Level::of(5, 0));
    assert!(shop.findings(FindingKind::RepeatedInSnapshot).await.is_empty());
}

async fn a_malformed_row_that_repeats_says_what_is_wrong_with_it(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;

    let synced = shop.sync(vec![SyncItem { weight_g: Some(-1), ..item(2, "A") }, item(3, "A")]).await.unwrap();

    assert_eq!(synced.row(2).outcome(), Outcome::Rejected);
    assert_eq!(synced.row(2).reasons, names(&["INVALID_FIELD", "REPEATED_IN_SNAPSHOT"]));
    assert!(synced.row(2).detail.contains("weight_g"), "{:?}", synced.row(2));
    assert_eq!(synced.row(3).reasons, names(&["REPEATED_IN_SNAPSHOT"]));
}

async fn variants_that_lost_their_group_are_named_by_line(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let group = |row, title: &str| SyncItem { title: title.to_owned(), ..of_kind(ListingKind::Group, item(row, "G")) };
    let variant =
        |row, csku| SyncItem { parent_csku: "G".to_owned(), ..of_kind(ListingKind::Variant, item(row, csku)) };

    let synced = shop.sync(vec![group(2, "one"), variant(3, "S"), group(4, "two"), variant(5, "M")]).await.unwrap();

    for row in [2, 4] {
        assert_eq!(synced.row(row).reasons, names(&["REPEATED_IN_SNAPSHOT"]));
    }
    for row in [3, 5] {
        assert_eq!(
            (synced.row(row).outcome(), synced.row(row).reasons.clone()),
            (Outcome::Created, names(&["REPEATED_IN_SNAPSHOT"]))
        );
        assert!(synced.row(row).detail.contains("2 rows: 2, 4"), "{:?}", synced.row(row));
    }
}

async fn a_pack_is_a_variant_of_its_product(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let variant = |row, csku: &str, quantity| SyncItem {
        parent_csku: "SOCK".to_owned(),
        channel_quantity: Some(quantity),
        ..of_kind(ListingKind::Variant, item(row, csku))
    };
    let pack = SyncItem { components: components(&[("SOCK-1", 6)]), ..variant(5, "SOCK-6", 5) };
    let feed = || {
        let group = of_kind(ListingKind::Group, item(2, "SOCK"));
        vec![group, variant(3, "SOCK-1", 30), variant(4, "SOCK-3", 10), of_kind(ListingKind::Kit, pack.clone())]
    };
    let synced = shop.sync(feed()).await.unwrap();
    assert_eq!(synced.counts().created, 4, "{:?}", synced.outcomes);
    assert!(oms.find("SOCK-6").await.is_err(), "a pack of the feed makes no ISKU");

    let twice = refused(shop.remap(shop.csku("SOCK-3"), 1, &[("SOCK-1", 3)]).await);
    assert_eq!(twice.kind(), (Code::FailedPrecondition, "ADOPTED_STOCK"));
    let mapped = shop.make_kit_and_write_off(shop.csku("SOCK-3"), &[("SOCK-1", 3)]).await.unwrap().listing.unwrap();

    assert_eq!((mapped.kind(), mapped.parent), (ListingKind::Variant, Some(shop.csku("SOCK"))));
    shop.sell("1", &[("SOCK-1", 1), ("SOCK-3", 2), ("SOCK-6", 1)]).await.unwrap();
    assert_eq!((oms.level("SOCK-1").await, oms.level("SOCK-3").await), (Level::of(30, 13), Level::of(0, 0)));
    changes_nothing_again(&shop, feed()).await;
    shop.remap(shop.csku("SOCK-3"), 2, &[("SOCK-1", 4)]).await.unwrap();
}

async fn kits_that_cannot_be_are_refused_by_name(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let kit = |row, csku, parts: &[(&str, i64)]| SyncItem {
        components: components(parts),
        ..of_kind(ListingKind::Kit, item(row, csku))
    };
    let feed = || {
        vec![
            item(1, "A"),
            kit(2, "CHOICE", &[("A", 1), ("B|C", 1)]),
            kit(3, "INNER", &[("A", 2)]),
            kit(4, "OUTER", &[("INNER", 2)]),
        ]
    };

    let synced = shop.sync(feed()).await.unwrap();

    for (row, named) in [(2, "B|C"), (4, "INNER")] {
        let told = synced.row(row);
        assert_eq!(told.outcome(), Outcome::Created);
        assert!(told.reasons.contains(&"UNSUPPORTED_KIT".to_owned()) && told.detail.contains(named), "{told:?}");
    }
    let refused = shop.held_back_by(ListingReason::UnsupportedKit).await;
    assert_eq!(refused.iter().map(|listing| listing.csku.as_str()).collect::<Vec<_>>(), ["CHOICE", "OUTER"]);
    for listing in &refused {
        assert!(listing.mapping.clone().unwrap_or_default().components.is_empty());
        assert!(listing.reasons.iter().all(|reason| !reason.remedy.contains("create the ISKU")), "{listing:?}");
    }
    changes_nothing_again(&shop, feed()).await;
    shop.map(shop.csku("OUTER"), &[("A", 4)]).await.unwrap();
    assert_eq!(shop.findings(FindingKind::UnsupportedKit).await.len(), 1);
}

async fn a_number_of_the_parent_is_no_variants(oms: &Oms) {
    let shop = oms.connect("woocommerce", "shop").await;
    let basis = |basis: QuantityBasis, item: SyncItem| SyncItem { quantity_basis: basis.into(), ..item };
    let group = SyncItem { channel_quantity: Some(12), ..of_kind(ListingKind::Group, item(2, "G")) };
    let variant =
        |row, csku| SyncItem { parent_csku: "G".to_owned(), ..of_kind(ListingKind::Variant, item(row, csku)) };
    let feed = || {
        vec![
            basis(QuantityBasis::AtParent, group.clone()),
            basis(QuantityBasis::AtParent, variant(3, "S")),
            basis(QuantityBasis::AtParent, variant(4, "M")),
            basis(QuantityBasis::NotCounted, SyncItem { channel_quantity: Some(0), ..item(5, "MADE") }),
        ]
    };

    shop.sync(feed()).await.unwrap();
    shop.sync(feed()).await.unwrap();

    let found = shop.findings(FindingKind::ParentStock).await;
    assert_eq!(found.len(), 1);
    assert!(found[0].detail.contains("12 units") && !found[0].blocking, "{found:?}");
    assert_eq!(found[0].listings, ["G", "S", "M"].map(|csku| shop.csku(csku)));
    assert_eq!(shop.listing(shop.csku("MADE")).await.unwrap().channel_quantity, None);
}

async fn what_is_shown_live_is_meant_to_be_live(oms: &Oms) {
    use proto::catalogue::v1::{ChannelStatus, ListingIntent};
    let shop = oms.connect("shopify", "shop").await;
    let live =
        SyncItem { channel_status: ChannelStatus::Live.into(), channel_listing_id: "1".to_owned(), ..item(1, "") };
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &[live]).await.unwrap();

    shop.complete(&sync_id, 1).await.unwrap();

    let listing = shop.listing(shop.id("1")).await.unwrap();
    assert_eq!(listing.intent(), ListingIntent::Published);
    assert!(listing.mapping.unwrap_or_default().components.is_empty(), "mapped or not");
}
