//! The generic CSV on literals.

use super::{
    super::tests::{items, notes, rows},
    *,
};
use crate::{
    domain::sync::item::Amount,
    import::{Options, Weight},
};

#[test]
fn the_header_names_the_columns_in_any_order_and_case() {
    let found = items(
        &FORMAT,
        "Name,SKU,status,Quantity,cost_price,currency,Length MM,width_mm,height_mm,weight_g,categories,category_id,stock_tracked\n\
         Cup, CUP-1 ,Live,-3,12.5,MYR,80,80,90,250,Kitchen > Cups|Gifts,C7,no\n",
    );

    let expected = Item {
        row: 2,
        csku: "CUP-1".into(),
        kind: Some(Kind::Single),
        title: "Cup".into(),
        sides_mm: Some([80, 80, 90]),
        weight_g: Some(250),
        cost_price: Some(Amount { currency: "MYR".into(), units: 12, nanos: 500_000_000 }),
        channel_quantity: Some(-3),
        channel_status: Some(ChannelStatus::Live),
        categories: vec![
            NamedCategory { channel_category_id: "C7".into(), path: vec!["Kitchen".into(), "Cups".into()] },
            NamedCategory { channel_category_id: String::new(), path: vec!["Gifts".into()] },
        ],
        tracking: Tracking::Untracked,
        ..Item::default()
    };
    assert_eq!(found, [expected]);
}

#[test]
fn kinds_follow_from_what_is_filled_in() {
    let items = items(
        &FORMAT,
        "csku,kind,parent_csku,members,components\nA,,,,\nG,,,A|B\\|C,\nV,,G,,\nK,,,,CUP*2+SAUCER + a\\+b\\*c*3\nX,group,,,\n",
    );

    let kinds: Vec<Kind> = items.iter().filter_map(|item| item.kind).collect();
    assert_eq!(kinds, [Kind::Single, Kind::Group, Kind::Variant, Kind::Kit, Kind::Group]);
    assert_eq!(items[1].member_cskus, ["A", "B|C"]);
    assert_eq!(items[3].components, [("CUP".to_owned(), 2), ("SAUCER".to_owned(), 1), ("a+b*c".to_owned(), 3)]);
}

#[test]
fn cells_that_cannot_be_read_cost_themselves_and_are_all_told() {
    let file = "csku,kind,status,quantity,components,weight_g,barcode,title\n\
                A,box,on,many,CUP*0+POT,999999999,9.5E+12,Tea\nB,,,12.5,,-1,,#REF!\n";
    let found = items(&FORMAT, file);

    let plain = |row, csku: &str, kind, title: &str| Item {
        row,
        csku: csku.to_owned(),
        kind: Some(kind),
        title: title.to_owned(),
        ..Item::default()
    };
    assert_eq!(found, [plain(2, "A", Kind::Kit, "Tea"), plain(3, "B", Kind::Single, "")]);
    let told = notes(&FORMAT, file);
    for (line, part) in [
        (2, "kind \"box\" is none of single, group, variant, kit"),
        (2, "status \"on\" is none of live, not_live"),
        (2, "quantity \"many\" is not a whole number"),
        (2, "components \"CUP*0+POT\" has \"CUP*0\", which is not CODE or CODE*2"),
        (2, "weight_g \"999999999\" is outside"),
        (2, "barcode \"9.5E+12\" was turned into a power of ten"),
        (3, "quantity \"12.5\" is not a whole number: stock is kept in whole units"),
        (3, "weight_g \"-1\" is outside"),
        (3, "title \"#REF!\" is the failure of a spreadsheet's formula"),
    ] {
        let is_told = |(at, weight, text): &(u64, Weight, String)| {
            *at == line && *weight == Weight::CellLost && text.contains(part)
        };
        assert!(told.iter().any(is_told), "line {line}: {part} in {told:?}");
    }
    assert_eq!(told.len(), 9, "{told:?}");
}

#[test]
fn a_row_that_nothing_names_is_bad() {
    let rows = rows(&FORMAT, "csku,channel_listing_id,title\n,,Cup\n#REF!,,Pot\n,7,Jug\n", &Options::default());

    let bad: Vec<(u64, &str)> =
        rows.iter().filter_map(|row| row.item.as_ref().err()).map(|bad| (bad.line, bad.reason.as_str())).collect();
    let nameless = "csku and channel_listing_id are both empty: nothing names this listing";
    assert_eq!(bad, [(2, nameless), (3, "csku \"#REF!\" is the failure of a spreadsheet's formula")]);
}

#[test]
fn numbers_are_read_as_they_are_written_or_told() {
    let file = "csku,quantity\nA, 7 \nB,10.0\nC,1 000\nD,1e3\nE,10+\nF,In stock\nG,--\nH,\n";

    let quantities: Vec<Option<i64>> = items(&FORMAT, file).iter().map(|item| item.channel_quantity).collect();
    assert_eq!(quantities, [Some(7), Some(10), Some(1_000), None, None, None, None, None]);
    let lost: Vec<u64> = notes(&FORMAT, file).iter().map(|(line, ..)| *line).collect();
    assert_eq!(lost, [5, 6, 7, 8], "a blank cell is no error");
}
