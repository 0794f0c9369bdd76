//! Which listings items are matched with, snapshot by snapshot.

use super::*;
use crate::domain::listing::example;

const ACCOUNT: Uuid = Uuid::from_u128(99);

fn listing(n: u128, csku: &str, id: &str, kind: Kind) -> Listing {
    let mut listing = example::listing(ACCOUNT, Uuid::from_u128(n), csku, kind, &[(1, 1)]);
    listing.csku = Code::parse(csku).ok();
    listing.channel_listing_id = ChannelListingId::parse(id).ok();
    listing.mapping = listing.mapping.filter(|_| kind != Kind::Group);
    listing
}

fn snapshot(items: &[(&str, &str, Kind)]) -> Vec<Seen> {
    let seen = |((csku, id, kind), place): (&(&str, &str, Kind), i64)| Seen {
        place,
        kind: *kind,
        csku: Code::parse(csku).ok(),
        channel_listing_id: ChannelListingId::parse(id).ok(),
    };
    items.iter().zip(1..).map(seen).collect()
}

/// What each item of a whole snapshot is matched with: a listing's number, `new`, or what is told.
fn matched(listings: &[Listing], items: &[(&str, &str, Kind)], scope: Scope) -> String {
    let mut items = snapshot(items);
    let of = |item: &Seen| Some((item.channel_listing_id.clone()?, Sort::of(item.kind)));
    let stated: HashSet<_> = items.iter().filter_map(of).collect();
    let mut taken = HashSet::new();
    let mut told = vec!["new".to_owned(); items.len()];
    for step in Step::ALL {
        let known = Known { listings, taken: taken.clone(), stated: stated.clone(), scope };
        for (place, found) in matches(step, &items, &known) {
            items.retain(|item| item.place != place);
            told[usize::try_from(place).unwrap() - 1] = match found {
                Match::Listing(id) => {
                    taken.insert(id);
                    id.as_u128().to_string()
                }
                Match::FormerCode => "former".to_owned(),
                Match::Ambiguous(ids) => format!("one of {}", ids.len()),
            };
        }
    }
    told.join(" ")
}

use Kind::{Group, Kit, Single, Variant};

#[test]
fn listing_ids_come_before_codes() {
    let check = |listings: &[Listing], items: &[(&str, &str, Kind)], expected: &str| {
        assert_eq!(matched(listings, items, Scope::Full), expected, "{items:?}");
    };
    let (a, b) = (listing(1, "A", "1", Single), listing(2, "B", "2", Single));
    let both = [a.clone(), b.clone()];

    check(&both, &[("A", "1", Single), ("B", "2", Single)], "1 2");
    // A chain, in either order, and a swap.
    check(&both, &[("B", "1", Single), ("NEW", "2", Single)], "1 2");
    check(&both, &[("NEW", "2", Single), ("B", "1", Single)], "2 1");
    check(&both, &[("B", "1", Single), ("A", "2", Single)], "1 2");
    // A code alone is the listing that has it, or was renamed away from it.
    check(&both, &[("B", "", Single), ("A", "", Single)], "2 1");
    check(&both, &[("NEW", "1", Single), ("A", "", Single)], "1 former");
    let renamed = Listing { renamed_csku: Code::parse("B").ok(), ..a };
    check(&[renamed, b], &[("B", "", Single)], "one of 2");
    check(&[], &[("A", "1", Single)], "new");
}

#[test]
fn an_unknown_id_under_a_known_code_is_relisted_or_new() {
    let check = |scope, listings: &[Listing], items: &[(&str, &str, Kind)], expected: &str| {
        assert_eq!(matched(listings, items, scope), expected, "{scope:?} {items:?}");
    };
    let a = [listing(1, "A", "1", Single)];
    let retired = [Listing { presence: Presence::Retired, ..a[0].clone() }];
    let bare = [listing(1, "A", "", Single)];
    let twins = [listing(1, "A", "1", Single), listing(2, "A", "2", Single)];

    check(Scope::Full, &a, &[("A", "9", Single)], "1");
    check(Scope::Full, &a, &[("A", "9", Single), ("A", "1", Single)], "new 1");
    check(Scope::Full, &a, &[("A", "8", Single), ("A", "9", Single)], "1 new");
    check(Scope::Partial, &a, &[("A", "9", Single)], "new");
    check(Scope::Partial, &retired, &[("A", "9", Single)], "1");
    check(Scope::Partial, &bare, &[("A", "9", Single)], "1");
    check(Scope::Full, &twins, &[("A", "2", Single), ("A", "1", Single), ("A", "3", Single)], "2 1 new");
    check(Scope::Full, &twins, &[("A", "", Single)], "one of 2");
    check(Scope::Full, &twins, &[("A", "1", Single), ("A", "3", Single)], "1 2");
}

#[test]
fn a_parent_never_costs_a_variant_its_listing() {
    let check = |scope, listings: &[Listing], items: &[(&str, &str, Kind)], expected: &str| {
        assert_eq!(matched(listings, items, scope), expected, "{scope:?} {items:?}");
    };
    let alone = [listing(1, "TEE", "tee", Single)];
    let family = [listing(1, "", "tee", Group), listing(2, "TEE", "tee/S", Variant)];
    let by_code = [listing(1, "TEE", "", Group), listing(2, "TEE", "", Variant)];
    let bare = [Listing { mapping: None, ..listing(1, "", "tee", Single) }];

    check(Scope::Full, &alone, &[("", "tee", Group), ("TEE", "tee/S", Variant)], "new 1");
    check(Scope::Partial, &alone, &[("", "tee", Group), ("TEE", "tee/S", Variant)], "new 1");
    check(Scope::Full, &alone, &[("TEE", "tee", Group), ("TEE", "tee/S", Variant)], "new 1");
    check(Scope::Full, &alone, &[("TEE", "tee", Group), ("TEE-S", "tee/S", Variant)], "1 new");
    check(Scope::Full, &alone, &[("", "tee", Group), ("TEE-S", "tee/S", Variant)], "new new");
    check(Scope::Full, &bare, &[("", "tee", Group)], "1");
    check(Scope::Full, &family, &[("TEE", "tee", Single)], "2");
    check(Scope::Full, &family[..1], &[("TEE", "tee", Single)], "1");
    check(Scope::Full, &by_code, &[("TEE", "", Variant), ("TEE", "", Group)], "2 1");
    check(Scope::Partial, &by_code[1..], &[("TEE", "", Group)], "new");
    check(Scope::Partial, &by_code[..1], &[("TEE", "", Variant)], "new");
    check(Scope::Full, &by_code[..1], &[("TEE", "", Single)], "1");
    check(Scope::Full, &alone, &[("TEE", "tee", Kit)], "1");
}
