//! Which listings a group offers after a sync: those that it names, and the variants that name it.

use uuid::Uuid;

use crate::domain::listing::{Kind, KindSource, Listing, ListingCode};

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
    let mut members: Vec<Uuid> = vec![];
    let others = current.iter().filter(|member| chosen || stays(member)).map(|member| member.listing.id);
    for member in named.iter().copied().chain(others) {
        if !members.contains(&member) {
            members.push(member);
        }
    }
    members
}

fn names(code: &ListingCode, group: &Listing) -> bool {
    match code {
        ListingCode::Csku(csku) => group.csku.as_ref() == Some(csku),
        ListingCode::ChannelListingId(id) => group.channel_listing_id.as_ref() == Some(id),
    }
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
