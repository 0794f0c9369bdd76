//! The state machine of stock: commands are applied in order to a working set of facts, each by itself.
//!
//! A command that is refused leaves no trace. What the others did is collected as [`Changes`], to be written at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::{code::Code, identity::RequestId, time::Micros};
use uuid::Uuid;

use super::{
    Action, Answer, Answered, Command, Error,
    command::Given,
    draft::{Draft, Effect},
    isku::{Isku, IskuId},
    location::{Location, LocationId, Selling},
    movement::Movement,
    receive,
    reservation::{OrderRef, Reservation},
    reserve, withdraw,
};

/// Names a stock row; its order is the order in which rows are locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StockKey {
    pub(crate) isku_id: IskuId,
    pub(crate) location_id: LocationId,
}

/// What a stock row holds: `0 ≤ reserved ≤ on_hand`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quantities {
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    /// Number of the last movement.
    pub(crate) sequence: i64,
}

impl Quantities {
    /// Units that are not promised.
    pub(crate) fn available(self) -> i64 {
        self.on_hand.saturating_sub(self.reserved)
    }
}

/// Stock of one ISKU at one location, as callers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stock {
    pub(crate) isku_code: Code,
    pub(crate) location: Code,
    pub(crate) selling: Selling,
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    pub(crate) sequence: i64,
}

impl Stock {
    /// The stock that a location has or had; none if nothing was ever booked there.
    pub(crate) fn seen(isku: &Isku, location: &Location, row: Quantities) -> Option<Self> {
        (row.sequence > 0).then(|| Self {
            isku_code: isku.code.clone(),
            location: location.code.clone(),
            selling: location.selling,
            on_hand: row.on_hand,
            reserved: row.reserved,
            sequence: row.sequence,
        })
    }

    /// Units that are not promised.
    pub(crate) fn available(&self) -> i64 {
        self.on_hand.saturating_sub(self.reserved)
    }
}

/// The facts of one merchant that a batch of commands may depend on, read under locks.
#[derive(Clone)]
pub(crate) struct WorkingSet {
    /// The database's clock, read once after the locks were held.
    pub(crate) now: Micros,
    /// ISKUs created so far: the next one gets the next number.
    pub(crate) isku_count: i64,
    /// Codes and aliases.
    pub(crate) codes: BTreeMap<Code, IskuId>,
    pub(crate) iskus: BTreeMap<IskuId, Isku>,
    /// All of the merchant's locations, by priority.
    pub(crate) locations: Vec<Location>,
    pub(crate) stock: BTreeMap<StockKey, Quantities>,
    pub(crate) reservations: BTreeMap<Uuid, Reservation>,
    pub(crate) orders: BTreeMap<OrderRef, Uuid>,
    pub(crate) requests: BTreeMap<RequestId, Known>,
}

/// A request that was answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) content_hash: String,
    pub(crate) answer: Answer,
}

/// What a batch of commands changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    pub(crate) iskus: Vec<Isku>,
    pub(crate) stock: BTreeMap<StockKey, StockChange>,
    pub(crate) movements: Vec<Movement>,
    pub(crate) reservations: BTreeMap<Uuid, (Write, Reservation)>,
    pub(crate) requests: BTreeMap<RequestId, Known>,
}

/// New quantities of a stock row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StockChange {
    /// The sequence that the decision was made on.
    pub(crate) sequence_before: i64,
    pub(crate) after: Quantities,
    pub(crate) write: Write,
}

/// How a row gets written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    /// It is not in the database.
    Insert,
    /// It is there.
    Update,
}

impl WorkingSet {
    /// Applies commands in order; each succeeds or is refused by itself.
    pub(crate) fn apply(&mut self, commands: &[Command]) -> (Vec<Result<Answered, Error>>, Changes) {
        let mut changes = Changes::default();
        let results = commands.iter().map(|command| self.apply_one(command, &mut changes)).collect();
        (results, changes)
    }

    fn apply_one(&mut self, command: &Command, changes: &mut Changes) -> Result<Answered, Error> {
        if let Some(known) = self.requests.get(&command.request_id) {
            if known.content_hash != command.content_hash {
                return Err(Error::RequestIdReused);
            }
            return Ok(Answered { answer: known.answer.clone(), given: Given::Before });
        }
        let mut draft = Draft::new(self, command);
        let answer = match &command.action {
            Action::Create(new) => receive::create(&mut draft, new)?,
            Action::Ensure(new) => receive::ensure(&mut draft, new)?,
            Action::Receive(receipt) => receive::receive(&mut draft, receipt)?,
            Action::Reserve(order) => reserve::reserve(&mut draft, order)?,
            Action::Ship(withdrawal) => withdraw::ship(&mut draft, withdrawal)?,
            Action::Release(withdrawal) => withdraw::release(&mut draft, withdrawal)?,
        };
        let effect = draft.finish();
        self.absorb(command, effect, answer.clone(), changes);
        Ok(Answered { answer, given: Given::Now })
    }

    /// Makes a command's effect part of the facts that the next one sees.
    fn absorb(&mut self, command: &Command, effect: Effect, answer: Answer, changes: &mut Changes) {
        if let Some(isku) = effect.isku {
            self.isku_count = isku.isku_id.0;
            self.codes.insert(isku.code.clone(), isku.isku_id);
            self.iskus.insert(isku.isku_id, isku.clone());
            changes.iskus.push(isku);
        }
        for (key, after) in effect.stock {
            let before = self.stock.insert(key, after);
            let write = if before.is_some() { Write::Update } else { Write::Insert };
            let sequence_before = before.map_or(0, |quantities| quantities.sequence);
            let change = changes.stock.entry(key).or_insert(StockChange { sequence_before, after, write });
            change.after = after;
        }
        changes.movements.extend(effect.movements);
        if let Some(reservation) = effect.reservation {
            let id = reservation.reservation_id;
            self.orders.insert(OrderRef::from(&reservation.order), id);
            let known = self.reservations.insert(id, reservation.clone()).is_some();
            let write = if known { Write::Update } else { Write::Insert };
            let write = changes.reservations.get(&id).map_or(write, |(first, _)| *first);
            changes.reservations.insert(id, (write, reservation));
        }
        let known = Known { content_hash: command.content_hash.clone(), answer };
        self.requests.insert(command.request_id.clone(), known.clone());
        changes.requests.insert(command.request_id.clone(), known);
    }
}

#[cfg(test)]
mod tests;
