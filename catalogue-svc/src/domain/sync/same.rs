//! Which items state of their listings what the feed stated last, so that there is nothing to write.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    matching::{Seen, Sort},
    settle::Settled,
};
use crate::domain::{
    finding::{Effect, FindingKind},
    listing::{ChannelListingId, Listing, Presence},
    mapping::Mapping,
};

/// What the feed stated last of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The digest of what it stated.
    pub digest: i64,
    /// The version of the listing that came of it.
    pub version: i64,
}

/// An item as it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// When its turn comes.
    pub rank: i64,
    /// What it goes by.
    pub seen: Seen,
    /// The digest of what it states; an earlier release has made none.
    pub digest: Option<i64>,
}

/// The listings of items that state what was stated last, where nothing has changed the listing since; by place.
pub fn same(items: &[Staged], listings: &[Listing], last: &HashMap<Uuid, Feed>) -> Vec<(i64, Uuid)> {
    let with_id = listings.iter().filter_map(|listing| Some((listing.channel_listing_id.as_ref()?, listing)));
    let by_id: HashMap<&ChannelListingId, &Listing> = with_id.collect();
    let bare = listings.iter().filter(|listing| listing.channel_listing_id.is_none());
    let with_csku = bare.filter_map(|listing| Some(((listing.csku.as_ref()?, Sort::of(listing.kind)), listing)));
    let by_csku: HashMap<_, &Listing> = with_csku.collect();
    let same = |item: &Staged| {
        let listing = match (&item.seen.channel_listing_id, &item.seen.csku) {
            (Some(id), _) => by_id.get(id),
            (None, Some(csku)) => by_csku.get(&(csku, Sort::of(item.seen.kind))),
            (None, None) => None,
        };
        let listing = listing.filter(|listing| is_settled(listing))?;
        let feed = last.get(&listing.id)?;
        let is_same = item.digest == Some(feed.digest) && feed.version == listing.version;
        is_same.then_some((item.seen.place, listing.id))
    };
    items.iter().filter_map(same).collect()
}

/// Whether nothing is left to try: what is not mapped looks for its ISKU in every sync.
fn is_settled(listing: &Listing) -> bool {
    let whole = |of: &Mapping| of.components.iter().all(|component| component.isku_id.is_some());
    let sells = listing.mapping.as_ref().is_some_and(whole) || !listing.needs_iskus();
    listing.presence == Presence::Listed && listing.renamed_csku.is_none() && sells
}

/// A finding as far as it is compared.
pub type Open = (FindingKind, Effect, String);

/// Whether settling a listing once more would write nothing: not to it, and not to what was found about it.
pub fn is_as_settled(before: &Listing, settled: &Settled, open: &[Open]) -> bool {
    let found = || settled.findings.iter().map(|finding| (finding.kind, finding.effect, finding.detail.clone()));
    let same_findings = found().count() == open.len() && found().all(|one| open.contains(&one));
    settled.mapping.is_none() && settled.rejected.is_none() && settled.listing == *before && same_findings
}

#[cfg(test)]
mod tests {
    use shared::code::Code;

    use super::*;
    use crate::domain::listing::{Kind, example};

    #[test]
    fn what_is_stated_again_of_what_nobody_has_changed_is_the_same() {
        let listing = |n: u128, csku: &str, id: &str, kind: Kind, set: &[(i64, i64)]| Listing {
            channel_listing_id: ChannelListingId::parse(id).ok(),
            ..example::listing(Uuid::from_u128(99), Uuid::from_u128(n), csku, kind, set)
        };
        let item = |csku: &str, id: &str, kind: Kind, digest: Option<i64>| {
            let (csku, channel_listing_id) = (Code::parse(csku).ok(), ChannelListingId::parse(id).ok());
            Staged { rank: 1, seen: Seen { place: 7, kind, csku, channel_listing_id }, digest }
        };
        let feed = |digest, version| HashMap::from([(Uuid::from_u128(1), Feed { digest, version })]);
        let check = |item: Staged, listing: &Listing, last: &HashMap<Uuid, Feed>, expected: bool| {
            let got = same(std::slice::from_ref(&item), std::slice::from_ref(listing), last);
            assert_eq!(!got.is_empty(), expected, "{item:?} {listing:?} {last:?}");
        };
        use Kind::{Group, Single};
        let with_id = listing(1, "A", "1", Single, &[(1, 1)]);
        let bare = listing(1, "A", "", Single, &[(1, 1)]);

        check(item("A", "1", Single, Some(5)), &with_id, &feed(5, 1), true);
        check(item("A", "1", Single, Some(6)), &with_id, &feed(5, 1), false);
        check(item("A", "1", Single, Some(5)), &with_id, &feed(5, 2), false);
        check(item("A", "1", Single, None), &with_id, &feed(5, 1), false);
        check(item("A", "1", Single, Some(5)), &with_id, &HashMap::new(), false);
        check(item("A", "", Single, Some(5)), &bare, &feed(5, 1), true);
        check(item("A", "", Single, Some(5)), &with_id, &feed(5, 1), false);
        check(item("A", "", Group, Some(5)), &bare, &feed(5, 1), false);
        check(item("A", "", Group, Some(5)), &listing(1, "A", "", Group, &[]), &feed(5, 1), true);
        let unmapped = listing(1, "A", "1", Single, &[]);
        check(item("A", "1", Single, Some(5)), &unmapped, &feed(5, 1), false);
        let retired = Listing { presence: Presence::Retired, ..with_id.clone() };
        check(item("A", "1", Single, Some(5)), &retired, &feed(5, 1), false);
        let renamed = Listing { renamed_csku: Code::parse("B").ok(), ..with_id };
        check(item("A", "1", Single, Some(5)), &renamed, &feed(5, 1), false);
    }
}
