//! What items are: packs, kits, parents with a number of their own, and what the channel shows already.

use proto::catalogue::v1::{
    ChannelStatus, FindingKind, ListingIntent, ListingKind, ListingReason, QuantityBasis, SyncItem,
    SyncOutcome as Outcome, SyncScope,
};
use tests::{
    Oms, both_engines, refused,
    story::{Level, components, item, names},
};
use tonic::Code;

use super::codes::{changes_nothing_again, of_kind};

both_engines!(
    a_pack_is_a_variant_of_its_product,
    kits_that_cannot_be_are_refused_by_name,
    a_kit_whose_components_vanish_says_so_and_goes_on,
    a_number_of_the_parent_is_no_variants,
    what_is_shown_live_is_meant_to_be_live,
);

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

async fn a_kit_whose_components_vanish_says_so_and_goes_on(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let kit = |parts: &[(&str, i64)]| SyncItem {
        components: components(parts),
        ..of_kind(ListingKind::Kit, item(2, "PAIR"))
    };
    shop.sync(vec![item(1, "A"), kit(&[("A", 2)])]).await.unwrap();

    for _ in 0..2 {
        let synced = shop.sync(vec![item(1, "A"), kit(&[])]).await.unwrap();

        let told = synced.row(2);
        assert_eq!(told.reasons, names(&["COMPONENTS_NOT_STATED"]), "{told:?}");
        assert!(told.detail.contains("A x 2"), "{told:?}");
    }
    let mapping = shop.listing(shop.csku("PAIR")).await.unwrap().mapping.unwrap();
    assert_eq!((mapping.revision, mapping.components[0].quantity), (1, 2));
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
