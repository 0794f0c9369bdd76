//! One good, one ISKU: a sync that meets goods that are there under another code asks, and counts nothing twice.

use proto::catalogue::v1::{
    AvailabilityRule as Rule, FindingKind, ListingKind, ListingReason, OnSameGoods, SellerAccount, SyncItem, SyncScope,
};
use tests::{
    Oms, both_engines, refused,
    story::{Shop, item},
};

both_engines!(
    goods_that_are_there_under_another_code_are_counted_once,
    what_was_asked_is_settled_by_a_mapping,
    who_has_looked_creates_it_as_a_sync_would,
    what_has_come_in_between_is_taken_and_not_created,
    only_what_has_a_code_of_its_own_is_created_for_it,
    none_that_is_stated_is_a_count_and_back_orders_are_none,
    an_account_that_says_so_gets_an_isku_of_its_own,
    a_mangled_code_makes_no_isku,
    of_two_rows_of_one_good_the_second_waits,
    a_barcode_that_several_listings_carry_says_nothing,
    a_product_that_takes_the_place_of_another_is_not_counted_again,
    a_disguised_code_makes_no_second_isku,
    a_variant_may_be_a_pack_of_its_sibling,
    goods_that_nobody_has_counted_offer_no_number,
);

const BARCODES: [&str; 4] = ["4006381333931", "96385074", "036000291452", "9783161484100"];
const CODES: [&str; 4] = ["MUG-A1", "MUGB2", "MUG-C3", "SHOP-1"];
const ON_SHELF: [&str; 4] = ["Mug-A1", "MUG B2", "MUG-C3.", "WH-7781"];

fn row(row: i64, csku: &str, barcode: &str, quantity: i64) -> SyncItem {
    SyncItem { barcode: barcode.to_owned(), channel_quantity: Some(quantity), ..item(row, csku) }
}

async fn shelf(oms: &Oms) {
    for (code, barcode) in ON_SHELF.into_iter().zip(BARCODES) {
        oms.isku(code).barcode(barcode).on_hand(10).await;
    }
}

fn rows() -> Vec<SyncItem> {
    (1..).zip(CODES.into_iter().zip(BARCODES)).map(|(n, (code, barcode))| row(n, code, barcode, 6)).collect()
}

/// Units of all ISKUs.
async fn units(oms: &Oms) -> i64 {
    oms.behind_inventory().await.number("SELECT CAST(COALESCE(sum(on_hand), 0) AS BIGINT) FROM stock").await
}

async fn create_anyway(shop: &Shop) {
    let account = SellerAccount { on_same_goods: OnSameGoods::Create.into(), ..Default::default() };
    shop.update(&["on_same_goods"], account).await.unwrap();
}

async fn goods_that_are_there_under_another_code_are_counted_once(oms: &Oms) {
    shelf(oms).await;
    let shop = oms.connect("c", "shop@example.com").await;

    let synced = shop.sync(rows()).await.unwrap();
    let again = shop.sync(rows()).await.unwrap();

    assert_eq!((oms.codes(100).await.unwrap().len(), units(oms).await), (4, 40));
    for (n, on_shelf) in (1..).zip(ON_SHELF) {
        let reasons = &synced.row(n).reasons;
        assert!(["SAME_GOODS", "NEEDS_ISKU"].iter().all(|own| reasons.iter().any(|one| one == own)), "{reasons:?}");
        let listing = shop.listing(shop.csku(CODES[usize::try_from(n - 1).unwrap()])).await.unwrap();
        assert!(listing.mapping.unwrap_or_default().components.is_empty());
        assert!(listing.reasons.iter().any(|one| one.reason() == ListingReason::NeedsIsku));
        let finding = shop.findings(FindingKind::SameGoods).await.into_iter().find(|one| one.isku_codes == [on_shelf]);
        assert!(finding.is_some_and(|one| one.detail.contains("same barcode")), "{on_shelf}");
    }
    assert!(again.row(1).reasons.iter().any(|one| one == "SAME_GOODS"), "{:?}", again.row(1));
    assert_eq!(shop.findings(FindingKind::SameGoods).await.len(), 4);
}

async fn what_was_asked_is_settled_by_a_mapping(oms: &Oms) {
    shelf(oms).await;
    let shop = oms.connect("c", "shop@example.com").await;
    shop.sync(rows()).await.unwrap();

    shop.map(shop.csku("MUG-A1"), &[("Mug-A1", 1)]).await.unwrap();
    shop.sync(rows()).await.unwrap();

    assert_eq!(shop.findings(FindingKind::SameGoods).await.len(), 3);
    assert_eq!(oms.level("Mug-A1").await.on_hand, 10);
}

