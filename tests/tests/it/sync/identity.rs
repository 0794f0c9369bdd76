//! Which listing an item of a feed is: codes stay with what they sell, whatever the channel does to its own ids.

use proto::catalogue::v1::{FindingKind, Listing, ListingKind, SyncItem, SyncOutcome as Outcome};
use tests::{
    Oms, both_engines,
    story::{Level, Shop, item},
};

both_engines!(
    a_product_that_gains_variants_keeps_what_it_sold,
    a_product_that_loses_its_variants_keeps_what_it_sold,
    a_parent_never_takes_the_listing_of_a_code_that_is_gone,
    a_renamed_listing_is_stable_however_far_apart_its_two_names_stand,
    codes_that_change_places_are_renames,
);

fn named(row: i64, csku: &str, id: &str, kind: ListingKind) -> SyncItem {
    SyncItem { channel_listing_id: id.to_owned(), kind: kind.into(), ..item(row, csku) }
}

fn variant(row: i64, csku: &str, id: &str) -> SyncItem {
    SyncItem { parent_channel_listing_id: "tee".to_owned(), ..named(row, csku, id, ListingKind::Variant) }
}

/// A product as the channel shows it while it has one variant.
fn alone(csku: &str) -> Vec<SyncItem> {
    vec![named(1, csku, "tee", ListingKind::Single)]
}

/// The same product with two.
fn family() -> Vec<SyncItem> {
    vec![named(1, "", "tee", ListingKind::Group), variant(2, "TEE", "tee/S"), variant(3, "TEE-M", "tee/M")]
}

/// Enough other goods that a listing may go.
fn with_others(feed: Vec<SyncItem>) -> Vec<SyncItem> {
    feed.into_iter().chain((10..25).map(|row| item(row, &format!("OTHER-{row}")))).collect()
}

/// A shop whose one product was mapped by a person.
async fn mapped(oms: &Oms, feed: Vec<SyncItem>) -> (Shop, Listing) {
    oms.isku("SHIRT").on_hand(9).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(with_others(feed)).await.unwrap();
    let listing = shop.remap(shop.csku("TEE"), 1, &[("SHIRT", 1)]).await.unwrap().listing.unwrap();
    (shop, listing)
}

async fn changes_nothing_again(shop: &Shop, feed: Vec<SyncItem>) {
    let before = shop.listings().await;
    let items = feed.len();

    let again = shop.sync(feed).await.unwrap();

    assert_eq!(again.counts().unchanged as usize, items, "{:?}", again.outcomes);
    assert_eq!(shop.listings().await, before);
}

async fn a_product_that_gains_variants_keeps_what_it_sold(oms: &Oms) {
    let (shop, before) = mapped(oms, alone("TEE")).await;

    let synced = shop.sync(with_others(family())).await.unwrap();

    let outcomes = [1, 2, 3].map(|row| synced.row(row).outcome());
    assert_eq!(outcomes, [Outcome::Created, Outcome::Updated, Outcome::Created], "{:?}", synced.outcomes);
    let tee = shop.listing(shop.id("tee/S")).await.unwrap();
    assert_eq!((&tee.listing_id, &tee.csku, tee.kind()), (&before.listing_id, &before.csku, ListingKind::Variant));
    assert_eq!(tee.mapping, before.mapping);
    let parent = shop.listing(shop.id("tee")).await.unwrap();
    assert_eq!((parent.kind(), parent.csku.as_str()), (ListingKind::Group, ""));
    assert_eq!(parent.members, [shop.csku("TEE"), shop.csku("TEE-M")]);
    shop.sell("1", &[("TEE", 2)]).await.unwrap();
    assert_eq!(oms.level("SHIRT").await, Level::of(9, 2));
    changes_nothing_again(&shop, with_others(family())).await;
}

