//! WooCommerce's product CSV on literals.

use super::{super::tests::rows, *};
use crate::import::{BadRow, Format};

fn read(text: &str) -> Vec<Row> {
    rows(Format::Woocommerce, text, None)
}

#[test]
fn kinds_come_from_the_words_of_one_cell() {
    let check = |cell: &str, expected: Option<(Kind, Tracking)>| assert_eq!(kind(cell).ok(), expected, "{cell:?}");
    check("simple", Some((Kind::Single, Tracking::Tracked)));
    check("simple, downloadable, virtual", Some((Kind::Single, Tracking::Untracked)));
    check("external", Some((Kind::Single, Tracking::Untracked)));
    check("variable", Some((Kind::Group, Tracking::Tracked)));
    check("grouped", Some((Kind::Group, Tracking::Tracked)));
    check("variation, virtual", Some((Kind::Variant, Tracking::Untracked)));
    check("", None);
    check("bundle", None);
    check("virtual", None);
}

#[test]
fn parents_and_members_are_named_by_sku_or_by_id() {
    let found = read(
        "ID,Type,SKU,Name,Parent,Grouped products\n\
         7,variable,tee,Tee,,\n8,variation,tee-r,Tee red,tee,\n9,variation,,Tee blue,id:7,\n10,grouped,set,Set,,\"cap, id:12,scarf\"\n",
    );

    let items: Vec<Item> = found.into_iter().map(Result::unwrap).collect();
    assert_eq!(items[0].kind, Some(Kind::Group));
    assert_eq!((items[1].parent_csku.as_str(), items[1].parent_channel_listing_id.as_str()), ("tee", ""));
    assert_eq!((items[2].parent_csku.as_str(), items[2].parent_channel_listing_id.as_str()), ("", "7"));
    assert_eq!((items[2].csku.as_str(), items[2].channel_listing_id.as_str()), ("", "9"));
    assert_eq!(items[3].member_cskus, ["cap", "scarf"]);
    assert_eq!(items[3].member_channel_listing_ids, ["12"]);
}

#[test]
fn measures_are_converted_exactly_from_the_unit_in_the_header() {
    let found = read(
        "Type,SKU,Weight (kg),Length (cm),Width (cm),Height (cm),Stock,Published\n\
         simple,A,1.1,0.25,20,40,5,1\nsimple,B,0,1,,3,,-1\nsimple,C,0.0001,1,2,3,parent,0\n",
    );

    let items: Vec<Item> = found.into_iter().map(Result::unwrap).collect();
    let seen: Vec<_> = items.iter().map(|i| (i.weight_g, i.sides_mm, i.channel_quantity)).collect();
    assert_eq!(
        seen,
        [(Some(1100), Some([3, 200, 400]), Some(5)), (None, None, None), (Some(1), Some([10, 20, 30]), None)]
    );
    let status: Vec<_> = items.iter().map(|i| i.channel_status).collect();
    assert_eq!(status, [Some(ChannelStatus::Live), Some(ChannelStatus::NotLive), Some(ChannelStatus::NotLive)]);
    let pounds = read("Type,SKU,Weight (lbs)\nsimple,A,2.5\n");
    assert_eq!(pounds[0].as_ref().unwrap().weight_g, Some(1134));
}

#[test]
fn what_the_export_escapes_for_spreadsheets_is_as_it_was() {
    let found = read(
        "ID,Type,SKU,Name,Stock,Published,Categories\n\
         7,simple,'=A1,'@home,'-3,'-1,'+18\n8,simple,'tis,''=,3,1,'Tea\n",
    );

    let items: Vec<Item> = found.into_iter().map(Result::unwrap).collect();
    let seen: Vec<_> = items.iter().map(|i| (i.csku.as_str(), i.title.as_str(), i.channel_quantity)).collect();
    assert_eq!(seen, [("=A1", "@home", Some(-3)), ("'tis", "''=", Some(3))]);
    assert_eq!(items[0].channel_status, Some(ChannelStatus::NotLive));
    assert_eq!(
        (&items[0].categories[0].path[0], &items[1].categories[0].path[0]),
        (&"+18".to_owned(), &"'Tea".to_owned())
    );
}

#[test]
fn categories_are_paths_with_escaped_commas() {
    let found = read("Type,SKU,Categories\nsimple,A,\"Food > Tea\\, black, Food\"\n");

    let paths: Vec<Vec<String>> = found[0].as_ref().unwrap().categories.iter().map(|c| c.path.clone()).collect();
    assert_eq!(paths, [vec!["Food".to_owned(), "Tea, black".to_owned()], vec!["Food".to_owned()]]);
}

#[test]
fn rows_that_nothing_names_or_that_cannot_be_read_are_bad() {
    let found = read(
        "Type,SKU,Stock,Parent,Weight (kg)\nexternal,,,,\nvariation,,6,WOOIDEA,1\nvariation,V,,,\ncomposite,K,,,\nsimple,S,\"1,5\",,x\n",
    );

    let bad: Vec<BadRow> = found.into_iter().map(Result::unwrap_err).collect();
    let expected = [
        (2, "SKU and ID are both empty: nothing names this product"),
        (3, "SKU and ID are both empty: nothing names this product"),
        (4, "Parent is empty: a variation belongs to a product"),
        (5, "Type \"composite\" names none of simple, variable, variation, grouped and external"),
        (6, "Stock \"1,5\" is not a whole number; Weight (kg) \"x\" is not a number of zero or more"),
    ];
    assert_eq!(bad, expected.map(|(line, reason)| BadRow { line, reason: reason.to_owned() }));
}
