//! Reads the facts that commands may depend on: first what they touch, then the locks, then the facts.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DbErr;
use shared::{
    code::Code,
    database::{self, Transaction, overtaken, requests},
    identity::{Merchant, RequestId},
};
use uuid::Uuid;

use super::{isku, location, reservation, stock};
use crate::domain::{
    Action, Command,
    command::Target,
    isku::IskuId,
    location::{Location, LocationId},
    reservation::OrderRef,
    stock::{Known, StockKey, WorkingSet},
};

/// What commands name.
#[derive(Default)]
struct Named<'a> {
    /// Codes of ISKUs that may be created, and are else only read.
    created: Vec<&'a Code>,
    /// Codes of ISKUs whose stock may change.
    touched: Vec<&'a Code>,
    received: Vec<(&'a Code, Option<&'a Code>)>,
    orders: Vec<OrderRef>,
    reservations: BTreeSet<Uuid>,
}

impl<'a> Named<'a> {
    fn by(commands: &'a [Command]) -> Self {
        let mut named = Self::default();
        for command in commands {
            match &command.action {
                Action::Create(new) | Action::Ensure(new) => named.created.push(&new.code),
                Action::Receive(receipt) => {
                    named.touched.extend(receipt.lines.iter().map(|line| &line.isku_code));
                    named.received.extend(receipt.lines.iter().map(|line| (&line.isku_code, line.location.as_ref())));
                }
                Action::Reserve(order) => {
                    named.orders.push(OrderRef::from(&order.key));
                    let parts = order.items.iter().flat_map(|item| &item.components);
                    named.touched.extend(parts.map(|(code, _)| code));
                }
                Action::Ship(withdrawal) | Action::Release(withdrawal) => match &withdrawal.target {
                    Target::Id(id) => {
                        named.reservations.insert(*id);
                    }
                    Target::Order(key) => named.orders.push(OrderRef::from(key)),
                },
            }
        }
        named
    }
}

/// Locks what commands may change and reads what they depend on.
///
/// Global order of locks: the merchant's row (only to create ISKUs), reservations, stock rows, each by its key. Every fact is read in a
/// statement after the locks: in one statement with a lock, the locked row is new and all else is from an older snapshot.
pub(crate) async fn load(
    transaction: &Transaction,
    merchant: &Merchant,
    commands: &[Command],
) -> Result<WorkingSet, DbErr> {
    let mut named = Named::by(commands);
    let isku_count = match named.created.is_empty() {
        true => 0,
        false => location::lock_merchant(transaction, merchant).await?,
    };

    if !named.orders.is_empty() {
        named.reservations.extend(reservation::ids_of_orders(transaction, merchant, &named.orders).await?);
    }
    let reservation_ids: Vec<Uuid> = named.reservations.iter().copied().collect();
    let mut touched: BTreeSet<IskuId> = BTreeSet::new();
    if !reservation_ids.is_empty() {
        reservation::lock(transaction, merchant, &reservation_ids).await?;
        touched.extend(reservation::iskus_of(transaction, merchant, &reservation_ids).await?);
    }
    let asked: BTreeSet<&Code> = named.created.iter().chain(&named.touched).copied().collect();
    let codes = match asked.is_empty() {
        true => BTreeMap::new(),
        false => isku::ids_of(transaction, merchant, asked).await?,
    };
    touched.extend(named.touched.iter().filter_map(|code| codes.get(*code)));
    let locations = location::all(transaction, merchant).await?;
    let opened = opened(&named, &codes, &locations);
    if !opened.is_empty() {
        stock::open(transaction, merchant, &opened).await?;
    }
    if !touched.is_empty() {
        stock::lock(transaction, merchant, touched.iter().copied()).await?;
    }
    // A twin may have reserved one of these orders, and the last units, while this one waited for the locks.
    if !named.orders.is_empty() {
        let now_known = reservation::ids_of_orders(transaction, merchant, &named.orders).await?;
        if now_known.iter().any(|id| !named.reservations.contains(id)) {
            return Err(overtaken());
        }
    }

    let now = database::now(transaction).await?;
    let ids: BTreeSet<IskuId> = touched.iter().chain(codes.values()).copied().collect();
    let (iskus, stock) = match ids.is_empty() {
        true => (BTreeMap::new(), BTreeMap::new()),
        false => (
            isku::by_ids(transaction, merchant, ids.iter().copied()).await?,
            stock::of(transaction, merchant, ids.iter().copied()).await?,
        ),
    };
    let reservations = match reservation_ids.is_empty() {
        true => BTreeMap::new(),
        false => reservation::by_ids(transaction, merchant, &reservation_ids).await?,
    };
    let orders = reservations.values().map(|found| (OrderRef::from(&found.order), found.reservation_id)).collect();
    let requests = known(transaction, merchant, commands).await?;
    Ok(WorkingSet { now, isku_count, codes, iskus, locations, stock, reservations, orders, requests })
}

/// The stock rows that goods come into, by key.
fn opened(named: &Named<'_>, codes: &BTreeMap<Code, IskuId>, locations: &[Location]) -> Vec<StockKey> {
    let key = |(isku_code, location): &(&Code, Option<&Code>)| {
        let isku_id = *codes.get(*isku_code)?;
        let found = locations.iter().find(|own| match location {
            Some(code) => own.code == **code,
            None => own.location_id == LocationId::DEFAULT,
        });
        Some(StockKey { isku_id, location_id: found?.location_id })
    };
    let keys: BTreeSet<StockKey> = named.received.iter().filter_map(key).collect();
    keys.into_iter().collect()
}

async fn known(
    transaction: &Transaction,
    merchant: &Merchant,
    commands: &[Command],
) -> Result<BTreeMap<RequestId, Known>, DbErr> {
    let keys: Vec<requests::Key> =
        commands.iter().map(|command| (merchant.clone(), command.request_id.clone())).collect();
    let found = requests::find(transaction, &keys).await?;
    let known = |((_, request_id), record): (requests::Key, requests::Record)| {
        let answer = serde_json::from_str(&record.answer).map_err(|error| DbErr::Json(error.to_string()))?;
        Ok((request_id, Known { content_hash: record.content_hash, answer }))
    };
    found.into_iter().map(known).collect()
}
