//! Which listings make a finding.

use super::*;
use crate::domain::listing::{Kind, Presence, Tracking, example};

fn listing(account: u128, id: u128, csku: &str, kind: Kind, set: &[(i64, i64)]) -> Listing {
    example::listing(Uuid::from_u128(account), Uuid::from_u128(id), csku, kind, set)
}

fn kinds(listings: &[Listing]) -> Vec<(&'static str, usize)> {
    let one = Uuid::from_u128(1);
    let all = [duplicates(one, DuplicatePolicy::Block, listings), shared(listings), near_duplicates(one, listings)];
    all.into_iter().flatten().map(|finding| (finding.kind.as_str(), finding.listing_ids.len())).collect()
}

#[test]
fn what_is_a_duplicate_and_what_is_not() {
    let check = |second: Listing, expected: &[(&str, usize)]| {
        let first = listing(1, 1, "A", Kind::Single, &[(7, 1)]);
        assert_eq!(kinds(&[first, second.clone()]), expected, "{second:?}");
    };
    check(listing(1, 2, "B", Kind::Single, &[(7, 1)]), &[("DUPLICATE_MAPPING", 2)]);
    check(listing(1, 2, "B", Kind::Variant, &[(7, 1)]), &[("DUPLICATE_MAPPING", 2)]);
    check(listing(1, 2, "B", Kind::Single, &[(8, 1)]), &[]);
    check(listing(1, 2, "B", Kind::Kit, &[(7, 1)]), &[]);
    check(listing(1, 2, "B", Kind::Kit, &[(7, 1), (8, 2)]), &[]);
    check(listing(2, 2, "A", Kind::Single, &[(7, 1)]), &[]);
    check(listing(2, 2, "B", Kind::Single, &[(7, 1)]), &[("SHARED_ISKU", 2)]);
    check(listing(2, 2, "B", Kind::Kit, &[(7, 1)]), &[]);
    check(listing(1, 2, "a ", Kind::Single, &[]), &[("NEAR_DUPLICATE_CODE", 2)]);
    check(listing(2, 2, "a", Kind::Single, &[]), &[]);
    let retired = Listing { presence: Presence::Retired, ..listing(1, 2, "B", Kind::Single, &[(7, 1)]) };
    check(retired, &[]);
    let untracked = Listing { tracking: Tracking::Untracked, ..listing(1, 2, "B", Kind::Single, &[(7, 1)]) };
    check(untracked, &[]);
}

#[test]
fn kits_are_duplicates_when_all_components_are_equal() {
    let kits = [
        listing(1, 1, "K1", Kind::Kit, &[(7, 1), (8, 2)]),
        listing(1, 2, "K2", Kind::Kit, &[(8, 2), (7, 1)]),
        listing(1, 3, "K3", Kind::Kit, &[(7, 2), (8, 2)]),
    ];

    assert_eq!(kinds(&kits), [("DUPLICATE_MAPPING", 2)]);
}

#[test]
fn a_duplicate_blocks_only_where_the_policy_says_so() {
    let both = [listing(1, 1, "A", Kind::Single, &[(7, 1)]), listing(1, 2, "B", Kind::Single, &[(7, 1)])];
    let effect = |policy| duplicates(Uuid::from_u128(1), policy, &both)[0].effect;

    assert_eq!(effect(DuplicatePolicy::Block), Effect::Blocking);
    assert_eq!(effect(DuplicatePolicy::Warn), Effect::Advisory);
}
