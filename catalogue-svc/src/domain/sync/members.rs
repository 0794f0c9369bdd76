//! Which listings a group offers after a sync: those that it names, and the variants that name it.

use std::collections::HashSet;

use uuid::Uuid;

use crate::domain::{
    finding::{Effect, Finding, FindingKind, Subject},
    listing::{Kind, KindSource, Listing, ListingCode, QuantityBasis},
    naming,
};

use super::stated::Stated;

/// A listing that the group offers so far.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The listing.
    pub listing: &'a Listing,
    /// What the sync states of it, if it does.
    pub stated: Option<&'a Stated>,
}

/// The members of a group: those that it names first, in its order, then the others in theirs.
///
/// A variant belongs to the group that it names, and stays while the sync does not state it. Where a person has made the group and the
/// feed names no members, the person's choice stays.
pub fn members(group: &Listing, names_members: bool, named: &[Uuid], current: &[Member<'_>]) -> Vec<Uuid> {
    let chosen = group.kind_source == KindSource::Manual && !names_members;
    let stays = |member: &Member<'_>| match member.stated {
        Some(stated) => stated.kind == Kind::Variant && stated.parent.as_ref().is_some_and(|code| names(code, group)),
        None => member.listing.kind == Kind::Variant,
    };
    let mut seen: HashSet<Uuid> = HashSet::new();
    let others = current.iter().filter(|member| chosen || stays(member)).map(|member| member.listing.id);
    named.iter().copied().chain(others).filter(|member| seen.insert(*member)).collect()
}

fn names(code: &ListingCode, group: &Listing) -> bool {
    match code {
        ListingCode::Csku(csku) => group.csku.as_ref() == Some(csku),
        ListingCode::ChannelListingId(id) => group.channel_listing_id.as_ref() == Some(id),
    }
}

/// What the channel counts of a group's variants together: a number that is no ISKU's, unless all of them are mapped to one.
pub fn parent_stock(group: &Listing, stated: &Stated, members: &[Member<'_>]) -> Option<Finding> {
    let at_parent = |stated: &Stated| stated.quantity_basis == Some(QuantityBasis::AtParent);
    let variants: Vec<&Member<'_>> = members.iter().filter(|member| member.stated.is_some_and(at_parent)).collect();
    let number = stated.shared_quantity.or_else(|| variants.iter().find_map(|one| one.stated?.shared_quantity));
    let first = variants.first()?;
    let goods = naming::goods(first.listing);
    if goods.is_some() && variants.iter().all(|one| naming::goods(one.listing) == goods) {
        return None;
    }
    let number = number.map_or("a number of units".to_owned(), |number| format!("{number} units"));
    Some(Finding {
        kind: FindingKind::ParentStock,
        subject: Subject::listing(group.id),
        account_id: Some(group.account_id),
        effect: Effect::Advisory,
        listing_ids: std::iter::once(group.id).chain(variants.iter().map(|one| one.listing.id)).collect(),
        isku_codes: vec![],
        detail: format!(
            "{number} on the channel are of {} variants together, whose ISKUs that does not count",
            variants.len()
        ),
    })
}

/// Whether a group may offer a listing.
pub fn may_be_member(listing: &Listing) -> bool {
    listing.kind.sells_one_isku()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{listing::example, sync::item::Item};

    fn listing(n: u128, csku: &str, kind: Kind) -> Listing {
        example::listing(Uuid::from_u128(99), Uuid::from_u128(n), csku, kind, &[])
    }

    #[test]
    fn a_number_of_the_parent_is_told_until_its_variants_sell_one_isku() {
        let group = listing(1, "G", Kind::Group);
        let of =
            |n, set: &[(i64, i64)]| example::listing(Uuid::from_u128(99), Uuid::from_u128(n), "V", Kind::Variant, set);
        let (one, same, other, bare) = (of(2, &[(1, 1)]), of(3, &[(1, 1)]), of(4, &[(2, 1)]), of(5, &[]));
        let at_parent = Stated { quantity_basis: Some(QuantityBasis::AtParent), ..stated("V", Kind::Variant, "G") };
        let own = stated("V", Kind::Variant, "G");
        let stated = Stated { shared_quantity: Some(12), ..stated("G", Kind::Group, "") };
        let check = |members: &[(&Listing, &Stated)], expected: Option<usize>| {
            let members: Vec<Member<'_>> =
                members.iter().map(|(listing, stated)| Member { listing, stated: Some(stated) }).collect();
            let found = parent_stock(&group, &stated, &members);
            assert_eq!(found.as_ref().map(|found| found.listing_ids.len()), expected, "{members:?}");
            assert!(found.is_none_or(|found| found.detail.contains("12 units")));
        };
        check(&[], None);
        check(&[(&one, &at_parent), (&other, &at_parent)], Some(3));
        check(&[(&bare, &at_parent)], Some(2));
        check(&[(&one, &at_parent), (&same, &at_parent)], None);
        check(&[(&one, &own), (&other, &own)], None);
    }

    fn stated(csku: &str, kind: Kind, parent: &str) -> Stated {
        let item =
            Item { row: 1, csku: csku.into(), kind: Some(kind), parent_csku: parent.to_owned(), ..Item::default() };
        Stated::parse(&item).unwrap()
    }

    #[test]
    fn a_group_offers_what_it_names_and_what_names_it() {
        let group = listing(1, "G", Kind::Group);
        let by_person = Listing { kind_source: KindSource::Manual, ..group.clone() };
        let (single, variant) = (listing(2, "S", Kind::Single), listing(3, "V", Kind::Variant));
        let ours = stated("V", Kind::Variant, "G");
        let of_another = stated("V", Kind::Variant, "H");
        let alone = stated("V", Kind::Single, "");
        let check = |group: &Listing, named: &[u128], current: &[(&Listing, Option<&Stated>)], expected: &[u128]| {
            let named: Vec<Uuid> = named.iter().copied().map(Uuid::from_u128).collect();
            let current: Vec<Member<'_>> =
                current.iter().map(|(listing, stated)| Member { listing, stated: *stated }).collect();
            let got: Vec<u128> =
                members(group, !named.is_empty(), &named, &current).into_iter().map(|id| id.as_u128()).collect();
            assert_eq!(got, expected, "{named:?} {current:?}");
        };

        check(&group, &[], &[(&variant, Some(&ours))], &[3]);
        check(&group, &[], &[(&variant, None)], &[3]);
        check(&group, &[], &[(&variant, Some(&of_another))], &[]);
        check(&group, &[], &[(&variant, Some(&alone))], &[]);
        check(&group, &[3], &[(&variant, Some(&of_another))], &[3]);
        check(&group, &[2], &[(&variant, Some(&ours))], &[2, 3]);
        check(&group, &[3, 2], &[(&single, None), (&variant, Some(&ours))], &[3, 2]);
        check(&group, &[], &[(&single, None)], &[]);
        check(&by_person, &[], &[(&single, None)], &[2]);
        check(&by_person, &[3], &[(&single, None)], &[3]);
    }
}
