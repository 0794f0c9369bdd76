//! Asks whether listings may go live now; unmapped ones try their default again.

use std::collections::HashMap;

use shared::{
    caller::Caller,
    database::{self, Transaction},
    identity::Merchant,
    time::Micros,
};
use uuid::Uuid;

use super::view::views;
use crate::catalogue::mapping::settle_defaults::{codes_needed, covers, settle_defaults};
use crate::catalogue::{Catalogue, Error, find};
use crate::{
    domain::{
        account::Account,
        isku::Resolution,
        listing::{Kind, Listing, ListingKey, Shown},
        naming::Purpose,
        readiness::is_ready,
    },
    storage,
};

/// Whether one listing may go live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validation {
    /// The listing as it was asked for.
    pub key: ListingKey,
    /// The listing; `None` if the account has no such listing.
    pub listing: Option<Shown>,
    /// Whether it may go live now.
    pub ready: bool,
}

impl Catalogue {
    /// Answers for each listing, in input order.
    pub async fn validate_listings(&self, caller: &Caller, keys: &[ListingKey]) -> Result<Vec<Validation>, Error> {
        self.database.retrying(|| self.validate_once(caller, keys)).await
    }

    async fn validate_once(&self, caller: &Caller, keys: &[ListingKey]) -> Result<Vec<Validation>, Error> {
        let merchant = &caller.merchant;
        let snapshot = self.database.snapshot().await?;
        let asked = Asked::load(&snapshot, merchant, keys).await?;
        snapshot.rollback().await?;
        let resolution = self.inventory.resolve(merchant, codes_needed(asked.all())).await?;

        let transaction = self.database.begin().await?;
        storage::account::lock_mappings(&transaction, merchant).await?;
        let now = database::now(&transaction).await?;
        let mut asked = Asked::load(&transaction, merchant, keys).await?;
        asked.settle(&transaction, caller, &resolution, now).await?;
        let shown = asked.shown(&transaction, merchant, &resolution).await?;
        transaction.commit().await?;

        let validation = |(key, found): (&ListingKey, &Option<(Account, Listing)>)| {
            let listing = found.as_ref().and_then(|(_, listing)| shown.get(&listing.id)).cloned();
            let members = found.as_ref().and_then(|(_, listing)| asked.members.get(&listing.id));
            let ready = |id: &Uuid| shown.get(id).is_some_and(|view| is_ready(&view.reasons));
            Validation {
                key: key.clone(),
                ready: found.as_ref().is_some_and(|(_, listing)| ready(&listing.id))
                    && members.is_none_or(|members| members.iter().all(|member| ready(&member.id))),
                listing,
            }
        };
        Ok(keys.iter().zip(&asked.found).map(validation).collect())
    }
}

/// Listings that were asked for, with the members of groups.
struct Asked {
    found: Vec<Option<(Account, Listing)>>,
    members: HashMap<Uuid, Vec<Listing>>,
}

impl Asked {
    async fn load(transaction: &Transaction, merchant: &Merchant, keys: &[ListingKey]) -> Result<Self, Error> {
        let found = find::listings(transaction, merchant, keys, Purpose::Listing).await?;
        let groups = found.iter().flatten().filter(|(_, listing)| listing.kind == Kind::Group);
        let groups: Vec<Uuid> = groups.map(|(_, listing)| listing.id).collect();
        Ok(Self { members: find::members(transaction, merchant, groups).await?, found })
    }

    fn all(&self) -> impl Iterator<Item = &Listing> {
        self.found.iter().flatten().map(|(_, listing)| listing).chain(self.members.values().flatten())
    }

    /// Lets every listing take its default, account by account.
    async fn settle(
        &mut self,
        transaction: &Transaction,
        caller: &Caller,
        resolution: &Resolution,
        now: Micros,
    ) -> Result<(), Error> {
        let mut by_account: HashMap<Uuid, (Account, HashMap<Uuid, Listing>)> = HashMap::new();
        for (account, listing) in self.found.iter().flatten() {
            let (_, listings) = by_account.entry(account.id).or_insert_with(|| (account.clone(), HashMap::new()));
            listings.insert(listing.id, listing.clone());
            listings.extend(self.members.get(&listing.id).into_iter().flatten().map(|one| (one.id, one.clone())));
        }
        let mut settled: HashMap<Uuid, Listing> = HashMap::new();
        for (account, listings) in by_account.into_values() {
            let mut listings: Vec<Listing> = listings.into_values().collect();
            covers(resolution, &listings)?;
            let (merchant, actor) = (&caller.merchant, &caller.actor);
            settle_defaults(transaction, merchant, &account, actor, &mut listings, resolution, now).await?;
            settled.extend(listings.into_iter().map(|listing| (listing.id, listing)));
        }
        let found = self.found.iter_mut().flatten().map(|(_, listing)| listing);
        for listing in found.chain(self.members.values_mut().flatten()) {
            if let Some(now) = settled.get(&listing.id) {
                *listing = now.clone();
            }
        }
        Ok(())
    }

    async fn shown(
        &self,
        transaction: &Transaction,
        merchant: &Merchant,
        resolution: &Resolution,
    ) -> Result<HashMap<Uuid, Shown>, Error> {
        let each: HashMap<Uuid, &Listing> = self.all().map(|listing| (listing.id, listing)).collect();
        let each = each.into_values().cloned().collect();
        let views = views(transaction, merchant, each, Some(resolution)).await?;
        Ok(views.into_iter().map(|view| (view.listing.id, view)).collect())
    }
}
