//! Reads the facts that commands may depend on: first what they touch, then the locks, then the facts.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DbErr;
use shared::{
    code::Code,
    database::{
        Reads, Transaction, overtaken,
        requests::{self, Record},
    },
    identity::{Merchant, RequestId},
    time::Micros,
};
use uuid::Uuid;

use super::{alike, isku, location, named::Named, request, reservation, stock, watch};
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
    /// How many lines are looked at for reservations that are due; none unless a decision depends on them.
    due_max: Option<i64>,
    /// Whether orders are looked for that are to be reserved: most were never reserved before, and those that were are found when they are
    /// written.
    reserved_before: bool,
    /// Stock rows of which the holders are wanted.
    holders: BTreeSet<StockKey>,
    /// Holders of one row, at most.
    holders_max: i64,
}

impl Wanted {
    const FIRST: i64 = 1_000;

    /// These reservations, and else only what the commands name.
    pub(crate) fn new(reservations: impl IntoIterator<Item = Uuid>) -> Self {
        Self {
            reservations: reservations.into_iter().collect(),
            due_max: None,
            reserved_before: false,
            holders: BTreeSet::new(),
            holders_max: Self::FIRST,
        }
    }

    /// Has the reservations looked for that are due.
    pub(crate) fn look_for_due(&mut self) {
        self.due_max.get_or_insert(Self::FIRST);
    }

    /// Has the orders looked for that are to be reserved.
    pub(crate) fn look_for_orders(&mut self) {
        self.reserved_before = true;
    }

    /// Adds what a decision was lacking; what was cut off is looked for further than before.
    pub(crate) fn add(&mut self, lacking: Lacking) {
        let further = |limit: i64| limit.saturating_mul(16);
        if lacking.due {
            self.due_max = Some(self.due_max.map_or(Self::FIRST, further));
        }
        if lacking.holders.iter().any(|key| self.holders.contains(key)) {
            self.holders_max = further(self.holders_max);
        }
        self.holders.extend(lacking.holders);
    }
}

/// When a transaction writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// The database's time.
    pub(crate) now: Micros,
    /// The batch of the movements; a merchant who is not there has none.
    pub(crate) batch: Option<i64>,
}

