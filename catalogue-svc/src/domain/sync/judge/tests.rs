//! What items do to listings, case by case.

use super::*;
use crate::domain::{
    listing::{Kind, example},
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
fn told(stated: &Stated, known: &Known<'_>) -> String {
    let codes = |listing: &Listing| {
        let csku = listing.csku.as_ref().map_or("-", Code::as_str);
        let id = listing.channel_listing_id.as_ref().map_or("-", ChannelListingId::as_str);
        format!("{csku} {id} {}", listing.kind.as_str())
    };
    let also = |displaced: Option<&Listing>| match displaced {
        Some(listing) if listing.presence == Presence::Retired => " instead of what is gone".to_owned(),
        Some(listing) => format!(" beside {}", codes(listing)),
        None => String::new(),
    };
    match judge(stated, known, &place()) {
        Judgement::Create { listing, displaced } => format!("create {}{}", codes(&listing), also(displaced.as_ref())),
        Judgement::Update { listing, displaced } => format!("update {}{}", codes(&listing), also(displaced.as_ref())),
        Judgement::Keep(listing) => format!("keep {}", codes(&listing)),
        Judgement::Leave { verdict, .. } => format!("{} {}", verdict.outcome.as_str(), verdict.reasons.join(" ")),
    }
}

#[test]
fn an_item_finds_its_listing_by_either_code() {
    let check = |csku: &str, id: &str, by_csku: Option<&Listing>, by_id: Option<&Listing>, expected: &str| {
        let known = Known { by_csku, by_id, ..Known::default() };
        assert_eq!(told(&stated(csku, id, Kind::Single), &known), expected, "{csku} {id}");
    };
    let both = listing(1, "A", "7", Kind::Single, &[]);
    let only_csku = listing(2, "A", "", Kind::Single, &[]);
    let only_id = listing(3, "", "7", Kind::Single, &[]);
    let other_id = listing(4, "A", "8", Kind::Single, &[]);

    check("A", "7", None, None, "create A 7 SINGLE");
    check("A", "7", Some(&both), Some(&both), "keep A 7 SINGLE");
    check("A", "7", Some(&only_csku), None, "update A 7 SINGLE");
    check("A", "7", None, Some(&only_id), "update A 7 SINGLE");
    check("", "7", None, Some(&both), "keep A 7 SINGLE");
    check("A", "", Some(&both), None, "keep A 7 SINGLE");
    check("A", "7", Some(&other_id), None, "update A 7 SINGLE");
    check("B", "7", None, Some(&both), "FINDING RENAMED");
    check("B", "7", Some(&listing(5, "B", "9", Kind::Single, &[])), Some(&both), "FINDING RENAMED");
}

#[test]
fn the_owner_of_a_csku_keeps_its_listing_wherever_the_ids_went() {
    let check = |stated: Stated, known: Known<'_>, expected: &str| {
        let got = told(&stated, &known);
        assert_eq!(got, expected, "{:?} {:?}", stated.csku, stated.channel_listing_id);
    };
    let single = listing(1, "A", "7", Kind::Single, &[(1, 1)]);
    let group = listing(2, "", "7", Kind::Group, &[]);
    let bare = listing(3, "", "7", Kind::Single, &[]);
    let by_person = listing(3, "", "7", Kind::Single, &[(1, 1)]);
    let moved = listing(4, "A", "8", Kind::Single, &[(1, 1)]);
    let known = Known::default();
    let elsewhere = Known { csku_of_id: Elsewhere::Yes, ..known };

    let parent = || stated("", "7", Kind::Group);
    check(parent(), Known { by_id: Some(&single), ..elsewhere }, "create - 7 GROUP beside A - SINGLE");
    check(parent(), Known { by_id: Some(&single), ..known }, "create - 7 GROUP beside A - SINGLE");
    check(parent(), Known { by_id: Some(&by_person), ..known }, "create - 7 GROUP instead of what is gone");
    check(parent(), Known { by_id: Some(&bare), ..known }, "update - 7 GROUP");
    check(stated("", "7", Kind::Single), Known { by_id: Some(&single), ..known }, "keep A 7 SINGLE");

    let sold = || stated("A", "7", Kind::Single);
    check(sold(), Known { by_csku: Some(&moved), ..known }, "update A 7 SINGLE");
    let both = |by_id| Known { by_csku: Some(&moved), by_id: Some(by_id), ..known };
    check(sold(), both(&group), "update A 7 SINGLE instead of what is gone");
    check(sold(), both(&bare), "update A 7 SINGLE instead of what is gone");
    check(sold(), both(&by_person), "REJECTED LISTING_EXISTS");
    let swapped = listing(5, "B", "7", Kind::Single, &[]);
    check(sold(), both(&swapped), "FINDING RENAMED");
    let swapped = Known { csku_of_id: Elsewhere::Yes, ..both(&swapped) };
    check(sold(), swapped, "update A 7 SINGLE beside B - SINGLE");
    check(
        stated("B", "7", Kind::Single),
        Known { by_id: Some(&single), ..elsewhere },
        "create B 7 SINGLE beside A - SINGLE",
    );

    let former = Known { by_csku: Some(&single), id_of_csku: Elsewhere::Yes, ..known };
    check(stated("A", "", Kind::Single), former, "FINDING REPEATED_IN_SNAPSHOT");
    check(stated("A", "9", Kind::Single), former, "update A 9 SINGLE");
}

#[test]
fn a_renamed_listing_is_there_and_keeps_its_name_until_somebody_accepts() {
    let known = listing(1, "A", "7", Kind::Single, &[(1, 1)]);
    let by_id = Known { by_id: Some(&known), ..Known::default() };

    let Judgement::Leave { marked, finding, .. } = judge(&stated("B", "7", Kind::Single), &by_id, &place()) else {
        unreachable!()
    };

    let marked = marked.unwrap();
    assert_eq!((marked.csku.clone(), marked.renamed_csku.clone()), (Code::parse("A").ok(), Code::parse("B").ok()));
    assert_eq!(finding.unwrap().kind, FindingKind::Renamed);
    let again = Known { by_id: Some(&marked), ..Known::default() };
    let second = judge(&stated("B", "7", Kind::Single), &again, &place());
    assert!(matches!(second, Judgement::Leave { marked: None, finding: Some(_), .. }));
    let back = judge(&stated("A", "7", Kind::Single), &Known { by_csku: Some(&marked), ..again }, &place());
    assert!(matches!(back, Judgement::Update { listing, .. } if listing.renamed_csku.is_none()));
}

#[test]
fn a_kind_that_a_person_chose_survives() {
    let check = |before: &Listing, kind: Kind, expected: &str| {
        let known = Known { by_csku: Some(before), ..Known::default() };
        assert_eq!(told(&stated("A", "", kind), &known), expected, "{:?} -> {kind:?}", before.kind);
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
    let known = Known { by_csku: Some(&before), by_id: Some(&before), ..Known::default() };

    let Judgement::Update { listing: after, .. } = judge(&stated("A", "7", Kind::Single), &known, &place()) else {
        unreachable!()
    };

    assert_eq!(after.presence, Presence::Listed);
    assert_eq!(after.mapping, before.mapping);
    let same = Listing { presence: Presence::Retired, ..after };
    assert_eq!(same, before);
}
