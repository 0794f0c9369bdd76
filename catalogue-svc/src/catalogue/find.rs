//! Finding accounts and listings by the names that callers use.

use std::collections::{HashMap, HashSet};

use shared::{
    code::Code,
    database::Transaction,
    identity::{Channel, Merchant},
};
use uuid::Uuid;

use super::Error;
use crate::{
    domain::{
        self,
        account::{Account, AccountKey},
        listing::{ChannelListingId, Listing, ListingCode, ListingKey, Presence},
        naming::{self, Purpose},
    },
    storage,
};

/// The account, or the refusal that says no more than that this merchant has none.
pub(super) async fn account(
    transaction: &Transaction,
    merchant: &Merchant,
    key: &AccountKey,
) -> Result<Account, Error> {
    let found = storage::account::get(transaction, merchant, key).await?;
    found.ok_or_else(|| domain::Error::AccountNotFound { channel: key.channel.clone() }.into())
}

/// The account that a list is narrowed to, if it is.
pub(super) async fn account_filter(
    transaction: &Transaction,
    merchant: &Merchant,
    key: Option<&AccountKey>,
) -> Result<Option<Uuid>, Error> {
    match key {
        Some(key) => Ok(Some(account(transaction, merchant, key).await?.id)),
        None => Ok(None),
    }
}

/// The account and the one listing that a key names.
pub(super) async fn listing(
    transaction: &Transaction,
    merchant: &Merchant,
    key: &ListingKey,
) -> Result<(Account, Listing), Error> {
    let account = account(transaction, merchant, &key.account).await?;
    let codes = std::slice::from_ref(&key.code);
    let found = listings_of(transaction, merchant, account.id, codes, Purpose::Listing).await?;
    let listing = found.into_iter().next().flatten();
    let listing = listing.ok_or_else(|| domain::Error::ListingNotFound(key.code.clone()))?;
    Ok((account, listing))
}

/// An account's listings by their codes, in input order; refused if a CSKU does not say which is meant.
pub(super) async fn listings_of(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    codes: &[ListingCode],
    purpose: Purpose,
) -> Result<Vec<Option<Listing>>, Error> {
    let found = each_of(transaction, merchant, account_id, codes, purpose).await?;
    Ok(found.into_iter().collect::<Result<_, _>>()?)
}

/// An account's listings by their codes, in input order, each found or refused by itself.
pub(super) async fn each_of(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    codes: &[ListingCode],
    purpose: Purpose,
) -> Result<Vec<Result<Option<Listing>, domain::Error>>, Error> {
    let ids: Vec<&ChannelListingId> = codes.iter().filter_map(channel_listing_id).collect();
    let mut by_id: HashMap<ChannelListingId, Listing> = HashMap::new();
    if !ids.is_empty() {
        for listing in storage::listing::by_channel_listing_ids(transaction, merchant, account_id, &ids).await? {
            by_id.extend(listing.channel_listing_id.clone().map(|id| (id, listing)));
        }
    }
    let cskus: HashSet<&Code> = codes.iter().filter_map(csku).collect();
    let by_csku = candidates(transaction, merchant, account_id, cskus.into_iter().collect()).await?;
    let find = |code: &ListingCode| match code {
        ListingCode::Csku(csku) => {
            let candidates: Vec<&Listing> = by_csku.get(csku).into_iter().flatten().collect();
            Ok(naming::meant(csku, &candidates, purpose)?.cloned())
        }
        ListingCode::ChannelListingId(id) => Ok(by_id.get(id).cloned()),
    };
    Ok(codes.iter().map(find).collect())
}