/// Locks what commands may change and reads what they depend on, and when that was.
///
/// Global order of locks: the merchant's row (only for what has a number of its own), reservations, ISKUs that change, stock rows, each by
/// its key. Facts are read in statements after the locks, but for the locked rows' own: in one statement with a lock, the locked row is new
/// and all else is from an older snapshot.
pub(crate) async fn load(
    transaction: &Transaction,
    merchant: &Merchant,
    commands: &[Command],
    wanted: &Wanted,
) -> Result<(WorkingSet, Moment), DbErr> {
    let named = Named::by(commands);
    let isku_count = match named.numbers_anything {
        true => location::lock_merchant(transaction, merchant).await?,
        false => 0,
    };

    // What may be touched, read without locks.
    let mut reads = Reads::new(transaction, merchant);
    let codes = isku::ids_of(&mut reads, named.codes.iter().copied());
    let locations = location::all(&mut reads);
    let found = reads.run().await?;
    let (codes, locations) = (found.read(codes)?, found.read(locations)?);
    // Under the merchant's lock, so that two replicas cannot find each other's goods unknown.
    let unknown = named.ensured.iter().filter(|new| !codes.contains_key(&new.code));
    let alike = alike::to(transaction, merchant, unknown.copied()).await?;
    let mut chosen: BTreeSet<Uuid> = named.reservations.clone();
    let orders = named.orders.iter().chain(wanted.reserved_before.then_some(&named.new_orders).into_iter().flatten());
    let orders: Vec<OrderRef> = orders.cloned().collect();
    if !orders.is_empty() {
        chosen.extend(reservation::ids_of_orders(transaction, merchant, &orders).await?);
    }
    let mut touched: BTreeSet<IskuId> = named.touched.iter().filter_map(|code| codes.get(*code)).copied().collect();
    if !chosen.is_empty() {
        let ids: Vec<Uuid> = chosen.iter().copied().collect();
        touched.extend(reservation::iskus_of(transaction, merchant, &ids).await?);
    }
    chosen.extend(&wanted.reservations);
    let due_max = wanted.due_max.or(named.shows_stock.then_some(Wanted::FIRST));
    let due_max = due_max.filter(|_| !touched.is_empty());
    let asked_for: Vec<IskuId> = touched.iter().copied().collect();
    let mut is_whole = touched.is_empty();
    if let Some(limit) = due_max {
        let (due, are_all) = reservation::due_on(transaction, merchant, touched.clone(), limit).await?;
        chosen.extend(due);
        is_whole = are_all;
    }
    let mut holders = BTreeMap::new();
    if !wanted.holders.is_empty() {
        let keys = wanted.holders.iter().copied();
        holders = reservation::holders(transaction, merchant, keys, wanted.holders_max).await?;
        chosen.extend(holders.values().flatten());
    }

    // The locks, and what is under them.
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
    let mut stock = match touched.is_empty() {
        true => BTreeMap::new(),
        false => stock::locked(transaction, merchant, touched.iter().copied()).await?,
    };

    // Somebody may have taken or given units while this one waited for the locks.
    if let (Some(limit), true) = (due_max, is_whole) {
        let (due, _) = reservation::due_on(transaction, merchant, asked_for, limit).await?;
        if due.iter().any(|id| !chosen.contains(id)) {
            return Err(overtaken());
        }
    }

    // The facts.
    let known_iskus: BTreeSet<IskuId> = touched.iter().chain(codes.values()).copied().chain(alike.ids()).collect();
    let mut reads = Reads::new(transaction, merchant);
    let now = reads.number(transaction.engine().clock_us());
    let batch = reads.number(watch::batch(transaction.engine()));
    let requests = requests::find(&mut reads, commands.iter().map(|command| &command.request_id));
    let iskus = isku::by_ids(&mut reads, known_iskus.iter().copied());
    let untouched = stock::of(&mut reads, known_iskus.difference(&touched).copied());
    let found = reads.run().await?;
    let now = found.read(now)?.ok_or_else(|| DbErr::RecordNotFound("clock".to_owned()))?;
    let moment = Moment { now: planted::clock(Micros(now)), batch: found.read(batch)? };
    let requests = found.read(requests)?.into_iter().map(known).collect::<Result<_, _>>()?;
    let iskus = found.read(iskus)?;
    stock.extend(found.read(untouched)?);
    let reservations = match ids.is_empty() {
        true => BTreeMap::new(),
        false => reservation::by_ids(transaction, merchant, &ids).await?,
    };
    let orders = reservations.values().map(|found| (OrderRef::from(&found.order), found.reservation_id)).collect();
    let holders = holders.into_iter().map(|(key, found)| (key, self::holders(found, wanted.holders_max))).collect();
    let facts = WorkingSet {
        now: moment.now,
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
        alike,
    };
    Ok((facts, moment))
}

/// Whether an order was reserved by somebody else while these commands waited for their locks, for which it was found unreserved.
///
/// An order that is reserved now is found by its key; one that is refused may have been reserved with the last units.
pub(crate) async fn is_reserved_meanwhile(
    transaction: &Transaction,
    merchant: &Merchant,
    orders: &[OrderRef],
) -> Result<bool, DbErr> {
    Ok(!orders.is_empty() && !reservation::ids_of_orders(transaction, merchant, orders).await?.is_empty())
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

/// What a request id was used for.
fn known(record: Record) -> Result<(RequestId, Known), DbErr> {
    let answer = request::read(&record.answer)?;
    Ok((record.request_id, Known { content_hash: record.content_hash, answer }))
}
