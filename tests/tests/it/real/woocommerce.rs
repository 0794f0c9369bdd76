//! WooCommerce's own sample products.

use std::collections::BTreeSet;

use proto::catalogue::v1::ListingKind as Kind;
use tests::{Oms, both_engines, real_data};

use super::{rows, sync};

both_engines!(
    each_type_of_product_becomes_its_kind_of_listing,
    a_second_run_changes_nothing_and_keeps_what_was_remapped,
    products_without_a_sku_are_told_with_their_line,
);

const FILE: &str = "channel-exports/woocommerce/sample_products.csv";

async fn each_type_of_product_becomes_its_kind_of_listing(oms: &Oms) {
    let Some(file) = real_data::file("woocommerce: each type of product becomes its kind of listing", FILE) else {
        return;
    };
    let shop = oms.shop("woocommerce", "shop");

    let (code, told) = sync(oms, &shop, &file, "woocommerce").await;
    assert_eq!(code, 0, "{told}");

    let rows = rows(&file);
    assert_eq!(rows.len(), 24);
    let mut iskus = BTreeSet::new();
    for row in &rows {
        let listing = shop.listing(shop.csku(&row["SKU"])).await.unwrap();
        let is = |word: &str| row["Type"].split(',').any(|found| found.trim() == word);
        let kind = if is("variable") || is("grouped") {
            Kind::Group
        } else if is("variation") {
            Kind::Variant
        } else {
            Kind::Single
        };
        assert_eq!(listing.kind(), kind, "{}", row["SKU"]);
        assert_eq!((listing.title.trim(), &listing.channel_listing_id), (row["Name"].trim(), &row["ID"]));
        let untracked = is("external") || is("virtual");
        assert_eq!(listing.stock_tracked, !untracked, "{}", row["SKU"]);
        if kind == Kind::Variant {
            assert_eq!(listing.parent, Some(shop.csku(&row["Parent"])));
        }
        if kind != Kind::Group && !untracked {
            iskus.insert(row["SKU"].clone());
            assert_eq!(listing.mapping.unwrap().components[0].isku_code, row["SKU"]);
        }
    }
    assert_eq!(oms.codes(1_000).await.unwrap(), iskus.into_iter().collect::<Vec<_>>());
    assert_eq!(shop.listings().await.len(), 24);

    let grouped = shop.listing(shop.csku("cc-logo-collection")).await.unwrap();
    let members: BTreeSet<_> = grouped.members.into_iter().map(|key| format!("{:?}", key.code)).collect();
    let named = ["cc-hoodie-with-logo", "cc-beanie-logo", "cc-tshirt-logo"];
    assert_eq!(members, named.map(|csku| format!("{:?}", shop.csku(csku).code)).into());
    let hoodie = shop.listing(shop.csku("cc-hoodie")).await.unwrap();
    assert_eq!(hoodie.members.len(), rows.iter().filter(|row| row["Parent"] == "cc-hoodie").count());
}

async fn a_second_run_changes_nothing_and_keeps_what_was_remapped(oms: &Oms) {
    let Some(file) = real_data::file("woocommerce: a second run changes nothing", FILE) else { return };
    let shop = oms.shop("woocommerce", "shop");
    oms.isku("ANOTHER").await;
    sync(oms, &shop, &file, "woocommerce").await;
    shop.remap(shop.csku("cc-cap"), 1, &[("ANOTHER", 1)]).await.unwrap();
    let before = shop.listings().await;

    let (code, told) = sync(oms, &shop, &file, "woocommerce").await;

    assert_eq!(code, 0, "{told}");
    assert!(told.lines().any(|line| line.split_whitespace().eq(["UNCHANGED", "24"])), "{told}");
    assert_eq!(shop.listings().await, before);
    let cap = shop.listing(shop.csku("cc-cap")).await.unwrap();
    assert_eq!(cap.mapping.unwrap().components[0].isku_code, "ANOTHER");
}

async fn products_without_a_sku_are_told_with_their_line(oms: &Oms) {
    let path = "channel-exports/woocommerce/sample.csv";
    let Some(file) = real_data::file("woocommerce: products without a SKU are told", path) else { return };
    let shop = oms.shop("woocommerce", "shop");
    let nameless: Vec<_> =
        rows(&file).iter().enumerate().filter(|(_, row)| row["SKU"].is_empty()).map(|(at, _)| at + 2).collect();
    assert_eq!(nameless.len(), 4);

    let (code, told) = sync(oms, &shop, &file, "woocommerce").await;

    assert_eq!(code, 1, "{told}");
    for line in nameless {
        assert!(told.contains(&format!("line {line}:")), "line {line} is not told:\n{told}");
    }
    assert_eq!(oms.codes(10).await.unwrap(), ["WOOLOGO"]);
}
