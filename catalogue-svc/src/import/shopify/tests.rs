//! Shopify's product CSV on literals.

use super::{
    super::tests::{items, notes, rows},
    *,
};
use crate::{
    domain::{listing::QuantityBasis, sync::item::Amount},
    import::{Reading, Weight},
};

const HEADER: &str = "Handle,Title,Type,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,\
                      Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Requires Shipping,Variant Barcode,Image Src,\
                      Gift Card,Status,Cost per item\n";

fn read(lines: &[&str]) -> Vec<Item> {
    let options = Options { currency: Some("MYR".to_owned()), ..Options::default() };
    let rows = rows(&FORMAT, &format!("{HEADER}{}\n", lines.join("\n")), &options);
    rows.into_iter().map(|row| row.item.unwrap()).collect()
}

#[test]
fn a_product_without_options_is_a_single_under_its_handle() {
    let found =
        read(&["shirt,Ocean Shirt,men > tops,true,Title,Default Title,,,,0,shopify,1,50,true,,https://i,false,,"]);

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
    assert_eq!(found, [expected]);
}

#[test]
fn a_product_with_options_is_a_group_with_its_variants_and_image_rows_hold_none() {
    let items = read(&[
        "top,Varsity Top,women,true,Size,Small,Cut,A/B,,28.0,shopify,0,60,true,,i,false,,",
        "top,,,,,Medium,,,T-M,0,shopify,-2,60,true,955,,,,12.50",
        "cup,Cup,,true,Title,Default Title,,,CUP,0,shopify,3,9,true,,,,,",
        "top,,,,,,,,,,,,,,,https://i2,,,",
    ]);

    let brief = |i: &Item| (i.row, i.kind, i.csku.clone(), i.channel_listing_id.clone(), i.title.clone());
    assert_eq!(
        items.iter().map(brief).collect::<Vec<_>>(),
        [
            (2, Some(Kind::Group), String::new(), "top".into(), "Varsity Top".into()),
            (2, Some(Kind::Variant), String::new(), "top/Small/A%2FB".into(), "Varsity Top / Small / A/B".into()),
            (3, Some(Kind::Variant), "T-M".into(), "top/Medium".into(), "Varsity Top / Medium".into()),
            (4, Some(Kind::Single), "CUP".into(), "cup".into(), "Cup".into()),
        ]
    );
    assert_eq!((items[1].weight_g, items[1].channel_quantity), (Some(28), Some(0)));
    assert_eq!((items[2].weight_g, items[2].channel_quantity, items[2].barcode.as_str()), (None, Some(-2), "955"));
    assert_eq!(items[2].cost_price, Some(Amount { currency: "MYR".into(), units: 12, nanos: 500_000_000 }));
    assert!(items[1..3].iter().all(|item| item.parent_channel_listing_id == "top"));
}

#[test]
fn the_column_names_of_today_mean_the_same() {
    let found = items(
        &FORMAT,
        "Title,URL handle,Product category,Type,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Price,\
         Cost per item,Inventory tracker,Inventory quantity,Weight value (grams),Weight unit for display,Requires shipping,Gift card\n\
         Clay bowl,clay-bowl,Home > Tableware,Bowls,TRUE,Active,BOWL-S,4006381336000,Size,Small,12.00,5.00,shopify,8,300,g,TRUE,FALSE\n\
         ,clay-bowl,,,,,BOWL-L,4006381336017,,Large,18.00,7.00,shopify,4,600,g,TRUE,\n",
    );

    let seen: Vec<_> = found.iter().map(|i| (i.kind, i.csku.as_str(), i.channel_quantity, i.weight_g)).collect();
    let expected = [
        (Some(Kind::Group), "", None, None),
        (Some(Kind::Variant), "BOWL-S", Some(8), Some(300)),
        (Some(Kind::Variant), "BOWL-L", Some(4), Some(600)),
    ];
    assert_eq!(seen, expected);
    assert!(found.iter().all(|item| item.categories[0].path == ["Home", "Tableware"]));
    assert!(found.iter().all(|item| item.channel_status == Some(ChannelStatus::Live)));
}

#[test]
fn status_and_stock_are_the_channels_words_and_what_nobody_counts_has_no_number() {
    let found = read(&[
        "card,Gift,,true,Title,Default Title,,,,0,,0,10,false,,,true,active,",
        "ebook,Book,,true,Title,Default Title,,,,0,,0,10,false,,,false,draft,",
        "cup,Cup,,false,Title,Default Title,,,,0,,7,10,true,,,false,,",
        "pot,Pot,,,Title,Default Title,,,,0,shopify,0,10,true,,,false,,",
        "pan,Pan,,,Title,Default Title,,,,0,shopify,-3,10,true,,,false,archived,",
    ]);

    let seen: Vec<_> =
        found.iter().map(|i| (i.tracking, i.channel_status, i.channel_quantity, i.quantity_basis)).collect();
    let uncounted = Some(QuantityBasis::NotCounted);
    assert_eq!(
        seen,
        [
            (Tracking::Untracked, Some(ChannelStatus::Live), None, uncounted),
            (Tracking::Untracked, Some(ChannelStatus::NotLive), None, uncounted),
            (Tracking::Tracked, Some(ChannelStatus::NotLive), None, uncounted),
            (Tracking::Tracked, None, Some(0), None),
            (Tracking::Tracked, Some(ChannelStatus::NotLive), Some(-3), None),
        ]
    );
}

#[test]
fn bad_cells_cost_themselves_and_are_all_told_with_the_line() {
    let lines = [
        "a,A,,true,Title,Default Title,,,A-1,heavy,shopify,1.5,10,true,,,false,,cheap",
        ",B,,true,Title,Default Title,,,,0,,1,10,true,,,false,,",
    ];
    let file = format!("{HEADER}{}\n", lines.join("\n"));

    let told: Vec<(u64, String)> = notes(&FORMAT, &file).into_iter().map(|(line, _, text)| (line, text)).collect();
    let expected = [
        (2, "Variant Inventory Qty \"1.5\" is not a whole number: stock is kept in whole units"),
        (2, "Variant Grams \"heavy\" is not a number of zero or more"),
        (2, "Cost per item \"cheap\" is not an amount of money"),
    ];
    assert_eq!(told, expected.map(|(line, text)| (line, text.to_owned())));
    let found = rows(&FORMAT, &file, &Options::default());
    assert_eq!(found[0].item.as_ref().unwrap().csku, "A-1");
    assert!(found[0].notes.iter().all(|note| note.weight == Weight::CellLost));
    assert_eq!(found[1].item.as_ref().unwrap_err().reason, "Handle is empty");
}

#[test]
fn the_inventory_csv_is_told_apart() {
    let text = "Handle,Title,Option1 Name,Option1 Value,SKU,Location,Available (not editable),On hand (current),On hand (new)\n";

    let told = FORMAT.open(text.as_bytes(), &Reading::default()).err().unwrap().to_string();
    assert!(told.contains("`inventory-svc import` reads"), "{told}");
}
