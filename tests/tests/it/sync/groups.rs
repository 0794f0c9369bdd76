//! Groups of a feed: what they offer is settled in one run, and what they no longer offer is let go.

use proto::catalogue::v1::{ListingKind, ListingReason, SyncItem, SyncScope};
use tests::{
    Oms, both_engines,
    story::{Shop, item, names},
};

both_engines!(
    a_group_that_names_members_and_is_named_by_variants_is_settled_in_one_run,
    a_group_lets_go_of_what_it_names_no_more,
    a_variant_that_is_sold_alone_leaves_its_group,
    a_partial_sync_of_a_group_keeps_its_variants,
    a_group_that_a_person_made_keeps_its_members,
);

fn group(row: i64, csku: &str, members: &[&str]) -> SyncItem {
    SyncItem { kind: ListingKind::Group.into(), member_cskus: names(members), ..item(row, csku) }
}

fn variant(row: i64, csku: &str, parent: &str) -> SyncItem {
    SyncItem { kind: ListingKind::Variant.into(), parent_csku: parent.to_owned(), ..item(row, csku) }
}

async fn changes_nothing_again(shop: &Shop, feed: Vec<SyncItem>) {
    let before = shop.listings().await;
    let items = feed.len();

    let again = shop.sync(feed).await.unwrap();

    assert_eq!(again.counts().unchanged as usize, items, "{:?}", again.outcomes);
    assert_eq!(shop.listings().await, before);
}

async fn a_group_that_names_members_and_is_named_by_variants_is_settled_in_one_run(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let feed =
        || vec![variant(1, "S", "FAMILY"), group(2, "FAMILY", &["CAP"]), item(3, "CAP"), variant(4, "M", "FAMILY")];

    let synced = shop.sync(feed()).await.unwrap();

    assert!(synced.outcomes.iter().all(|outcome| outcome.reasons.is_empty()), "{:?}", synced.outcomes);
    let family = shop.listing(shop.csku("FAMILY")).await.unwrap();
    assert_eq!(family.members, ["CAP", "S", "M"].map(|csku| shop.csku(csku)));
    changes_nothing_again(&shop, feed()).await;
}

async fn a_group_lets_go_of_what_it_names_no_more(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let feed = |members: &[&str]| vec![group(1, "SET", members), item(2, "A"), item(3, "B")];
    shop.sync(feed(&["A", "B", "C"])).await.unwrap();

    let less = shop.sync(feed(&["B"])).await.unwrap();
    assert_eq!((less.counts().updated, less.counts().unchanged), (1, 2), "{:?}", less.outcomes);
    assert_eq!(shop.listing(shop.csku("SET")).await.unwrap().members, [shop.csku("B")]);

    shop.sync(feed(&[])).await.unwrap();

    let set = shop.listing(shop.csku("SET")).await.unwrap();
    assert!(set.members.is_empty());
    assert_eq!(set.reasons[0].reason(), ListingReason::GroupEmpty);
    changes_nothing_again(&shop, feed(&[])).await;
}

async fn a_variant_that_is_sold_alone_leaves_its_group(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(vec![group(1, "FAMILY", &[]), variant(2, "S", "FAMILY"), variant(3, "M", "FAMILY")]).await.unwrap();
    let feed = || vec![group(1, "FAMILY", &[]), item(2, "S"), variant(3, "M", "FAMILY")];

    shop.sync(feed()).await.unwrap();

    assert_eq!(shop.listing(shop.csku("FAMILY")).await.unwrap().members, [shop.csku("M")]);
    changes_nothing_again(&shop, feed()).await;
}

async fn a_partial_sync_of_a_group_keeps_its_variants(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(vec![group(1, "FAMILY", &[]), variant(2, "S", "FAMILY"), variant(3, "M", "FAMILY")]).await.unwrap();
    let sync_id = shop.start_sync(SyncScope::Partial).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &[group(1, "FAMILY", &[]), variant(2, "L", "FAMILY")]).await.unwrap();

    shop.complete(&sync_id, 2).await.unwrap();

    let family = shop.listing(shop.csku("FAMILY")).await.unwrap();
    assert_eq!(family.members, ["S", "M", "L"].map(|csku| shop.csku(csku)));
}

async fn a_group_that_a_person_made_keeps_its_members(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.single("A", None).await.unwrap();
    shop.group("SET", &["A"]).await.unwrap();

    shop.sync(vec![group(1, "SET", &[]), item(2, "A")]).await.unwrap();

    assert_eq!(shop.listing(shop.csku("SET")).await.unwrap().members, [shop.csku("A")]);
}
