//! Reserves what an order's lines sell, with one call to inventory-svc. Nothing of the order is stored here.

use std::collections::{BTreeSet, HashMap};

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
        order::{Demand, Fill, Order, OrderLine, ReserveItem, Unresolved, demand},
    },
    inventory_client::{Existing, Failure},
    storage,
};

/// A line with its listing, or why it has none.
type Line = (OrderLine, Result<Listing, domain::Error>);

/// An order to reserve for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocateOrder {
    /// The account that sold.
    pub account: AccountKey,
    /// The channel's number.
    pub order_id: OrderId,
    /// What was sold.
    pub lines: Vec<OrderLine>,
    /// How much of it has to be there.
    pub fill: Fill,
}

/// What was reserved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Allocated {
    /// The order; none if nobody knows what any of its lines takes.
    pub order: Option<Order>,
    /// Codes of lines that take no stock.
    pub untracked: Vec<String>,
    /// Whether it was reserved before.
    pub existing: Existing,
    /// What could not be reserved, since nobody knows what it is.
    pub unresolved: Vec<Unresolved>,
}

impl Catalogue {
    /// Reserves an order at the current revision of its listings' mappings.
    pub async fn allocate_order(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &AllocateOrder,
    ) -> Result<Allocated, Error> {
        let (account, lines) = self.database.retrying(|| self.lines_once(caller, command)).await?;
        let mut demand = demand(&lines)?;
        self.tell_near(caller, &account, &mut demand).await?;
        if let Some(refusal) = demand.refusal() {
            let is_empty = demand.items.is_empty() && command.fill == Fill::Partial;
            if (is_empty || refusal.may_have_been_sold())
                && let Some(known) = self.known_order(caller, command).await?
            {
                return Ok(known);
            }
            if command.fill == Fill::AllOrNothing {
                return Err(refusal.into());
            }
        }
        let mut reserved = self.reserve_items(caller, request_id, command, &account, &demand.items).await;
        if command.fill == Fill::Partial && is_of_iskus(&reserved) && self.leave_out_gone(caller, &mut demand).await? {
            reserved = self.reserve_items(caller, request_id, command, &account, &demand.items).await;
        }
        let (order, existing) = match (reserved?, demand.unresolved.is_empty()) {
            (None, true) => return Err(domain::Error::NothingToReserve.into()),
            (None, false) => (None, Existing::No),
            (Some((order, existing)), _) => (Some(order), existing),
        };
        let mut unresolved = demand.unresolved;
        in_order_of(&command.lines, &mut unresolved);
        Ok(Allocated { order, untracked: demand.untracked, existing, unresolved })
    }

