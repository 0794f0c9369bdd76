//! Tells what listings may offer, from one answer of inventory-svc.

use std::collections::HashMap;

use shared::caller::Caller;
use uuid::Uuid;

use crate::catalogue::{Catalogue, Error, find};
use crate::domain::{
    account::Account,
    availability::{Offer, offer},
    isku::Resolution,
    listing::{Kind, Listing, ListingKey},
    naming::Purpose,
};

/// What one listing may offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// The listing as it was asked for.
    pub key: ListingKey,
    /// What it may offer; `None` if the account has no such listing.
    pub available: Option<Available>,
}

/// What a listing that is there may offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Available {
    /// Quantity, rule and limit.
    pub offer: Offer,
    /// For a group: its members.
    pub members: Vec<Availability>,
}

impl Catalogue {
    /// Answers for each listing, in input order.
    pub async fn get_availability(&self, caller: &Caller, keys: &[ListingKey]) -> Result<Vec<Availability>, Error> {
        let merchant = &caller.merchant;
        let snapshot = self.database.snapshot().await?;
        let found = find::listings(&snapshot, merchant, keys, Purpose::Goods).await?;
        let groups = found.iter().flatten().filter(|(_, listing)| listing.kind == Kind::Group);
        let groups: Vec<Uuid> = groups.map(|(_, listing)| listing.id).collect();
        let members = find::members(&snapshot, merchant, groups).await?;
        snapshot.rollback().await?;

        let listings = found.iter().flatten().map(|(_, listing)| listing).chain(members.values().flatten());
        let components = listings.flat_map(|listing| &listing.mapping).flat_map(|mapping| &mapping.components);
        let codes = components.map(|component| component.isku_code.clone()).collect();
        let now = self.inventory.resolve(merchant, codes).await?;
        let answer = |(key, found): (&ListingKey, Option<(Account, Listing)>)| Availability {
            key: key.clone(),
            available: found.map(|(account, listing)| available(&account, &listing, &members, &now)),
        };
        Ok(keys.iter().zip(found).map(answer).collect())
    }
}

fn available(
    account: &Account,
    listing: &Listing,
    members: &HashMap<Uuid, Vec<Listing>>,
    now: &Resolution,
) -> Available {
    let member = |member: &Listing| {
        let key = ListingKey { account: account.key.clone(), code: member.code()? };
        let available = Available { offer: offer(member, &account.terms, now), members: vec![] };
        Some(Availability { key, available: Some(available) })
    };
    let members = members.get(&listing.id).into_iter().flatten().filter_map(member).collect();
    Available { offer: offer(listing, &account.terms, now), members }
}
