//! What items do to listings, case by case.

use shared::code::Code;

use super::*;
use crate::domain::{
    listing::{QuantityBasis, example},
    sync::item::Item,
};

const ACCOUNT: Uuid = Uuid::from_u128(1);

fn stated(csku: &str, id: &str, kind: Kind) -> Stated {
    let components = if kind == Kind::Kit { vec![("P".to_owned(), 2)] } else { vec![] };
    let parent_csku = if kind == Kind::Variant { "G".to_owned() } else { String::new() };
    let item = Item {
        row: 1,
        csku: csku.into(),
        channel_listing_id: id.into(),
        kind: Some(kind),
        components,
        parent_csku,
        ..Item::default()
    };
    Stated::parse(&item).unwrap()
}

fn listing(n: u128, csku: &str, id: &str, kind: Kind, set: &[(i64, i64)]) -> Listing {
    let mut listing = example::listing(ACCOUNT, Uuid::from_u128(n), csku, kind, set);
    listing.channel_listing_id = ChannelListingId::parse(id).ok();
    listing
}

fn place() -> Place {
    Place { account_id: ACCOUNT, new_id: Uuid::from_u128(99), category_id: None, now: Micros(5) }
}

/// What happens, in few words: the verb, and the codes after it.
fn told(stated: &Stated, listing: Option<&Listing>) -> String {
    let codes = |listing: &Listing| {
        let csku = listing.csku.as_ref().map_or("-", Code::as_str);
        let id = listing.channel_listing_id.as_ref().map_or("-", ChannelListingId::as_str);
        let renamed = listing.renamed_csku.as_ref().map(|code| format!(" now {code}")).unwrap_or_default();
        format!("{csku} {id} {}{renamed}", listing.kind.as_str())
    };
    match judge(stated, listing, &place()) {
        Judgement::Create(listing) => format!("create {}", codes(&listing)),
        Judgement::Update(listing) => format!("update {}", codes(&listing)),
        Judgement::Keep(listing) => format!("keep {}", codes(&listing)),
        Judgement::Leave(verdict) => format!("{} {}", verdict.outcome.as_str(), verdict.reasons.join(" ")),
    }
}

#[test]
fn an_item_fills_in_codes_and_never_replaces_one() {
    let check = |csku: &str, id: &str, before: Option<&Listing>, expected: &str| {
        assert_eq!(told(&stated(csku, id, Kind::Single), before), expected, "{csku} {id}");
    };
    let both = listing(1, "A", "7", Kind::Single, &[]);
    let only_csku = listing(2, "A", "", Kind::Single, &[]);
    let only_id = listing(3, "", "7", Kind::Single, &[]);
    let renamed = Listing { renamed_csku: Code::parse("B").ok(), ..both.clone() };

    check("A", "7", None, "create A 7 SINGLE");
    check("A", "7", Some(&both), "keep A 7 SINGLE");
    check("A", "7", Some(&only_csku), "update A 7 SINGLE");
    check("A", "7", Some(&only_id), "update A 7 SINGLE");
    check("", "7", Some(&both), "keep A 7 SINGLE");
    check("A", "", Some(&both), "keep A 7 SINGLE");
    check("A", "8", Some(&both), "update A 8 SINGLE");
    check("B", "7", Some(&both), "update A 7 SINGLE now B");
    check("B", "7", Some(&renamed), "keep A 7 SINGLE now B");
    check("C", "7", Some(&renamed), "update A 7 SINGLE now C");
    check("", "7", Some(&renamed), "keep A 7 SINGLE now B");
    check("A", "7", Some(&renamed), "update A 7 SINGLE");
}

#[test]
fn what_gives_way_goes_by_its_code_or_is_gone() {
    let sold = give_way(&listing(1, "A", "7", Kind::Single, &[(1, 1)]));
    let bare = give_way(&listing(2, "", "7", Kind::Group, &[]));

    assert_eq!((sold.channel_listing_id, sold.presence), (None, Presence::Listed));
    assert_eq!(bare.channel_listing_id.unwrap().as_str(), Uuid::from_u128(2).to_string());
    assert_eq!(bare.presence, Presence::Retired);
}

