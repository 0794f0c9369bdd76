//! What has to be known before the items of a chunk are judged, read set by set.

use std::collections::{HashMap, HashSet};

use shared::{code::Code, database::Transaction, time::Micros};
use uuid::Uuid;

use super::Work;
use crate::{
    catalogue::Error,
    domain::{
        category::CategoryPath,
        listing::{ChannelListingId, Kind, Listing, ListingCode, Presence},
        sync::{category::choose, stated::Stated},
    },
    storage::{category, listing, sync::item::Waiting},
};

/// What is known about the listings that a chunk states or names.
pub(super) struct Facts {
    /// The account.
    pub(super) account_id: Uuid,
    listings: HashMap<Uuid, Listing>,
    holders: HashMap<ChannelListingId, Uuid>,
    groups: HashMap<Code, Uuid>,
    categories: HashMap<CategoryPath, Uuid>,
}

impl Facts {
    pub(super) async fn load(
        transaction: &Transaction,
        work: &Work,
        items: &[(Waiting, Stated)],
        now: Micros,
    ) -> Result<Self, Error> {
        let (merchant, account) = (&work.caller.merchant, &work.account);
        let mut cskus: HashSet<&Code> = HashSet::new();
        let mut ids: HashSet<&ChannelListingId> =
            items.iter().filter_map(|(_, stated)| stated.channel_listing_id.as_ref()).collect();
        for code in items.iter().filter_map(|(_, stated)| stated.parent.as_ref()) {
            match code {
                ListingCode::Csku(csku) => drop(cskus.insert(csku)),
                ListingCode::ChannelListingId(id) => drop(ids.insert(id)),
            }
        }
        let cskus: Vec<&Code> = cskus.into_iter().collect();
        let ids: Vec<&ChannelListingId> = ids.into_iter().collect();
        let matched = items.iter().filter_map(|(waiting, _)| waiting.listing_id).collect();
        let mut found = listing::by_ids(transaction, merchant, matched).await?;
        found.extend(listing::by_channel_listing_ids(transaction, merchant, account.id, &ids).await?);
        let mut parents = listing::by_cskus(transaction, merchant, account.id, &cskus).await?;
        parents.retain(|listing| listing.kind == Kind::Group);
        // Of several the one that is on the channel counts, and of these the oldest.
        parents.sort_by_key(|group| (group.presence == Presence::Listed, std::cmp::Reverse(group.id)));
        let groups = parents.iter().filter_map(|group| Some((group.csku.clone()?, group.id))).collect();
        found.extend(parents);
        let chosen: Vec<CategoryPath> =
            items.iter().filter_map(|(_, stated)| choose(&stated.categories).cloned()).collect();
        let channel = &account.key.channel;
        let categories = match chosen.as_slice() {
            [] => HashMap::new(),
            named => category::upsert(transaction, merchant, channel, account.id, named, now).await?,
        };
        let holder = |listing: &Listing| Some((listing.channel_listing_id.clone()?, listing.id));
        Ok(Self {
            account_id: account.id,
            holders: found.iter().filter_map(holder).collect(),
            groups,
            listings: found.into_iter().map(|listing| (listing.id, listing)).collect(),
            categories,
        })
    }

    /// The group that a code names.
    pub(super) fn group(&self, code: &ListingCode) -> Option<&Listing> {
        let group = match code {
            ListingCode::Csku(csku) => self.groups.get(csku),
            ListingCode::ChannelListingId(id) => self.holders.get(id),
        };
        group.and_then(|id| self.listing(*id)).filter(|listing| listing.kind == Kind::Group)
    }

    /// Another listing than an item's own that has the item's listing id.
    pub(super) fn displaced(&self, stated: &Stated, own: Option<Uuid>) -> Option<&Listing> {
        let holder = self.holders.get(stated.channel_listing_id.as_ref()?)?;
        self.listing(*holder).filter(|holder| Some(holder.id) != own)
    }

    /// A listing by its id.
    pub(super) fn listing(&self, id: Uuid) -> Option<&Listing> {
        self.listings.get(&id)
    }

    /// The category that an item takes: its own, or its group's.
    pub(super) fn category(&self, stated: &Stated) -> Option<Uuid> {
        let own = choose(&stated.categories).and_then(|path| self.categories.get(path)).copied();
        let parent =
            || stated.parent.as_ref().filter(|_| stated.kind == Kind::Variant).and_then(|code| self.group(code));
        own.or_else(|| parent().and_then(|group| group.category_id))
    }
}
