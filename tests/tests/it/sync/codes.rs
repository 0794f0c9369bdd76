//! Codes that move, repeat, and are given away: no unit is counted twice, and an order takes the goods that the channel sold.

use proto::catalogue::v1::{
    FindingKind, ListingKind, OrderLine, OrderState, SyncItem, SyncOutcome as Outcome, order_line::Code as Line,
};
use tests::{
    Oms, both_engines, refused,
    story::{Level, Shop, item, names},
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
    an_order_is_known_again_when_its_code_means_several_goods,
    an_unknown_id_is_relisted_only_where_the_old_one_is_gone,
    a_copy_of_a_renamed_listing_sells_its_goods,
    the_same_row_twice_is_one_row,
    a_malformed_row_that_repeats_says_what_is_wrong_with_it,
    variants_that_lost_their_group_are_named_by_line,
);

fn named(row: i64, csku: &str, id: &str, quantity: i64) -> SyncItem {
    SyncItem { channel_listing_id: id.to_owned(), channel_quantity: Some(quantity), ..item(row, csku) }
}

pub(super) fn of_kind(kind: ListingKind, item: SyncItem) -> SyncItem {
    SyncItem { kind: kind.into(), ..item }
}

/// Enough other goods that a listing may go.
fn with_others(feed: Vec<SyncItem>) -> Vec<SyncItem> {
    feed.into_iter().chain((50..65).map(|row| named(row, &format!("K{row}"), &format!("other-{row}"), 3))).collect()
}

pub(super) async fn changes_nothing_again(shop: &Shop, feed: Vec<SyncItem>) {
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

async fn an_order_is_known_again_when_its_code_means_several_goods(oms: &Oms) {
    oms.isku("OTHER").on_hand(4).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(shirts()).await.unwrap();
    let sold = shop.sell("1", &[("shirt-red", 2), ("shirt-blu", 1)]).await.unwrap();
    shop.sell("2", &[("shirt-red", 1)]).await.unwrap();
    shop.cancel("2").await.unwrap();
    shop.remap(shop.id("P2-1"), 1, &[("OTHER", 1)]).await.unwrap();

    let again = shop.sell("1", &[("shirt-blu", 1), ("shirt-red", 2)]).await.unwrap();
    let cancelled = shop.sell("2", &[("shirt-red", 1)]).await.unwrap();
    let other = refused(shop.sell("1", &[("shirt-red", 3), ("shirt-blu", 1)]).await);
    let new = refused(shop.sell("3", &[("shirt-red", 2)]).await);

    assert_eq!((again.order, again.existing), (sold.order, true));
    assert_eq!((cancelled.order.unwrap().state(), cancelled.existing), (OrderState::Released, true));
    assert_eq!([other.kind(), new.kind()], [(Code::FailedPrecondition, "AMBIGUOUS_CSKU"); 2]);
    assert_eq!(oms.level("shirt-red").await, Level::of(11, 2));
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
