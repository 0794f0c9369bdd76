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
            judge::{Elsewhere, Known},
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
    snapshot: Snapshot,
    categories: HashMap<CategoryPath, Uuid>,
}

/// A code as a column holds it.
pub(super) fn code(column: CodeColumn, text: &str) -> Option<ListingCode> {
    match column {
        CodeColumn::Csku => Code::parse(text).ok().map(ListingCode::Csku),
        CodeColumn::ChannelListingId => ChannelListingId::parse(text).ok().map(ListingCode::ChannelListingId),
    }
}

/// Under which codes the whole snapshot states the listings that are found: what it gives to each CSKU, and to each listing id.
#[derive(Default)]
struct Snapshot {
    by_csku: HashMap<String, Vec<Option<String>>>,
    by_id: HashMap<String, Vec<Option<String>>>,
}

impl Snapshot {
    async fn load(
        transaction: &Transaction,
        work: &Work,
        by_csku: &[Listing],
        by_id: &[Listing],
    ) -> Result<Self, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let cskus = by_id.iter().filter_map(|listing| listing.csku.as_ref()).map(Code::as_str).collect();
        let ids = by_csku.iter().filter_map(|listing| listing.channel_listing_id.as_ref());
        let ids = ids.map(ChannelListingId::as_str).collect();
        let mut snapshot = Self::default();
        for (csku, id) in item::with_codes(transaction, merchant, sync_id, CodeColumn::Csku, cskus).await? {
            snapshot.by_csku.entry(csku).or_default().push(id);
        }
        for (id, csku) in item::with_codes(transaction, merchant, sync_id, CodeColumn::ChannelListingId, ids).await? {
            snapshot.by_id.entry(id).or_default().push(csku);
        }
        Ok(snapshot)
    }

    /// Whether an item states the listing's CSKU under another listing id than the listing's.
    fn csku_of(&self, listing: Option<&Listing>) -> Elsewhere {
        let own =
            listing.and_then(|listing| Some((listing.csku.as_ref()?.as_str(), listing.channel_listing_id.as_ref()?)));
        elsewhere(own.and_then(|(csku, id)| Some((self.by_csku.get(csku)?, id.as_str()))))
    }

    /// Whether an item states the listing's id under another CSKU than the listing's.
    fn id_of(&self, listing: Option<&Listing>) -> Elsewhere {
        let own =
            listing.and_then(|listing| Some((listing.channel_listing_id.as_ref()?.as_str(), listing.csku.as_ref()?)));
        elsewhere(own.and_then(|(id, csku)| Some((self.by_id.get(id)?, csku.as_str()))))
    }
}

/// Whether a code goes with another than this one.
fn elsewhere(stated: Option<(&Vec<Option<String>>, &str)>) -> Elsewhere {
    let other = stated.is_some_and(|(with, own)| with.iter().flatten().any(|other| other != own));
    if other { Elsewhere::Yes } else { Elsewhere::No }
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
        for code in items.iter().filter_map(|(_, stated)| stated.parent.as_ref()) {
            match code {
                ListingCode::Csku(csku) => drop(cskus.insert(csku)),
                ListingCode::ChannelListingId(id) => drop(ids.insert(id)),
            }
        }
        let cskus: Vec<&Code> = cskus.into_iter().collect();
        let ids: Vec<&ChannelListingId> = ids.into_iter().collect();
        let by_csku = listing::by_cskus(transaction, merchant, account.id, &cskus).await?;
        let by_id = listing::by_channel_listing_ids(transaction, merchant, account.id, &ids).await?;
        let found: Vec<Uuid> = by_csku.iter().chain(&by_id).map(|listing| listing.id).collect();
        let sync_id = work.session.sync_id;
        let snapshot = Snapshot::load(transaction, work, &by_csku, &by_id).await?;
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
            snapshot,
            categories,
        })
    }

    /// The stored listings that an item may state.
    pub(super) fn known(&self, stated: &Stated) -> Known<'_> {
        let by_csku = stated.csku.as_ref().and_then(|csku| self.by_csku.get(csku));
        let by_id = stated.channel_listing_id.as_ref().and_then(|id| self.by_id.get(id));
        let (csku_of_id, id_of_csku) = (self.snapshot.csku_of(by_id), self.snapshot.id_of(by_csku));
        Known { by_csku, by_id, csku_of_id, id_of_csku }
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