/// The account's listings that have, or had, each of these codes.
async fn candidates(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    cskus: Vec<&Code>,
) -> Result<HashMap<Code, Vec<Listing>>, Error> {
    let mut found: HashMap<Code, Vec<Listing>> = HashMap::new();
    if cskus.is_empty() {
        return Ok(found);
    }
    for listing in storage::listing::by_cskus(transaction, merchant, account_id, &cskus).await? {
        if let Some(csku) = listing.csku.clone() {
            found.entry(csku).or_default().push(listing);
        }
    }
    for listing in storage::listing::by_renamed_cskus(transaction, merchant, account_id, &cskus).await? {
        if let Some(csku) = listing.renamed_csku.clone() {
            found.entry(csku).or_default().push(listing);
        }
    }
    let is_stated = |csku: &Code| {
        let has_it = |one: &Listing| one.presence == Presence::Listed && one.stated_csku() == Some(csku);
        found.get(csku).is_some_and(|listings| listings.iter().any(has_it))
    };
    let unstated: Vec<&Code> = cskus.into_iter().filter(|csku| !is_stated(csku)).collect();
    if unstated.is_empty() {
        return Ok(found);
    }
    let former = storage::listing::former::with_cskus(transaction, merchant, account_id, &unstated).await?;
    if former.is_empty() {
        return Ok(found);
    }
    let ids = former.iter().map(|(_, listing_id)| *listing_id).collect();
    let listings = storage::listing::by_ids(transaction, merchant, ids).await?;
    let listings: HashMap<Uuid, Listing> = listings.into_iter().map(|listing| (listing.id, listing)).collect();
    for (csku, listing_id) in former {
        let known = found.entry(csku).or_default();
        if known.iter().all(|listing| listing.id != listing_id) {
            known.extend(listings.get(&listing_id).cloned());
        }
    }
    Ok(found)
}

/// Listings of several accounts, in input order.
pub(super) async fn listings(
    transaction: &Transaction,
    merchant: &Merchant,
    keys: &[ListingKey],
    purpose: Purpose,
) -> Result<Vec<Option<(Account, Listing)>>, Error> {
    type Name = (Channel, String);
    let name = |key: &AccountKey| (key.channel.clone(), key.seller_id.key());
    let mut wanted: HashMap<Name, Vec<usize>> = HashMap::new();
    for (at, key) in keys.iter().enumerate() {
        wanted.entry(name(&key.account)).or_default().push(at);
    }
    let first_of_each: Vec<AccountKey> = wanted.values().map(|at| keys[at[0]].account.clone()).collect();
    let mut found: Vec<Option<(Account, Listing)>> = keys.iter().map(|_| None).collect();
    for account in storage::account::by_keys(transaction, merchant, &first_of_each).await? {
        let Some(places) = wanted.get(&name(&account.key)) else { continue };
        let codes: Vec<ListingCode> = places.iter().map(|at| keys[*at].code.clone()).collect();
        let listings = listings_of(transaction, merchant, account.id, &codes, purpose).await?;
        for (at, listing) in places.iter().zip(listings) {
            found[*at] = listing.map(|listing| (account.clone(), listing));
        }
    }
    Ok(found)
}

/// The members that groups offer, as listings, by group: those that are still on the channel.
pub(super) async fn members(
    transaction: &Transaction,
    merchant: &Merchant,
    groups: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Listing>>, Error> {
    let memberships = storage::group::members_of(transaction, merchant, groups).await?;
    if memberships.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = memberships.iter().map(|membership| membership.member_id).collect();
    let listings = storage::listing::by_ids(transaction, merchant, ids).await?;
    let listed = listings.into_iter().filter(|listing| listing.presence == Presence::Listed);
    let listings: HashMap<Uuid, Listing> = listed.map(|listing| (listing.id, listing)).collect();
    let mut members: HashMap<Uuid, Vec<Listing>> = HashMap::new();
    for membership in memberships {
        members.entry(membership.group_id).or_default().extend(listings.get(&membership.member_id).cloned());
    }
    Ok(members)
}

fn csku(code: &ListingCode) -> Option<&Code> {
    match code {
        ListingCode::Csku(csku) => Some(csku),
        ListingCode::ChannelListingId(_) => None,
    }
}

fn channel_listing_id(code: &ListingCode) -> Option<&ChannelListingId> {
    match code {
        ListingCode::Csku(_) => None,
        ListingCode::ChannelListingId(id) => Some(id),
    }
}
