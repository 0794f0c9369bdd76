//! Which stored listing each item of a snapshot states: by the channel's listing id first, and only then by code.
//!
//! Each step goes over the whole snapshot before the next begins, so that a chain or a swap of codes is nothing but renames.

use std::collections::{HashMap, HashSet};

use shared::code::Code;
use uuid::Uuid;

use super::session::Scope;
use crate::domain::listing::{ChannelListingId, Kind, KindSource, Listing, Presence};

/// What an item is matched by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its place in the upload.
    pub place: i64,
    /// What it is.
    pub kind: Kind,
    /// Its code.
    pub csku: Option<Code>,
    /// The channel's own id.
    pub channel_listing_id: Option<ChannelListingId>,
}

/// What an item or a listing is offered as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// One of its members.
    Group,
    /// Itself.
    Sold,
}

impl Sort {
    /// What a kind is offered as.
    pub fn of(kind: Kind) -> Self {
        if kind == Kind::Group { Self::Group } else { Self::Sold }
    }

    fn other(self) -> Self {
        match self {
            Self::Group => Self::Sold,
            Self::Sold => Self::Group,
        }
    }
}

/// The steps, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// By listing id.
    Id,
    /// By code, among what is sold, and among groups.
    Code,
    /// What was sold and is a group now, or the other way round.
    Changed,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Id, Self::Code, Self::Changed];
}

/// What is known of the listings that items of a chunk may state.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// The listings that have one of the items' codes.
    pub listings: &'a [Listing],
    /// Those that items were matched with before.
    pub taken: HashSet<Uuid>,
    /// Listing ids among theirs that an item of the snapshot states, with what the item is; what is malformed may be either.
    pub stated: HashSet<(ChannelListingId, Sort)>,
    /// What the snapshot is.
    pub scope: Scope,
}

/// What an item is matched with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// A listing.
    Listing(Uuid),
    /// A listing that another item states by its other code.
    FormerCode,
    /// One of several, and its code alone does not say which: these listing ids have it.
    Ambiguous(Vec<ChannelListingId>),
}

/// Matches the items of a chunk, in the order of the upload; those that stay without a match are left out.
pub fn matches(step: Step, items: &[Seen], known: &Known<'_>) -> Vec<(i64, Match)> {
    let mut taken = known.taken.clone();
    let codes = Codes::of(known.listings);
    let mut found = vec![];
    for item in items {
        let matched = match step {
            Step::Id => codes.by_id(item).filter(|listing| is_same_by_id(item, listing)).map(|one| one.id),
            Step::Changed => codes.changed(item, &taken, known).map(|one| one.id),
            Step::Code => match codes.by_code(item, &taken, known) {
                Some(Match::Listing(listing_id)) => Some(listing_id),
                Some(told) => {
                    found.push((item.place, told));
                    continue;
                }
                None => None,
            },
        };
        if let Some(listing_id) = matched.filter(|id| taken.insert(*id)) {
            found.push((item.place, Match::Listing(listing_id)));
        }
    }
    found
}

struct Codes<'a> {
    by_id: HashMap<&'a ChannelListingId, &'a Listing>,
    by_csku: HashMap<&'a Code, Vec<&'a Listing>>,
}

impl<'a> Codes<'a> {
    fn of(listings: &'a [Listing]) -> Self {
        let mut by_csku: HashMap<&Code, Vec<&Listing>> = HashMap::new();
        for listing in listings {
            for csku in listing.csku.iter().chain(&listing.renamed_csku) {
                by_csku.entry(csku).or_default().push(listing);
            }
        }
        let by_id = listings.iter().filter_map(|listing| Some((listing.channel_listing_id.as_ref()?, listing)));
        Self { by_id: by_id.collect(), by_csku }
    }

