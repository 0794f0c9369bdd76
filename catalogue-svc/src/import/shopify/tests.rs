//! Shopify's product CSV on literals.

use super::{super::tests::rows, *};
use crate::{domain::sync::item::Amount, import::Format};

const HEADER: &str = "Handle,Title,Type,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,\
                      Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Requires Shipping,Variant Barcode,Image Src,\
                      Gift Card,Status,Cost per item\n";

fn read(lines: &[&str]) -> Vec<Row> {
    rows(Format::Shopify, &format!("{HEADER}{}\n", lines.join("\n")), Some("MYR"))
}

#[test]
fn a_product_without_options_is_a_single_under_its_handle() {
    let found = read(&["shirt,Ocean Shirt,men > tops,true,Title,Default Title,,,,0,,1,50,true,,https://i,false,,"]);

    let expected = Item {
        row: 2,
        channel_listing_id: "shirt".into(),
        kind: Some(Kind::Single),
        title: "Ocean Shirt".into(),
        channel_quantity: Some(1),
        channel_status: Some(ChannelStatus::Live),
        categories: vec![NamedCategory { path: vec!["men".into(), "tops".into()], ..NamedCategory::default() }],
        ..Item::default()
    };
    assert_eq!(found, [Ok(expected)]);
}

#[test]
fn a_product_with_options_is_a_group_with_its_variants_and_image_rows_hold_none() {
    let found = read(&[
        "top,Varsity Top,women,true,Size,Small,Cut,A/B,,28.0,shopify,0,60,true,,i,false,,",
        "top,,,,,Medium,,,T-M,0,shopify,-2,60,true,955,,,,12.50",
        "top,,,,,,,,,,,,,,,https://i2,,,",
    ]);

    let items: Vec<Item> = found.into_iter().map(Result::unwrap).collect();
    let brief = |i: &Item| (i.row, i.kind, i.csku.clone(), i.channel_listing_id.clone(), i.title.clone());
    assert_eq!(
        items.iter().map(brief).collect::<Vec<_>>(),
        [
            (2, Some(Kind::Group), String::new(), "top".into(), "Varsity Top".into()),
            (2, Some(Kind::Variant), String::new(), "top/Small/A%2FB".into(), "Varsity Top / Small / A/B".into()),
            (3, Some(Kind::Variant), "T-M".into(), "top/Medium".into(), "Varsity Top / Medium".into()),
        ]
    );
    assert_eq!((items[1].weight_g, items[1].channel_quantity), (Some(28), Some(0)));
    assert_eq!((items[2].weight_g, items[2].channel_quantity, items[2].barcode.as_str()), (None, Some(-2), "955"));
    assert_eq!(items[2].cost_price, Some(Amount { currency: "MYR".into(), units: 12, nanos: 500_000_000 }));
    assert!(items[1..].iter().all(|item| item.parent_channel_listing_id == "top"));
}

#[test]
fn option_values_never_run_into_each_other() {
    assert_ne!(variant_id("a", &["b/c"]), variant_id("a", &["b", "c"]));
    assert_ne!(variant_id("a", &["b%2Fc"]), variant_id("a", &["b/c"]));
    assert_ne!(variant_id("a", &["", "b"]), variant_id("a", &["b"]));
}

#[test]
fn status_and_stock_are_the_channels_words() {
    let found = read(&[
        "card,Gift,,true,Title,Default Title,,,,0,,0,10,false,,,true,active,",
        "ebook,Book,,true,Title,Default Title,,,,0,,0,10,false,,,false,draft,",
        "cup,Cup,,false,Title,Default Title,,,,0,,0,10,true,,,false,,",
        "pot,Pot,,,Title,Default Title,,,,0,,0,10,true,,,false,,",
    ]);

    let seen: Vec<_> = found.iter().flatten().map(|i| (i.tracking, i.channel_status, i.channel_quantity)).collect();
    assert_eq!(
        seen,
        [
            (Tracking::Untracked, Some(ChannelStatus::Live), None),
            (Tracking::Untracked, Some(ChannelStatus::NotLive), None),
            (Tracking::Tracked, Some(ChannelStatus::NotLive), None),
            (Tracking::Tracked, None, None),
        ]
    );
}

#[test]
fn bad_cells_are_all_named_with_the_line() {
    let found = read(&[
        "a,A,,true,Title,Default Title,,,,heavy,shopify,1.5,10,true,,,false,,cheap",
        ",B,,true,Title,Default Title,,,,0,,1,10,true,,,false,,",
    ]);

    let reasons: Vec<(u64, String)> =
        found.into_iter().map(|row| row.map_err(|b| (b.line, b.reason)).unwrap_err()).collect();
    assert_eq!(
        reasons,
        [
            (
                2,
                "Variant Inventory Qty \"1.5\" is not a whole number; Variant Grams \"heavy\" is not a number of zero or more; \
                 Cost per item \"cheap\" is not an amount of money"
                    .to_owned()
            ),
            (3, "Handle is empty".to_owned()),
        ]
    );
}