async fn a_product_that_loses_its_variants_keeps_what_it_sold(oms: &Oms) {
    let (shop, before) = mapped(oms, family()).await;
    let parent = shop.listing(shop.id("tee")).await.unwrap();

    let synced = shop.sync(with_others(alone("TEE"))).await.unwrap();

    assert_eq!(synced.row(1).outcome(), Outcome::Updated, "{:?}", synced.row(1));
    let tee = shop.listing(shop.id("tee")).await.unwrap();
    assert_eq!((&tee.listing_id, &tee.csku, tee.kind()), (&before.listing_id, &before.csku, ListingKind::Single));
    assert_eq!(tee.mapping, before.mapping);
    shop.sell("1", &[("TEE", 2)]).await.unwrap();
    assert_eq!(oms.level("SHIRT").await, Level::of(9, 2));
    let gone = shop.listing(shop.id(&parent.listing_id)).await.unwrap();
    assert_eq!((gone.listing_id, gone.retired, gone.members), (parent.listing_id, true, vec![]));
    changes_nothing_again(&shop, with_others(alone("TEE"))).await;

    shop.sync(with_others(family())).await.unwrap();
    let tee = shop.listing(shop.csku("TEE")).await.unwrap();
    assert_eq!((tee.kind(), tee.listing_id, tee.mapping), (ListingKind::Variant, before.listing_id, before.mapping));
    changes_nothing_again(&shop, with_others(family())).await;
}

async fn a_parent_never_takes_the_listing_of_a_code_that_is_gone(oms: &Oms) {
    let (shop, before) = mapped(oms, alone("TEE")).await;
    let mut other_code = family();
    other_code[1].csku = "TEE-S".to_owned();

    shop.sync(with_others(other_code)).await.unwrap();

    assert_eq!(shop.listing(shop.id("tee")).await.unwrap().kind(), ListingKind::Group);
    let tee = shop.listing(shop.csku("TEE")).await.unwrap();
    assert_eq!((tee.listing_id, tee.retired, &tee.mapping), (before.listing_id, true, &before.mapping));
    shop.sell("1", &[("TEE", 2)]).await.unwrap();
    assert_eq!(oms.level("SHIRT").await, Level::of(9, 2), "an order for what is gone is honoured");
}

async fn codes_that_change_places_are_renames(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let feed = |first: &str, second: &str| {
        vec![named(1, first, "1", ListingKind::Single), named(2, second, "2", ListingKind::Single)]
    };
    shop.sync(feed("A", "B")).await.unwrap();
    let before = [shop.listing(shop.id("1")).await.unwrap(), shop.listing(shop.id("2")).await.unwrap()];

    let synced = shop.sync(feed("B", "A")).await.unwrap();

    for row in [1, 2] {
        assert_eq!((synced.row(row).outcome(), synced.row(row).reasons[0].as_str()), (Outcome::Finding, "RENAMED"));
    }
    for (listing, id) in before.into_iter().zip(["1", "2"]) {
        let now = shop.listing(shop.id(id)).await.unwrap();
        assert_eq!((now.listing_id, now.csku, now.mapping), (listing.listing_id, listing.csku, listing.mapping));
    }
    assert_eq!(shop.findings(FindingKind::Renamed).await.len(), 2);
    let listings = shop.listings().await;
    shop.sync(feed("B", "A")).await.unwrap();
    assert_eq!(shop.listings().await, listings, "the same again changes nothing");
}

/// A chunk between them: each name is judged without the other in sight.
async fn a_renamed_listing_is_stable_however_far_apart_its_two_names_stand(oms: &Oms) {
    for (shop, new_name, old_name) in [("later", 2, 900), ("before", 900, 2)] {
        let shop = oms.connect("shopify", shop).await;
        shop.sync(vec![named(1, "OLD", "1", ListingKind::Single)]).await.unwrap();
        let between = || (3..603).map(|row| item(row, &format!("BETWEEN-{row}")));
        let mut feed = vec![named(new_name, "NEW", "1", ListingKind::Single), item(old_name, "OLD")];
        feed.extend(between());
        feed.sort_by_key(|item| item.row);

        let first = shop.sync(feed.clone()).await.unwrap();
        let before = (shop.listing(shop.id("1")).await.unwrap(), shop.findings(FindingKind::Renamed).await);
        let again = shop.sync(feed).await.unwrap();

        assert_eq!(before.1.len(), 1);
        for synced in [first, again] {
            assert_eq!(synced.row(new_name).reasons[0], "RENAMED");
            assert_eq!(synced.row(old_name).reasons, ["REPEATED_IN_SNAPSHOT"]);
        }
        assert_eq!((shop.listing(shop.id("1")).await.unwrap(), shop.findings(FindingKind::Renamed).await), before);
        for csku in ["OLD", "NEW"] {
            assert_eq!(shop.listing(shop.csku(csku)).await.unwrap().channel_listing_id, "1");
        }
    }
}
