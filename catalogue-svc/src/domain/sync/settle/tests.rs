//! What listings of a sync get from inventory-svc, case by case.

use super::*;
use crate::domain::{
    isku::{Counting, Sellable, Stock},
    listing::{Tracking, example},
    sync::item::{Item, NamedCategory},
};
use uuid::Uuid;

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn isku(id: i64, of: &str, available: i64) -> Isku {
    let stock =
        Stock { location: "default".into(), sellable: Sellable::Yes, on_hand: available, reserved: 0, available };
    Isku {
        id,
        code: code(of),
        product_name: None,
        barcode: None,
        dimensions: None,
        weight_g: None,
        stock: vec![stock],
        counting: Counting::Counted,
    }
}

fn adopted(quantity: i64) -> Option<Adopted> {
    Some(Adopted { isku_code: code("A"), location: Some("default".into()), quantity })
}

fn policy() -> IskuPolicy {
    IskuPolicy { missing: Missing::Create, opening: Opening::Adopt, opening_location: "default".into() }
}

fn listing(kind: Kind, quantity: Option<i64>, set: &[(i64, i64)], source: Source) -> Listing {
    let mut listing = example::listing(Uuid::from_u128(1), Uuid::from_u128(2), "A", kind, set);
    listing.channel_quantity = quantity;
    listing.channel_status = Some(ChannelStatus::Live);
    listing.mapping.iter_mut().for_each(|mapping| mapping.source = source);
    listing
}

fn stated(kind: Kind, quantity: Option<i64>) -> Stated {
    let components = if kind == Kind::Kit { vec![("I1".to_owned(), 2), ("NEW".to_owned(), 1)] } else { vec![] };
    let item =
        Item { row: 1, csku: "A".into(), kind: Some(kind), channel_quantity: quantity, components, ..Item::default() };
    Stated::parse(&item).unwrap()
}

#[test]
fn only_what_sells_one_tracked_isku_has_one_created() {
    let check = |listing: &Listing, quantity: Option<i64>, expected: &str| {
        let got = match question(listing, &stated(listing.kind, quantity), &policy()) {
            Question::Nothing => "nothing".to_owned(),
            Question::Ensure(wanted) => format!("ensure {} {:?}", wanted.code, wanted.opening.map(|(_, units)| units)),
            Question::Resolve(codes) => {
                format!("resolve {}", codes.iter().map(Code::as_str).collect::<Vec<_>>().join(" "))
            }
        };
        assert_eq!(got, expected, "{listing:?}");
    };
    let unmapped = |kind| listing(kind, None, &[], Source::Default);
    check(&unmapped(Kind::Single), Some(5), "ensure A Some(5)");
    check(&unmapped(Kind::Single), Some(0), "ensure A Some(0)");
    check(&unmapped(Kind::Single), Some(-3), "ensure A Some(-3)");
    check(&listing(Kind::Single, None, &[(1, 1)], Source::Default), Some(5), "resolve I1");
    check(&listing(Kind::Single, None, &[(1, 1)], Source::Manual), Some(5), "resolve I1");
    check(&unmapped(Kind::Kit), None, "resolve I1 NEW");
    check(&listing(Kind::Kit, None, &[(1, 2)], Source::Manual), None, "resolve I1 NEW");
    check(&listing(Kind::Single, None, &[(1, 2), (2, 1)], Source::Default), Some(5), "ensure A Some(5)");
    check(&unmapped(Kind::Group), None, "nothing");
    check(&Listing { tracking: Tracking::Untracked, ..unmapped(Kind::Single) }, Some(5), "nothing");
    check(&Listing { csku: None, ..unmapped(Kind::Single) }, Some(5), "nothing");
    let leave = IskuPolicy { missing: Missing::Leave, ..policy() };
    assert_eq!(
        question(&unmapped(Kind::Single), &stated(Kind::Single, None), &leave),
        Question::Resolve(vec![code("A")])
    );
}

#[test]
fn what_is_settled_and_what_is_told() {
    let check = |listing: &Listing, resolved: &[(&str, Option<Isku>)], expected: &str| {
        let resolved = resolved
            .iter()
            .map(|(of, isku)| (code(of), isku.clone().map_or(Resolved::NotFound(vec![]), Resolved::Found)));
        let resolution: Resolution = resolved.collect();
        let ensured = Ensured::NotCreated;
        let answers = Answers {
            resolution: &resolution,
            ensured: &ensured,
            locations: &[],
            origin: Origin::Known,
            barcode: Barcode::Own,
        };
        let settled = settle(listing, &stated(listing.kind, listing.channel_quantity), &answers);
        let mapped = settled.mapping.iter().flatten().map(|c| format!("{}x{}", c.isku_code, c.quantity));
        let notes = settled.notes.iter().map(|(reason, _)| (*reason).to_owned());
        assert_eq!(mapped.chain(notes).collect::<Vec<_>>().join(" "), expected, "{listing:?}");
    };
    let unmapped = |quantity| listing(Kind::Single, quantity, &[], Source::Default);
    let mapped = |quantity, source| listing(Kind::Single, quantity, &[(1, 1)], source);

    check(&unmapped(None), &[("A", Some(isku(1, "A", 0)))], "Ax1");
    check(&unmapped(Some(5)), &[("A", Some(isku(1, "A", 5)))], "Ax1");
    check(&unmapped(Some(5)), &[("A", Some(isku(1, "A", 4)))], "Ax1 STOCK_DRIFT");
    check(&unmapped(Some(5)), &[("A", None)], "NEEDS_ISKU");
    check(&mapped(Some(-1), Source::Default), &[("I1", Some(isku(1, "I1", 0)))], "STOCK_DRIFT");
    check(&mapped(Some(3), Source::Manual), &[("I1", Some(isku(1, "I1", 0)))], "STOCK_DRIFT");
    check(&mapped(Some(3), Source::Manual), &[], "");
    let kit = listing(Kind::Kit, Some(9), &[], Source::Default);
    let parts = [("I1", Some(isku(1, "I1", 0))), ("NEW", None)];
    check(&kit, &parts, "I1x2 NEWx1 KIT_COMPONENT_MISSING");
    check(&listing(Kind::Kit, None, &[(7, 1)], Source::Manual), &parts, "");
    check(&listing(Kind::Group, None, &[], Source::Default), &[], "");
}