#[test]
fn a_renamed_item_is_mirrored_and_its_code_waits() {
    let before = listing(1, "A", "7", Kind::Single, &[(1, 1)]);
    let item = Stated { channel_quantity: Some(4), ..stated("B", "7", Kind::Single) };

    let Judgement::Update(after) = judge(&item, Some(&before), &place()) else { unreachable!() };

    assert_eq!((after.csku.clone(), after.channel_quantity), (Code::parse("A").ok(), Some(4)));
    assert_eq!(renamed(&after).unwrap().kind, FindingKind::Renamed);
    assert_eq!(verdict(Outcome::Updated, &item, &after).reasons, ["RENAMED"]);
    assert_eq!(verdict(Outcome::Unchanged, &stated("", "7", Kind::Single), &after), Verdict::plain(Outcome::Unchanged));
}

#[test]
fn what_is_live_when_it_is_first_mirrored_is_meant_to_be() {
    let check = |kind: Kind, status: Option<ChannelStatus>, expected: Intent| {
        let item = Stated { channel_status: status, ..stated("A", "7", kind) };
        let Judgement::Create(listing) = judge(&item, None, &place()) else { unreachable!() };
        assert_eq!(listing.intent, expected, "{kind:?} {status:?}");
    };
    check(Kind::Single, Some(ChannelStatus::Live), Intent::Published);
    check(Kind::Kit, Some(ChannelStatus::Live), Intent::Published);
    check(Kind::Group, Some(ChannelStatus::Live), Intent::Unpublished);
    check(Kind::Single, Some(ChannelStatus::NotLive), Intent::Unpublished);
    check(Kind::Single, None, Intent::Unpublished);
}

#[test]
fn what_the_channel_does_not_count_has_no_number() {
    let before = Listing { channel_quantity: Some(3), ..listing(1, "A", "7", Kind::Single, &[(1, 1)]) };
    let check = |quantity, basis, expected: Option<i64>| {
        let item = Stated { channel_quantity: quantity, quantity_basis: basis, ..stated("A", "7", Kind::Single) };
        let after = match judge(&item, Some(&before), &place()) {
            Judgement::Update(after) | Judgement::Keep(after) => after,
            other => unreachable!("{other:?}"),
        };
        assert_eq!(after.channel_quantity, expected, "{quantity:?} {basis:?}");
    };
    check(None, None, Some(3));
    check(Some(0), None, Some(0));
    check(None, Some(QuantityBasis::NotCounted), None);
    check(None, Some(QuantityBasis::AtParent), None);
}

#[test]
fn a_kind_that_a_person_chose_survives() {
    let check = |before: &Listing, kind: Kind, expected: &str| {
        assert_eq!(told(&stated("A", "", kind), Some(before)), expected, "{:?} -> {kind:?}", before.kind);
    };
    let by_person = Listing { kind_source: KindSource::Manual, ..listing(1, "A", "", Kind::Kit, &[(1, 2)]) };
    let by_feed = |kind, source| {
        let mut listing = listing(1, "A", "", kind, &[(1, 1)]);
        listing.mapping.iter_mut().for_each(|mapping| mapping.source = source);
        listing
    };

    check(&by_person, Kind::Single, "keep A - KIT");
    check(&by_feed(Kind::Single, Source::Default), Kind::Variant, "update A - VARIANT");
    check(&by_feed(Kind::Single, Source::Default), Kind::Group, "update A - GROUP");
    check(&by_feed(Kind::Single, Source::Default), Kind::Kit, "update A - KIT");
    check(&by_feed(Kind::Single, Source::Manual), Kind::Variant, "update A - VARIANT");
    check(&by_feed(Kind::Single, Source::Manual), Kind::Group, "REJECTED KIND_MISMATCH");
    check(&by_feed(Kind::Single, Source::Manual), Kind::Kit, "update A - KIT");
}

#[test]
fn what_the_feed_does_not_know_stays_and_what_was_retired_revives() {
    let mut before = listing(1, "A", "7", Kind::Single, &[(1, 1)]);
    before.description.barcode = Some("955".to_owned());
    before.channel_quantity = Some(3);
    before.category_id = Some(Uuid::from_u128(4));
    before.presence = Presence::Retired;

    let Judgement::Update(after) = judge(&stated("A", "7", Kind::Single), Some(&before), &place()) else {
        unreachable!()
    };

    assert_eq!(after.presence, Presence::Listed);
    assert_eq!(after.mapping, before.mapping);
    let same = Listing { presence: Presence::Retired, ..after };
    assert_eq!(same, before);
}
