//! Reserves what an order's lines sell, with one call to inventory-svc. Nothing of the order is stored here.

use shared::{
    caller::Caller,
    database::{self},
    identity::{OrderId, OrderKey, RequestId},
};

use crate::catalogue::mapping::settle_defaults::{codes_needed, covers, settle_defaults};
use crate::catalogue::{Catalogue, Error, find, request::derived};
use crate::{
    domain::{
        self,
        account::{Account, AccountKey},
        listing::{Listing, ListingCode},
        naming::Purpose,
        order::{Demand, Order, OrderLine, ReserveItem, demand},
    },
    inventory_client::{Existing, Failure},
    storage,
};

/// An order to reserve for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocateOrder {
    /// The account that sold.
    pub account: AccountKey,
    /// The channel's number.
    pub order_id: OrderId,
    /// What was sold.
    pub lines: Vec<OrderLine>,
}

/// What was reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocated {
    /// The order.
    pub order: Order,
    /// Codes of lines that take no stock.
    pub untracked: Vec<String>,
    /// Whether it was reserved before.
    pub existing: Existing,
}

impl Catalogue {
    /// Reserves an order, all of it or nothing, at the current revision of its listings' mappings.
    pub async fn allocate_order(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &AllocateOrder,
    ) -> Result<Allocated, Error> {
        let demanded = async {
            let (account, lines) = self.database.retrying(|| self.lines_once(caller, command)).await?;
            Ok((account, demand(&lines)?))
        };
        let (account, Demand { items, untracked }) = match demanded.await {
            Ok(demanded) => demanded,
            Err(Error::Refused(refusal)) if refusal.may_have_been_sold() => {
                return self.known_order(caller, command).await?.ok_or(refusal.into());
            }
            Err(error) => return Err(error),
        };
        let key = OrderKey {
            channel: account.key.channel.clone(),
            seller_id: account.key.seller_id.clone(),
            order_id: command.order_id.clone(),
        };
        let derived = derived("allocate", request_id)?;
        let locations = &account.terms.locations;
        let reserved = self.inventory.reserve(&caller.merchant, &derived, &key, &items, locations).await;
        let refusal = match reserved {
            Ok((order, existing)) => return Ok(Allocated { order, untracked, existing }),
            Err(failure) => failure,
        };
        // The same order may have been reserved under another mapping, or before a listing got its code.
        if matches!(refusal, Failure::RequestIdReused | Failure::Refused(domain::Error::OrderDiffers { .. })) {
            let items = self.with_former_cskus(caller, items).await?;
            match self.inventory.reservation(&caller.merchant, &key).await {
                Ok(order) if order.is_for(&items) => {
                    return Ok(Allocated { order, untracked, existing: Existing::Yes });
                }
                Ok(_) | Err(Failure::Refused(domain::Error::OrderNotFound)) => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        Err(refusal.into())
    }

    /// The order as it was reserved under these very codes, which no longer say what they said then.
    async fn known_order(&self, caller: &Caller, command: &AllocateOrder) -> Result<Option<Allocated>, Error> {
        let snapshot = self.database.snapshot().await?;
        let account = find::account(&snapshot, &caller.merchant, &command.account).await?;
        snapshot.rollback().await?;
        let AccountKey { channel, seller_id } = account.key;
        let key = OrderKey { channel, seller_id, order_id: command.order_id.clone() };
        match self.inventory.reservation(&caller.merchant, &key).await {
            Ok(order) if order.stands_for(&command.lines) => {
                Ok(Some(Allocated { order, untracked: vec![], existing: Existing::Yes }))
            }
            Ok(_) | Err(Failure::Refused(domain::Error::OrderNotFound)) => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Adds the codes that the listings had: the order may have been reserved under them.
    async fn with_former_cskus(&self, caller: &Caller, mut items: Vec<ReserveItem>) -> Result<Vec<ReserveItem>, Error> {
        let listing_ids = items.iter().map(|item| item.listing_id).collect();
        let snapshot = self.database.snapshot().await?;
        let mut former = storage::listing::former::of(&snapshot, &caller.merchant, listing_ids).await?;
        snapshot.rollback().await?;
        for item in &mut items {
            item.aliases.extend(former.remove(&item.listing_id).unwrap_or_default());
        }
        Ok(items)
    }

    /// The order's lines with their listings; unmapped ones try their default.
    async fn lines_once(
        &self,
        caller: &Caller,
        command: &AllocateOrder,
    ) -> Result<(Account, Vec<(OrderLine, Listing)>), Error> {
        let merchant = &caller.merchant;
        let codes: Vec<ListingCode> = command.lines.iter().map(|line| line.code.clone()).collect();
        let snapshot = self.database.snapshot().await?;
        let account = find::account(&snapshot, merchant, &command.account).await?;
        let found = find::listings_of(&snapshot, merchant, account.id, &codes, Purpose::Goods).await?;
        snapshot.rollback().await?;
        let lines = with_listings(command, found)?;
        let unsettled = |listing: &&Listing| {
            let missing = |listing: &Listing| {
                listing.mapping.iter().flat_map(|mapping| &mapping.components).any(|one| one.isku_id.is_none())
            };
            listing.wants_default() || missing(listing)
        };
        let wanting = codes_needed(lines.iter().map(|(_, listing)| listing).filter(unsettled));
        if wanting.is_empty() {
            return Ok((account, lines));
        }
        let resolution = self.inventory.resolve(merchant, wanting).await?;

        let transaction = self.database.begin().await?;
        storage::account::lock_mappings(&transaction, merchant).await?;
        let now = database::now(&transaction).await?;
        let account = find::account(&transaction, merchant, &command.account).await?;
        let found = find::listings_of(&transaction, merchant, account.id, &codes, Purpose::Goods).await?;
        let mut listings: Vec<Listing> = found.iter().flatten().filter(unsettled).cloned().collect();
        listings.sort_by_key(|listing| listing.id);
        listings.dedup_by_key(|listing| listing.id);
        covers(&resolution, &listings)?;
        settle_defaults(&transaction, merchant, &account, &caller.actor, &mut listings, &resolution, now).await?;
        let found = find::listings_of(&transaction, merchant, account.id, &codes, Purpose::Goods).await?;
        transaction.commit().await?;
        Ok((account, with_listings(command, found)?))
    }
}

fn with_listings(command: &AllocateOrder, found: Vec<Option<Listing>>) -> Result<Vec<(OrderLine, Listing)>, Error> {
    let pair = |(line, listing): (&OrderLine, Option<Listing>)| match listing {
        Some(listing) => Ok((line.clone(), listing)),
        None => Err(domain::Error::ListingNotFound(line.code.clone()).into()),
    };
    command.lines.iter().zip(found).map(pair).collect()
}
