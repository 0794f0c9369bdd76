//! Reads the facts that commands may depend on: first what they touch, then the locks, then the facts.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DbErr;
use shared::{
    code::Code,
    database::{self, Transaction, overtaken, requests},
    identity::{Merchant, RequestId},
};
use uuid::Uuid;

use super::{isku, location, named::Named, reservation, stock};
use crate::{
    domain::{
        Command,
        isku::IskuId,
        location::{Location, LocationId},
        reservation::OrderRef,
        stock::{Holders, Known, Lacking, StockKey, WorkingSet},
    },
    planted,
};

/// What is read beyond what the commands name.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Reservations to look at, whether or not a command names them.
    pub(crate) reservations: BTreeSet<Uuid>,
    /// Stock rows of which the holders are wanted.
    holders: BTreeSet<StockKey>,
    /// Due reservations, and holders of one row, at most.
    limit: i64,
}

impl Wanted {
    const FIRST_LIMIT: i64 = 1_000;

    /// These reservations, and else only what the commands name.
    pub(crate) fn new(reservations: impl IntoIterator<Item = Uuid>) -> Self {
        Self { reservations: reservations.into_iter().collect(), holders: BTreeSet::new(), limit: Self::FIRST_LIMIT }
    }

    /// Adds what a decision was lacking; what was cut off is looked for further than before.
    pub(crate) fn add(&mut self, lacking: Lacking) {
        let is_cut = lacking.due || lacking.holders.iter().any(|key| self.holders.contains(key));
        self.holders.extend(lacking.holders);
        if is_cut {
            self.limit = self.limit.saturating_mul(16);
        }
    }
}

/// Locks what commands may change and reads what they depend on.
///
/// Global order of locks: the merchant's row (only for what has a number of its own), reservations, ISKUs that change, stock rows, each by
/// its key. Every fact is read in a statement after the locks: in one statement with a lock, the locked row is new and all else is from an
/// older snapshot.
pub(crate) async fn load(
    transaction: &Transaction,
    merchant: &Merchant,
    commands: &[Command],
    wanted: &Wanted,
) -> Result<WorkingSet, DbErr> {
    let named = Named::by(commands);
    let isku_count = match named.numbers_anything {
        true => location::lock_merchant(transaction, merchant).await?,
        false => 0,
    };

    // What may be touched, read without locks.
    let codes = match named.codes.is_empty() {
        true => BTreeMap::new(),
        false => isku::ids_of(transaction, merchant, named.codes.iter().copied()).await?,
    };
    let locations = location::all(transaction, merchant).await?;
    let mut chosen: BTreeSet<Uuid> = named.reservations.clone();
    if !named.orders.is_empty() {
        chosen.extend(reservation::ids_of_orders(transaction, merchant, &named.orders).await?);
    }
    let mut touched: BTreeSet<IskuId> = named.touched.iter().filter_map(|code| codes.get(*code)).copied().collect();
    if !chosen.is_empty() {
        let ids: Vec<Uuid> = chosen.iter().copied().collect();
        touched.extend(reservation::iskus_of(transaction, merchant, &ids).await?);
    }
    chosen.extend(&wanted.reservations);
    let asked_for: Vec<IskuId> = touched.iter().copied().collect();
    let is_whole = match asked_for.is_empty() {
        true => true,
        false => {
            let (due, is_whole) = reservation::due_on(transaction, merchant, touched.clone(), wanted.limit).await?;
            chosen.extend(due);
            is_whole
        }
    };
    let mut holders = BTreeMap::new();
    if !wanted.holders.is_empty() {
        holders = reservation::holders(transaction, merchant, wanted.holders.iter().copied(), wanted.limit).await?;
        chosen.extend(holders.values().flatten());
    }

    // The locks.
    let ids: Vec<Uuid> = chosen.iter().copied().collect();
    if !ids.is_empty() {
        reservation::lock(transaction, merchant, &ids).await?;
        touched.extend(reservation::iskus_of(transaction, merchant, &ids).await?);
    }
    let changed: BTreeSet<IskuId> = named.changed.iter().filter_map(|code| codes.get(*code)).copied().collect();
    if !changed.is_empty() {
        isku::lock(transaction, merchant, changed.iter().copied()).await?;
    }
    let opened = opened(&named, &codes, &touched, &locations);
    if !opened.is_empty() {
        stock::open(transaction, merchant, &opened).await?;
    }
    if !touched.is_empty() {
        stock::lock(transaction, merchant, touched.iter().copied()).await?;
    }

    // Somebody may have reserved one of these orders, or have taken or given units, while this one waited for the locks.
    if !named.orders.is_empty() {
        let known = reservation::ids_of_orders(transaction, merchant, &named.orders).await?;
        if known.iter().any(|id| !chosen.contains(id)) {
            return Err(overtaken());
        }
    }
    if is_whole && !asked_for.is_empty() {
        let (due, _) = reservation::due_on(transaction, merchant, asked_for, wanted.limit).await?;
        if due.iter().any(|id| !chosen.contains(id)) {
            return Err(overtaken());
        }
    }

    // The facts.
    let now = planted::clock(database::now(transaction).await?);
    let known_iskus: BTreeSet<IskuId> = touched.iter().chain(codes.values()).copied().collect();
    let (iskus, stock) = match known_iskus.is_empty() {
        true => (BTreeMap::new(), BTreeMap::new()),
        false => (
            isku::by_ids(transaction, merchant, known_iskus.iter().copied()).await?,
            stock::of(transaction, merchant, known_iskus.iter().copied()).await?,
        ),
    };
    let reservations = match ids.is_empty() {
        true => BTreeMap::new(),
        false => reservation::by_ids(transaction, merchant, &ids).await?,
    };
    let orders = reservations.values().map(|found| (OrderRef::from(&found.order), found.reservation_id)).collect();
    let requests = known(transaction, merchant, commands).await?;
    let holders = holders.into_iter().map(|(key, found)| (key, self::holders(found, wanted.limit))).collect();
    Ok(WorkingSet {
        now,
        isku_count,
        codes,
        iskus,
        locations,
        stock,
        reservations,
        orders,
        requests,
        is_whole,
        holders,
    })
}

fn holders(newest_first: Vec<Uuid>, limit: i64) -> Holders {
    let is_whole = i64::try_from(newest_first.len()).is_ok_and(|found| found < limit);
    Holders { newest_first, is_whole }
}

/// The stock rows that goods come into, by key.
fn opened(
    named: &Named<'_>,
    codes: &BTreeMap<Code, IskuId>,
    touched: &BTreeSet<IskuId>,
    locations: &[Location],
) -> Vec<StockKey> {
    let at = |location: &Option<&Code>| {
        let found = locations.iter().find(|own| match location {
            Some(code) => own.code == **code,
            None => own.location_id == LocationId::DEFAULT,
        });
        found.map(|own| own.location_id)
    };
    let received = named.received.iter().filter_map(|(isku_code, location)| {
        Some(StockKey { isku_id: *codes.get(*isku_code)?, location_id: at(location)? })
    });
    // Which ISKUs come back is known only from the reservation: rows are made for all that are touched.
    let returned = named.returned_to.iter().filter_map(at);
    let returned =
        returned.flat_map(|location_id| touched.iter().map(move |isku_id| StockKey { isku_id: *isku_id, location_id }));
    let keys: BTreeSet<StockKey> = received.chain(returned).collect();
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