#[test]
fn other_goods_are_not_taken_and_other_names_are_noted() {
    let mut listing = listing(Kind::Single, None, &[], Source::Default);
    listing.description.barcode = Some("4006381333931".into());
    listing.description.title = Some("Mug".into());
    let told = |isku: Isku| {
        let resolution: Resolution = [(code("A"), Resolved::Found(isku))].into_iter().collect();
        let ensured = Ensured::NotCreated;
        let answers = Answers {
            resolution: &resolution,
            ensured: &ensured,
            locations: &[],
            origin: Origin::Known,
            barcode: Barcode::Own,
        };
        let settled = settle(&listing, &stated(Kind::Single, None), &answers);
        (settled.mapping.is_some(), settled.notes.iter().map(|(reason, _)| *reason).collect::<Vec<_>>())
    };

    let other_barcode = Isku { barcode: Some("96385074".into()), ..isku(1, "A", 0) };
    let other_name = Isku { product_name: Some("Cup".into()), ..isku(1, "A", 0) };

    assert_eq!(told(other_barcode), (false, vec!["DIFFERENT_GOODS", "NEEDS_ISKU"]));
    assert_eq!(told(other_name), (true, vec!["DIFFERENT_DESCRIPTION"]));
}

#[test]
fn a_new_listing_that_is_live_and_can_be_sold_is_wanted_live() {
    let check = |listing: &Listing, origin: Origin, expected: Intent| {
        let resolution: Resolution = [(code("A"), Resolved::Found(isku(1, "A", 5)))].into_iter().collect();
        let ensured = Ensured::Created(adopted(5));
        let answers =
            Answers { resolution: &resolution, ensured: &ensured, locations: &[], origin, barcode: Barcode::Own };
        let settled = settle(listing, &stated(listing.kind, Some(5)), &answers);
        assert_eq!(settled.listing.intent, expected, "{listing:?}");
        let expected = settled.mapping.as_ref().and(adopted(5));
        assert_eq!(settled.listing.adopted, expected);
    };
    let unmapped = |kind| listing(kind, Some(5), &[], Source::Default);
    check(&unmapped(Kind::Single), Origin::Created, Intent::Published);
    check(&unmapped(Kind::Single), Origin::Known, Intent::Unpublished);
    check(&Listing { csku: None, ..unmapped(Kind::Single) }, Origin::Created, Intent::Unpublished);
    check(&unmapped(Kind::Group), Origin::Created, Intent::Unpublished);
    let hidden = Listing { channel_status: Some(ChannelStatus::NotLive), ..unmapped(Kind::Single) };
    check(&hidden, Origin::Created, Intent::Unpublished);
}

#[test]
fn adopted_stock_is_remembered_where_somebody_maps_the_listing_in_between() {
    let mapped = listing(Kind::Single, Some(5), &[(7, 1)], Source::Manual);
    let resolution: Resolution = [(code("A"), Resolved::Found(isku(1, "A", 5)))].into_iter().collect();
    let ensured = Ensured::Created(adopted(5));
    let answers = Answers {
        resolution: &resolution,
        ensured: &ensured,
        locations: &[],
        origin: Origin::Created,
        barcode: Barcode::Own,
    };

    let settled = settle(&mapped, &stated(Kind::Single, Some(5)), &answers);

    assert_eq!((settled.mapping, settled.listing.adopted), (None, adopted(5)));
}

#[test]
fn of_several_categories_one_is_taken_and_the_rest_is_found() {
    let category = |path: &str| NamedCategory { path: vec![path.into()], ..NamedCategory::default() };
    let item = Item { row: 1, csku: "A".into(), kind: Some(Kind::Group), ..Item::default() };
    let stated =
        Stated::parse(&Item { categories: vec![category("x"), category("y"), category("x")], ..item }).unwrap();
    let listing = listing(Kind::Group, None, &[], Source::Default);
    let resolution = Resolution::default();
    let answers = Answers {
        resolution: &resolution,
        ensured: &Ensured::NotCreated,
        locations: &[],
        origin: Origin::Known,
        barcode: Barcode::Own,
    };

    let settled = settle(&listing, &stated, &answers);

    assert_eq!(settled.findings[0].kind, FindingKind::SeveralCategories);
    assert_eq!(settled.findings[0].detail, "\"x\" is taken of 2 categories: x, y");
}