async fn an_account_that_says_so_gets_an_isku_of_its_own(oms: &Oms) {
    shelf(oms).await;
    let shop = oms.connect("c", "shop@example.com").await;
    create_anyway(&shop).await;

    shop.sync(rows()).await.unwrap();

    assert_eq!((oms.codes(100).await.unwrap().len(), units(oms).await), (8, 64));
    assert!(shop.findings(FindingKind::SameGoods).await.is_empty());
}

async fn a_mangled_code_makes_no_isku(oms: &Oms) {
    let shop = oms.connect("c", "shop@example.com").await;

    shop.sync(vec![row(1, "9.87654E+11", "4.00638E+12", 5)]).await.unwrap();

    assert_eq!(oms.codes(10).await.unwrap(), Vec::<String>::new());
    let findings = shop.findings(FindingKind::SameGoods).await;
    assert!(findings[0].detail.contains("took the code 9.87654E+11 for a number"), "{}", findings[0].detail);
}

async fn of_two_rows_of_one_good_the_second_waits(oms: &Oms) {
    let shop = oms.connect("c", "shop@example.com").await;

    shop.sync(vec![row(1, "34B&W", "", 6), row(2, "34B&amp;W", "", 6)]).await.unwrap();

    assert_eq!((oms.codes(10).await.unwrap(), units(oms).await), (vec!["34B&W".to_owned()], 6));
    assert_eq!(shop.findings(FindingKind::SameGoods).await.len(), 1);
}

async fn a_barcode_that_several_listings_carry_says_nothing(oms: &Oms) {
    let shop = oms.connect("c", "shop@example.com").await;
    let with_zero = format!("0{}", BARCODES[0]);
    let sizes = vec![row(1, "TEE-S", BARCODES[0], 1), row(2, "TEE-M", BARCODES[0], 2), row(3, "TEE-L", &with_zero, 3)];

    let synced = shop.sync(sizes).await.unwrap();

    assert_eq!((oms.codes(10).await.unwrap().len(), units(oms).await), (3, 6));
    assert_eq!(shop.findings(FindingKind::BarcodeRepeated).await.len(), 3);
    assert!(shop.findings(FindingKind::SameGoods).await.is_empty());
    assert_eq!(synced.row(1).reasons, ["BARCODE_REPEATED"]);
}

async fn goods_that_nobody_has_counted_offer_no_number(oms: &Oms) {
    let shop = oms.connect("c", "shop@example.com").await;
    shop.sync(vec![item(1, "MEAL-VEG")]).await.unwrap();
    let offered = async || {
        let one = shop.offer(shop.csku("MEAL-VEG")).await;
        (one.quantity, one.rule())
    };

    assert_eq!(offered().await, (None, Rule::Uncounted));
    oms.count(&[("MEAL-VEG", 0)]).await.unwrap();
    assert_eq!(offered().await, (Some(0), Rule::Stock));
}

async fn a_product_that_takes_the_place_of_another_is_not_counted_again(oms: &Oms) {
    let shop = oms.connect("c", "shop@example.com").await;
    let others = || (10..20).map(|n| row(n, &format!("K{n}"), "", 1));
    let feed = |n: i64, csku: &str| {
        let own = SyncItem { channel_listing_id: n.to_string(), ..row(n, csku, BARCODES[0], 7) };
        others().chain([own]).collect::<Vec<_>>()
    };
    shop.sync(feed(1, "OLD-1")).await.unwrap();

    let part = shop.start_sync(SyncScope::Partial).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&part, 1, &feed(2, "NEW-1")[10..]).await.unwrap();
    shop.complete(&part, 1).await.unwrap();
    shop.sync(feed(2, "NEW-1")).await.unwrap();
    shop.sync(feed(2, "NEW-1")).await.unwrap();

    assert_eq!((oms.codes(100).await.unwrap().len(), units(oms).await), (11, 17));
    let findings = shop.findings(FindingKind::SameGoods).await;
    assert_eq!(findings.iter().map(|one| one.isku_codes.clone()).collect::<Vec<_>>(), [["OLD-1"]]);
}

async fn a_disguised_code_makes_no_second_isku(oms: &Oms) {
    let real = ["34B&W", "ZW-100", "FW-100", "00456", "CY-100", "APO-1", "DASH-1", "SH-100"];
    let disguised = [
        "34B&amp;W",
        "ZW-100\u{200b}",
        "\u{ff26}\u{ff37}-100",
        "=\"00456\"",
        "\u{421}Y-100",
        "'APO-1",
        "DASH\u{2013}1",
        "SH\u{ad}-100",
    ];
    for code in real {
        oms.isku(code).on_hand(10).await;
    }
    let shop = oms.connect("c", "shop@example.com").await;

    shop.sync((1..).zip(disguised).map(|(n, code)| row(n, code, "", 6)).collect()).await.unwrap();

    assert_eq!((oms.codes(100).await.unwrap().len(), units(oms).await), (8, 80));
    let mut named: Vec<_> =
        shop.findings(FindingKind::SameGoods).await.into_iter().map(|one| one.isku_codes.concat()).collect();
    named.sort_unstable();
    let mut real = real.to_vec();
    real.sort_unstable();
    assert_eq!(named, real);
}

