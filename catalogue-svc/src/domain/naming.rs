//! What a CSKU means in an account: the listing that the channel gives it now, and one that had it before only if none has it now.

use shared::code::Code;

use super::{
    Error,
    listing::{Kind, Listing, Presence, Tracking},
    mapping::{Component, fits},
};

/// What a code is looked up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What is sold under it: listings that sell the same are as good as one.
    Goods,
    /// The one listing that it names.
    Listing,
}

/// The listing that a CSKU means, of those that have it or had it; refused if it does not say which.
///
/// A group never stands in the way of what is sold: its own code may be a variant's.
pub fn meant<'a>(csku: &Code, candidates: &[&'a Listing], purpose: Purpose) -> Result<Option<&'a Listing>, Error> {
    let has_it_now = |listing: &&Listing| listing.presence == Presence::Listed && listing.stated_csku() == Some(csku);
    let mut alike: Vec<&Listing> = candidates.iter().copied().filter(has_it_now).collect();
    if alike.is_empty() {
        alike = candidates.to_vec();
    }
    if alike.iter().any(|listing| listing.kind != Kind::Group) {
        alike.retain(|listing| listing.kind != Kind::Group);
    }
    alike.sort_by_key(|listing| (listing.presence == Presence::Retired, listing.id));
    let ambiguous = |alike: &[&Listing]| Error::AmbiguousCsku {
        csku: csku.clone(),
        ids: alike.iter().filter_map(|listing| listing.channel_listing_id.clone()).collect(),
    };
    if purpose == Purpose::Goods && alike.iter().any(|listing| goods(listing).is_some()) {
        alike.retain(|listing| goods(listing).is_some());
        return match alike.as_slice() {
            [first, others @ ..] if others.iter().all(|other| goods(other) == goods(first)) => Ok(Some(first)),
            several => Err(ambiguous(several)),
        };
    }
    match (alike.as_slice(), purpose) {
        ([], _) => Ok(None),
        ([first], _) | ([first, ..], Purpose::Goods) => Ok(Some(first)),
        (several, Purpose::Listing) => Err(ambiguous(several)),
    }
}

/// What one unit of a listing takes; `None` as long as nobody knows.
pub fn goods(listing: &Listing) -> Option<Vec<(&Code, i64)>> {
    if listing.tracking == Tracking::Untracked {
        return Some(vec![]);
    }
    let components = &listing.mapping.as_ref()?.components;
    let mut sold: Vec<(&Code, i64)> = components.iter().map(|one| (&one.isku_code, one.quantity)).collect();
    sold.sort_unstable();
    (!sold.is_empty()).then_some(sold)
}

