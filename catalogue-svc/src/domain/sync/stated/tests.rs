//! What is read from items, and what is wrong with them.

use super::*;
use crate::domain::sync::item::{Amount, NamedCategory};

fn item() -> Item {
    Item { row: 1, csku: " A/1 ".into(), kind: Some(Kind::Single), ..Item::default() }
}

fn fields(item: &Item) -> Vec<&'static str> {
    Stated::parse(item).err().unwrap_or_default().iter().map(|problem| problem.field).collect()
}

#[test]
fn a_listing_needs_one_of_its_two_codes() {
    assert_eq!(Stated::parse(&item()).unwrap().csku.unwrap().as_str(), "A/1");
    assert_eq!(fields(&Item { csku: " ".into(), ..item() }), ["csku"]);
    assert_eq!(fields(&Item { csku: String::new(), channel_listing_id: "9".into(), ..item() }), [""; 0]);
    assert_eq!(fields(&Item { csku: "a\nb".into(), ..item() }), ["csku"]);
}

#[test]
fn everything_wrong_is_named_at_once() {
    let bad = Item {
        row: 0,
        kind: None,
        title: "x".repeat(513),
        barcode: "9".repeat(65),
        sides_mm: Some([0, 1, 1]),
        weight_g: Some(-1),
        cost_price: Some(Amount { currency: "rm".into(), units: 1, nanos: 0 }),
        categories: vec![NamedCategory::default()],
        components: vec![("A".into(), 0)],
        ..item()
    };

    let expected =
        ["kind", "dimensions", "weight_g", "cost_price", "categories", "title", "barcode", "components", "row"];
    assert_eq!(fields(&bad), expected);
}

#[test]
fn what_belongs_to_another_kind_is_refused() {
    assert_eq!(fields(&Item { kind: Some(Kind::Variant), ..item() }), ["parent_csku"]);
    assert_eq!(fields(&Item { parent_csku: "G".into(), ..item() }), ["parent_csku"]);
    assert_eq!(fields(&Item { member_cskus: vec!["B".into()], ..item() }), ["member_cskus"]);
    assert_eq!(fields(&Item { components: vec![("B".into(), 1)], ..item() }), ["components"]);
}

#[test]
fn a_number_counts_the_item_unless_the_feed_says_what_else() {
    let check = |kind: Kind, basis: Option<QuantityBasis>, expected: Option<(Option<i64>, Option<i64>)>| {
        let parent_csku = if kind == Kind::Variant { "G" } else { "" }.to_owned();
        let quantity = Some(7);
        let item = Item { kind: Some(kind), parent_csku, channel_quantity: quantity, quantity_basis: basis, ..item() };
        let got = Stated::parse(&item).ok().map(|stated| (stated.channel_quantity, stated.shared_quantity));
        assert_eq!(got, expected, "{kind:?} {basis:?}");
    };
    use QuantityBasis::{AtParent, NotCounted};
    check(Kind::Single, None, Some((Some(7), None)));
    check(Kind::Single, Some(NotCounted), Some((None, None)));
    check(Kind::Single, Some(AtParent), None);
    check(Kind::Variant, Some(AtParent), Some((None, Some(7))));
    check(Kind::Group, None, Some((None, None)));
    check(Kind::Group, Some(AtParent), Some((None, Some(7))));
    check(Kind::Kit, Some(AtParent), None);
}

#[test]
fn a_pack_may_be_a_variant() {
    let pack = |kind| Item { kind: Some(kind), parent_csku: "G".into(), components: vec![("B".into(), 3)], ..item() };
    for kind in [Kind::Kit, Kind::Variant] {
        let stated = Stated::parse(&pack(kind)).unwrap();
        assert_eq!((stated.kind, stated.components.len()), (Kind::Variant, 1));
        assert_eq!(Stated::kind_of(stated.rank()), Kind::Variant);
    }
    for kind in [Kind::Group, Kind::Single] {
        let item = Item { parent_csku: String::new(), ..pack(kind) };
        assert_eq!(fields(&item), ["components"]);
    }
    let bare = |kind| Stated::parse(&Item { kind: Some(kind), parent_csku: String::new(), ..item() }).unwrap();
    for kind in [Kind::Group, Kind::Single, Kind::Kit] {
        assert_eq!(Stated::kind_of(bare(kind).rank()), kind);
    }
}

#[test]
fn a_kits_repeated_components_are_summed() {
    let components = vec![("B".into(), 1), ("A".into(), 2), (" B".into(), 3)];
    let kit = Stated::parse(&Item { kind: Some(Kind::Kit), components, ..item() }).unwrap();

    let seen: Vec<(&str, i64)> = kit.components.iter().map(|(code, quantity)| (code.as_str(), *quantity)).collect();
    assert_eq!(seen, [("A", 2), ("B", 4)]);
}