async fn a_variant_may_be_a_pack_of_its_sibling(oms: &Oms) {
    let shop = oms.connect("c", "shop@example.com").await;
    let of = |n: i64, csku: &str, quantity: Option<i64>| SyncItem {
        kind: ListingKind::Variant.into(),
        parent_csku: "SOCK".to_owned(),
        channel_quantity: quantity,
        ..item(n, csku)
    };
    let group = SyncItem { kind: ListingKind::Group.into(), channel_quantity: None, ..item(1, "SOCK") };
    let feed = || vec![group.clone(), of(2, "SOCK-1", Some(30)), of(3, "SOCK-3", None)];
    shop.sync(feed()).await.unwrap();

    let pack = shop.make_kit(shop.csku("SOCK-3"), &[("SOCK-1", 3)]).await.unwrap().listing.unwrap();
    shop.sync(feed()).await.unwrap();

    assert_eq!(pack.kind(), ListingKind::Variant);
    assert_eq!(shop.offer(shop.csku("SOCK-3")).await.quantity, Some(10));
    assert_eq!(units(oms).await, 30);
}

async fn who_has_looked_creates_it_as_a_sync_would(oms: &Oms) {
    shelf(oms).await;
    let shop = oms.connect("c", "shop@example.com").await;
    shop.sync(rows()).await.unwrap();

    let mapped = shop.create_anyway(shop.csku("MUG-A1")).await.unwrap().listing.unwrap();
    shop.sync(rows()).await.unwrap();

    assert_eq!(mapped.mapping.unwrap().components[0].isku_code, "MUG-A1");
    let made = oms.find("MUG-A1").await.unwrap();
    assert_eq!((made.barcode.as_str(), made.product_name.as_str()), (BARCODES[0], mapped.title.as_str()));
    assert_eq!((units(oms).await, shop.findings(FindingKind::SameGoods).await.len()), (46, 3));
    // Its units are remembered as adopted.
    let refusal = refused(shop.make_kit(shop.csku("MUG-A1"), &[("Mug-A1", 2)]).await);
    assert_eq!((refusal.reason.as_str(), refusal.metadata["on_hand"].as_str()), ("ADOPTED_STOCK", "6"));
    let again = refused(shop.create_anyway(shop.csku("MUG-A1")).await);
    assert_eq!(again.reason, "REVISION_MISMATCH");
}

async fn what_has_come_in_between_is_taken_and_not_created(oms: &Oms) {
    shelf(oms).await;
    let shop = oms.connect("c", "shop@example.com").await;
    shop.sync(rows()).await.unwrap();
    oms.rename("MUG B2", "MUGB2").await.unwrap();
    oms.isku("MUG-C3").on_hand(1).await;
    oms.count(&[("MUG-C3", 0)]).await.unwrap();
    oms.archive("MUG-C3").await.unwrap();

    let mapped = shop.create_anyway(shop.csku("MUGB2")).await.unwrap().listing.unwrap();
    let archived = refused(shop.create_anyway(shop.csku("MUG-C3")).await);

    assert_eq!(mapped.mapping.unwrap().components[0].isku_code, "MUGB2");
    assert_eq!((archived.reason.as_str(), units(oms).await), ("ISKU_ARCHIVED", 40));
}

async fn only_what_has_a_code_of_its_own_is_created_for_it(oms: &Oms) {
    let shop = oms.connect("c", "shop@example.com").await;
    let group = SyncItem { kind: ListingKind::Group.into(), ..item(1, "GROUP") };
    let without = SyncItem { channel_listing_id: "2".to_owned(), ..item(2, "") };
    shop.sync(vec![group, without]).await.unwrap();

    let refusals = [shop.create_anyway(shop.csku("GROUP")).await, shop.create_anyway(shop.id("2")).await];

    assert_eq!(refusals.map(|refusal| refused(refusal).reason), ["KIND_MISMATCH", "KIND_MISMATCH"]);
    assert_eq!(oms.codes(10).await.unwrap(), Vec::<String>::new());
}

async fn none_that_is_stated_is_a_count_and_back_orders_are_none(oms: &Oms) {
    let shop = oms.connect("c", "shop@example.com").await;

    shop.sync(vec![row(1, "EMPTY", "", 0), row(2, "BACK", "", -3)]).await.unwrap();

    for csku in ["EMPTY", "BACK"] {
        let offer = shop.offer(shop.csku(csku)).await;
        assert_eq!((offer.quantity, offer.rule()), (Some(0), Rule::Stock), "{csku}");
    }
    let drift = shop.findings(FindingKind::StockDrift).await;
    assert_eq!(drift.len(), 1);
    assert!(drift[0].detail.contains("-3"), "{}", drift[0].detail);
}