/// What a new listing sells that has the code of others: what they do, if that is the same and not what the code itself says.
///
/// The ISKU of that code is another's, or would be a second one of the same goods.
pub fn goods_of_others(new: &Listing, others: &[Listing]) -> Option<Vec<Component>> {
    let csku = new.csku.as_ref().filter(|_| new.needs_iskus())?;
    let alike = |other: &&Listing| {
        let is_sold = other.needs_iskus() && goods(other).is_some() && other.id != new.id;
        is_sold && other.stated_csku() == Some(csku)
    };
    let (listed, gone): (Vec<&Listing>, Vec<&Listing>) =
        others.iter().filter(alike).partition(|other| other.presence == Presence::Listed);
    let mut sold = if listed.is_empty() { gone } else { listed }.into_iter();
    let first = sold.next()?;
    if goods(first) == Some(vec![(csku, 1)]) || sold.any(|other| goods(other) != goods(first)) {
        return None;
    }
    let components = first.mapping.as_ref()?.components.clone();
    fits(new.kind, &components).is_ok().then_some(components)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::listing::{ChannelListingId, example};

    fn listing(n: u128, csku: &str, renamed: &str, kind: Kind, set: &[(i64, i64)]) -> Listing {
        Listing {
            renamed_csku: Code::parse(renamed).ok(),
            channel_listing_id: ChannelListingId::parse(&n.to_string()).ok(),
            ..example::listing(Uuid::from_u128(99), Uuid::from_u128(n), csku, kind, set)
        }
    }

    #[test]
    fn a_code_means_the_listing_that_has_it_now() {
        let check = |candidates: &[&Listing], goods: Result<u128, usize>, one: Result<u128, usize>| {
            let csku = Code::parse("A").unwrap();
            for (purpose, expected) in [(Purpose::Goods, goods), (Purpose::Listing, one)] {
                let got = match meant(&csku, candidates, purpose) {
                    Ok(found) => Ok(found.map_or(0, |listing| listing.id.as_u128())),
                    Err(Error::AmbiguousCsku { ids, .. }) => Err(ids.len()),
                    Err(other) => unreachable!("{other:?}"),
                };
                assert_eq!(got, expected, "{purpose:?} {candidates:?}");
            }
        };
        let single = |n, csku, renamed, isku| listing(n, csku, renamed, Kind::Single, &[(isku, 1)]);
        let a = single(1, "A", "", 1);
        let gone = Listing { presence: Presence::Retired, ..a.clone() };
        let moved_on = single(2, "A", "B", 2);
        let moved_here = single(3, "C", "A", 3);
        let twin = single(4, "A", "", 1);
        let other = single(5, "A", "", 5);
        let unmapped = listing(6, "A", "", Kind::Single, &[]);
        let parent = listing(7, "A", "", Kind::Group, &[]);

        check(&[], Ok(0), Ok(0));
        check(&[&a], Ok(1), Ok(1));
        check(&[&gone], Ok(1), Ok(1));
        check(&[&gone, &moved_here], Ok(3), Ok(3));
        check(&[&moved_on], Ok(2), Ok(2));
        check(&[&moved_on, &moved_here], Ok(3), Ok(3));
        check(&[&gone, &moved_on], Err(2), Err(2));
        check(&[&a, &twin], Ok(1), Err(2));
        check(&[&a, &other], Err(2), Err(2));
        check(&[&unmapped, &a], Ok(1), Err(2));
        check(&[&unmapped], Ok(6), Ok(6));
        check(&[&parent, &a], Ok(1), Ok(1));
        check(&[&parent], Ok(7), Ok(7));
        check(&[&gone, &other], Ok(5), Ok(5));
    }

    #[test]
    fn a_new_listing_of_a_code_sells_what_the_others_do() {
        let check = |kind: Kind, others: &[&Listing], expected: Option<&[(i64, i64)]>| {
            let new = listing(99, "I1", "", kind, &[]);
            let others: Vec<Listing> = others.iter().map(|other| (*other).clone()).collect();
            let got = goods_of_others(&new, &others);
            let got: Option<Vec<(i64, i64)>> =
                got.map(|all| all.iter().map(|one| (one.isku_id.unwrap(), one.quantity)).collect());
            assert_eq!(got.as_deref(), expected, "{kind:?} {others:?}");
        };
        let by_default = listing(1, "I1", "", Kind::Single, &[(1, 1)]);
        let renamed = listing(2, "OLD", "I1", Kind::Single, &[(2, 1)]);
        let former = listing(3, "I1", "NEW", Kind::Single, &[(3, 1)]);
        let remapped = listing(4, "I1", "", Kind::Single, &[(4, 1)]);
        let pack = listing(5, "I1", "", Kind::Kit, &[(5, 3)]);
        let unmapped = listing(6, "I1", "", Kind::Single, &[]);

        check(Kind::Single, &[], None);
        check(Kind::Single, &[&by_default], None);
        check(Kind::Single, &[&renamed], Some(&[(2, 1)]));
        check(Kind::Single, &[&renamed, &former, &unmapped], Some(&[(2, 1)]));
        check(Kind::Single, &[&former], None);
        let gone = Listing { presence: Presence::Retired, ..renamed.clone() };
        check(Kind::Single, &[&gone], Some(&[(2, 1)]));
        check(Kind::Single, &[&gone, &by_default], None);
        check(Kind::Single, &[&renamed, &remapped], None);
        check(Kind::Single, &[&pack], None);
        check(Kind::Variant, &[&pack], Some(&[(5, 3)]));
        check(Kind::Group, &[&renamed], None);
    }
}