    /// Holds the items, or knows the order that holds them under another mapping or name.
    async fn reserve_items(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &AllocateOrder,
        account: &Account,
        items: &[ReserveItem],
    ) -> Result<Option<(Order, Existing)>, Error> {
        if items.is_empty() {
            return Ok(None);
        }
        let key = OrderKey {
            channel: account.key.channel.clone(),
            seller_id: account.key.seller_id.clone(),
            order_id: command.order_id.clone(),
        };
        let derived = derived("allocate", request_id)?;
        let locations = &account.terms.locations;
        let reserved = self.inventory.reserve(&caller.merchant, &derived, &key, items, locations, command.fill).await;
        let refusal = match reserved {
            Ok(reserved) => return Ok(Some(reserved)),
            Err(failure) => failure,
        };
        // The same order may have been reserved under another mapping, or before a listing got its code.
        if matches!(refusal, Failure::RequestIdReused | Failure::Refused(domain::Error::OrderDiffers { .. })) {
            let items = self.with_former_cskus(caller, items.to_vec()).await?;
            match self.inventory.reservation(&caller.merchant, &key).await {
                Ok(order) if order.is_for(&items) => {
                    let is_same_request = matches!(refusal, Failure::RequestIdReused);
                    let existing = if is_same_request { Existing::Replayed } else { Existing::Yes };
                    return Ok(Some((order, existing)));
                }
                Ok(_) | Err(Failure::Refused(domain::Error::OrderNotFound)) => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        Err(refusal.into())
    }

    /// Tells lines without a listing the account's codes that are near theirs.
    async fn tell_near(&self, caller: &Caller, account: &Account, demand: &mut Demand) -> Result<(), Error> {
        let keys: BTreeSet<String> = demand.unresolved.iter().filter_map(Unresolved::near_key).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let keys: Vec<String> = keys.into_iter().collect();
        let snapshot = self.database.snapshot().await?;
        let listings = storage::listing::by_near_keys(&snapshot, &caller.merchant, account.id, &keys).await?;
        snapshot.rollback().await?;
        demand.tell_near(listings.into_iter().filter_map(|listing| listing.near_key().zip(listing.csku)));
        Ok(())
    }

    /// Leaves out what takes ISKUs that are archived, or not there any more, and tells whether anything does.
    async fn leave_out_gone(&self, caller: &Caller, demand: &mut Demand) -> Result<bool, Error> {
        let parts = demand.items.iter().flat_map(|item| &item.components);
        let codes = parts.map(|part| part.isku_code.clone()).collect();
        let resolution = self.inventory.resolve(&caller.merchant, codes).await?;
        Ok(demand.leave_out_gone(&resolution))
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
                Ok(Some(Allocated { order: Some(order), existing: Existing::Yes, ..Allocated::default() }))
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
    async fn lines_once(&self, caller: &Caller, command: &AllocateOrder) -> Result<(Account, Vec<Line>), Error> {
        let merchant = &caller.merchant;
        let codes: Vec<ListingCode> = command.lines.iter().map(|line| line.code.clone()).collect();
        let snapshot = self.database.snapshot().await?;
        let account = find::account(&snapshot, merchant, &command.account).await?;
        let found = find::each_of(&snapshot, merchant, account.id, &codes, Purpose::Goods).await?;
        snapshot.rollback().await?;
        let lines = with_listings(command, found);
        let unsettled = |listing: &&Listing| {
            let missing = |listing: &Listing| {
                listing.mapping.iter().flat_map(|mapping| &mapping.components).any(|one| one.isku_id.is_none())
            };
            listing.wants_default() || missing(listing)
        };
        let wanting = codes_needed(lines.iter().filter_map(|(_, found)| found.as_ref().ok()).filter(unsettled));
        if wanting.is_empty() {
            return Ok((account, lines));
        }
        let resolution = self.inventory.resolve(merchant, wanting).await?;

        let transaction = self.database.begin().await?;
        storage::account::lock_mappings(&transaction, merchant).await?;
        let now = database::now(&transaction).await?;
        let account = find::account(&transaction, merchant, &command.account).await?;
        let found = find::each_of(&transaction, merchant, account.id, &codes, Purpose::Goods).await?;
        let mut listings: Vec<Listing> = found.iter().flatten().flatten().filter(unsettled).cloned().collect();
        listings.sort_by_key(|listing| listing.id);
        listings.dedup_by_key(|listing| listing.id);
        covers(&resolution, &listings)?;
        settle_defaults(&transaction, merchant, &account, &caller.actor, &mut listings, &resolution, now).await?;
        let found = find::each_of(&transaction, merchant, account.id, &codes, Purpose::Goods).await?;
        transaction.commit().await?;
        Ok((account, with_listings(command, found)))
    }
}

/// Whether it may be for an ISKU that nobody can reserve any more, now or when the order was reserved without it.
fn is_of_iskus<T>(reserved: &Result<T, Error>) -> bool {
    use domain::Error::{IskuArchived, IskuNotFound, OrderDiffers, RequestIdReused};
    let Err(Error::Refused(refusal)) = reserved else { return false };
    matches!(refusal, IskuArchived { .. } | IskuNotFound { .. } | OrderDiffers { .. } | RequestIdReused)
}

/// Sorts what is left out by the first line of each.
fn in_order_of(lines: &[OrderLine], unresolved: &mut [Unresolved]) {
    let mut places: HashMap<&ListingCode, usize> = HashMap::new();
    for (place, line) in lines.iter().enumerate() {
        places.entry(&line.code).or_insert(place);
    }
    unresolved.sort_by_key(|line| places.get(&line.code).copied());
}

fn with_listings(command: &AllocateOrder, found: Vec<Result<Option<Listing>, domain::Error>>) -> Vec<Line> {
    let pair = |(line, found): (&OrderLine, Result<Option<Listing>, domain::Error>)| {
        let missing = || domain::Error::ListingNotFound(line.code.clone());
        (line.clone(), found.and_then(|listing| listing.ok_or_else(missing)))
    };
    command.lines.iter().zip(found).map(pair).collect()
}