    fn by_id(&self, item: &Seen) -> Option<&'a Listing> {
        self.by_id.get(item.channel_listing_id.as_ref()?).copied()
    }

    /// The listings with the item's code, those first that the item states most likely: what states the code now, is on the channel,
    /// needs no listing id, and is oldest.
    fn with_code(&self, csku: &Code) -> Vec<&'a Listing> {
        let mut found = self.by_csku.get(csku).cloned().unwrap_or_default();
        found.sort_by_key(|listing| {
            let former = listing.stated_csku() != Some(csku);
            (former, listing.presence == Presence::Retired, listing.channel_listing_id.is_some(), listing.id)
        });
        found
    }

    fn by_code(&self, item: &Seen, taken: &HashSet<Uuid>, known: &Known<'_>) -> Option<Match> {
        let csku = item.csku.as_ref()?;
        let alike = self.with_code(csku).into_iter().filter(|listing| Sort::of(listing.kind) == Sort::of(item.kind));
        let (free, gone): (Vec<&Listing>, Vec<&Listing>) = alike.partition(|listing| !taken.contains(&listing.id));
        if item.channel_listing_id.is_some() {
            let relisted = free.into_iter().find(|listing| may_be_relisted(listing, known));
            return relisted.map(|listing| Match::Listing(listing.id));
        }
        let listed: Vec<&&Listing> = free.iter().filter(|one| one.presence == Presence::Listed).collect();
        let ids: Vec<ChannelListingId> = listed.iter().filter_map(|one| one.channel_listing_id.clone()).collect();
        match (free.first(), gone.is_empty()) {
            (Some(_), _) if listed.len() > 1 && ids.len() == listed.len() => Some(Match::Ambiguous(ids)),
            (Some(first), _) => Some(Match::Listing(first.id)),
            (None, true) => None,
            (None, false) => Some(Match::FormerCode),
        }
    }

    /// What an item states that is something else now: a group that is sold, or the other way round. A variant is never taken for its
    /// parent, nor the parent for a variant: one may have the other's code.
    fn changed(&self, item: &Seen, taken: &HashSet<Uuid>, known: &Known<'_>) -> Option<&'a Listing> {
        let may_change = |listing: &&Listing| {
            let other = Sort::of(listing.kind) != Sort::of(item.kind);
            other && !taken.contains(&listing.id) && !is_variant(item, listing)
        };
        let same_code = |listing: &&Listing| listing.csku.is_none() || listing.csku == item.csku;
        let by_id = self.by_id(item).filter(may_change).filter(same_code);
        let is_bare = |listing: &&Listing| listing.kind == Kind::Group || listing.csku.is_some() || !is_sold(listing);
        let by_code = || {
            let mut alike = self.with_code(item.csku.as_ref()?).into_iter().filter(may_change);
            alike.find(|listing| item.channel_listing_id.is_none() || may_be_relisted(listing, known))
        };
        by_id.filter(is_bare).or_else(by_code)
    }
}

fn is_variant(item: &Seen, listing: &Listing) -> bool {
    let by_id = item.channel_listing_id.is_some() && item.channel_listing_id == listing.channel_listing_id;
    listing.kind == Kind::Variant || (item.kind == Kind::Variant && !by_id)
}

fn is_sold(listing: &Listing) -> bool {
    listing.csku.is_some() || listing.mapping.is_some()
}

/// Whether a listing id means the listing that has it, whatever became of its code.
fn is_same_by_id(item: &Seen, listing: &Listing) -> bool {
    match (Sort::of(item.kind), Sort::of(listing.kind)) {
        (Sort::Group, Sort::Group) | (Sort::Sold, Sort::Sold) => true,
        // What was sold goes on under its code: the parent is new.
        (Sort::Group, Sort::Sold) => listing.kind_source == KindSource::Manual || !is_sold(listing),
        (Sort::Sold, Sort::Group) => false,
    }
}

/// Whether an unknown listing id may be the new one of a listing: it had none, another takes it, or the channel no longer has it.
fn may_be_relisted(listing: &Listing, known: &Known<'_>) -> bool {
    let Some(id) = &listing.channel_listing_id else { return true };
    let own = Sort::of(listing.kind);
    let is_stated_as = |sort| known.stated.contains(&(id.clone(), sort));
    let is_lacking = known.scope == Scope::Full || listing.presence == Presence::Retired;
    !is_stated_as(own) && (is_stated_as(own.other()) || is_lacking)
}

#[cfg(test)]
mod tests;
