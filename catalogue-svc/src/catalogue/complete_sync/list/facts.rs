//! What has to be known before the items of a chunk are judged, read set by set.

use std::collections::{HashMap, HashSet};

use shared::{code::Code, database::Transaction, time::Micros};
use uuid::Uuid;

use super::Work;
use crate::{
    catalogue::Error,
    domain::{
        category::CategoryPath,
        listing::{ChannelListingId, Kind, Listing, ListingCode},
        sync::{
            category::choose,
            judge::{FormerId, Known},
            stated::Stated,
        },
    },
    storage::{
        category, listing,
        sync::item::{self, CodeColumn, Waiting},
    },
};

/// What is known about the listings that a chunk states or names.
pub(super) struct Facts {
    /// The account.
    pub(super) account_id: Uuid,
    /// Listings that earlier items of the sync were matched with.
    pub(super) matched: HashSet<Uuid>,
    by_csku: HashMap<Code, Listing>,
    by_id: HashMap<ChannelListingId, Listing>,
    ids_in_snapshot: HashSet<String>,
    categories: HashMap<CategoryPath, Uuid>,
}

/// A code as a column holds it.
pub(super) fn code(column: CodeColumn, text: &str) -> Option<ListingCode> {
    match column {
        CodeColumn::Csku => Code::parse(text).ok().map(ListingCode::Csku),
        CodeColumn::ChannelListingId => ChannelListingId::parse(text).ok().map(ListingCode::ChannelListingId),
    }
}

impl Facts {
    pub(super) async fn load(
        transaction: &Transaction,
        work: &Work,
        items: &[(Waiting, Stated)],
        now: Micros,
    ) -> Result<Self, Error> {
        let (merchant, account) = (&work.caller.merchant, &work.account);
        let mut cskus: HashSet<&Code> = items.iter().filter_map(|(_, stated)| stated.csku.as_ref()).collect();
        let mut ids: HashSet<&ChannelListingId> =
            items.iter().filter_map(|(_, stated)| stated.channel_listing_id.as_ref()).collect();
        for code in items.iter().flat_map(|(_, stated)| stated.parent.iter().chain(&stated.members)) {
            match code {
                ListingCode::Csku(csku) => drop(cskus.insert(csku)),
                ListingCode::ChannelListingId(id) => drop(ids.insert(id)),
            }
        }
        let cskus: Vec<&Code> = cskus.into_iter().collect();
        let ids: Vec<&ChannelListingId> = ids.into_iter().collect();
        let by_csku = listing::by_cskus(transaction, merchant, account.id, &cskus).await?;
        let by_id = listing::by_channel_listing_ids(transaction, merchant, account.id, &ids).await?;
        let former = by_csku.iter().filter_map(|listing| listing.channel_listing_id.as_ref());
        let former: Vec<String> = former.map(|id| id.as_str().to_owned()).collect();
        let found: Vec<Uuid> = by_csku.iter().chain(&by_id).map(|listing| listing.id).collect();
        let sync_id = work.session.sync_id;
        let ids_in_snapshot = item::present_ids(transaction, merchant, sync_id, &former).await?;
        let matched = item::matched(transaction, merchant, sync_id, &found).await?;
        let chosen: Vec<CategoryPath> =
            items.iter().filter_map(|(_, stated)| choose(&stated.categories).cloned()).collect();
        let channel = &account.key.channel;
        let categories = match chosen.as_slice() {
            [] => HashMap::new(),
            named => category::upsert(transaction, merchant, channel, account.id, named, now).await?,
        };
        Ok(Self {
            account_id: account.id,
            matched: matched.into_iter().collect(),
            by_csku: by_csku.into_iter().filter_map(|listing| Some((listing.csku.clone()?, listing))).collect(),
            by_id: by_id
                .into_iter()
                .filter_map(|listing| Some((listing.channel_listing_id.clone()?, listing)))
                .collect(),
            ids_in_snapshot: ids_in_snapshot.into_iter().collect(),
            categories,
        })
    }

    /// The stored listings that an item may state.
    pub(super) fn known(&self, stated: &Stated) -> Known<'_> {
        let by_csku = stated.csku.as_ref().and_then(|csku| self.by_csku.get(csku));
        let by_id = stated.channel_listing_id.as_ref().and_then(|id| self.by_id.get(id));
        let former = by_csku.and_then(|listing| listing.channel_listing_id.as_ref());
        let moved = former.filter(|id| Some(*id) != stated.channel_listing_id.as_ref());
        let former_id = match moved {
            Some(id) if self.ids_in_snapshot.contains(id.as_str()) => FormerId::InSnapshot,
            _ => FormerId::Gone,
        };
        Known { by_csku, by_id, former_id }
    }

    /// The listing that a code names.
    pub(super) fn named(&self, code: &ListingCode) -> Option<&Listing> {
        match code {
            ListingCode::Csku(csku) => self.by_csku.get(csku),
            ListingCode::ChannelListingId(id) => self.by_id.get(id),
        }
    }

    /// A listing by its id.
    pub(super) fn listing(&self, id: Uuid) -> Option<&Listing> {
        self.by_csku.values().chain(self.by_id.values()).find(|listing| listing.id == id)
    }

    /// The category that an item takes: its own, or its group's.
    pub(super) fn category(&self, stated: &Stated) -> Option<Uuid> {
        let own = choose(&stated.categories).and_then(|path| self.categories.get(path)).copied();
        let parent =
            || stated.parent.as_ref().filter(|_| stated.kind == Kind::Variant).and_then(|code| self.named(code));
        own.or_else(|| parent().and_then(|group| group.category_id))
    }
}
