//! The state machine of stock: commands are applied in order to a working set of facts, each by itself.
//!
//! A command that is refused leaves no trace. What the others did is collected as [`Changes`], to be written at once.

use std::collections::{BTreeMap, BTreeSet};

use shared::{code::Code, identity::RequestId, time::Micros};
use uuid::Uuid;

use super::{
    Action, Answer, Answered, Command, Error, amend,
    answer::Given,
    changes::{Changes, CodeChange, StockChange, Write},
    correct,
    draft::{By, Draft, Effect},
    expire,
    isku::{Isku, IskuId},
    isku_change,
    location::{Location, LocationId, Selling},
    location_change, receive,
    reservation::{OrderRef, Reservation},
    reserve, return_goods,
    same_goods::Alike,
    transfer, withdraw,
};
use crate::planted::{self, Bug};

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

    /// The row as it will be once what is due is given back: whoever saw it so has seen what the next decision sees.
    #[must_use]
    pub(crate) fn without(self, due: Due) -> Self {
        let Due { units, movements } = due;
        let (reserved, sequence) = (self.reserved.saturating_sub(units), self.sequence.saturating_add(movements));
        Self { reserved, sequence, ..self }
    }
}

/// What a stock row still says to be reserved and is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) units: i64,
    /// Movements that will give it back.
    pub(crate) movements: i64,
}

/// Stock of one ISKU at one location, as callers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
            selling: location.details.selling,
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
    /// Whether every reservation is here that is due and holds one of these ISKUs.
    pub(crate) is_whole: bool,
    /// Who holds units of a stock row, for those that were asked for.
    pub(crate) holders: BTreeMap<StockKey, Holders>,
    /// ISKUs that may be the goods of codes that are new.
    pub(crate) alike: Alike,
}

/// Reservations that hold units of a stock row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Holders {
    pub(crate) newest_first: Vec<Uuid>,
    /// Whether these are all.
    pub(crate) is_whole: bool,
}

/// Facts that a decision needs and that were not read: the batch has to be run again with them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lacking {
    /// More of the reservations that are due.
    pub(crate) due: bool,
    /// Who holds units of these rows.
    pub(crate) holders: BTreeSet<StockKey>,
}

impl Lacking {
    /// Whether nothing is lacking.
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// A request that was answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) content_hash: String,
    pub(crate) answer: Answer,
}

/// What a batch of commands led to.
#[derive(Debug)]
pub(crate) struct Applied {
    /// The answer or refusal of each command.
    pub(crate) results: Vec<Result<Answered, Error>>,
    pub(crate) changes: Changes,
    /// If anything is lacking, the rest means nothing.
    pub(crate) lacking: Lacking,
}

impl WorkingSet {
    /// Gives back what is due, then applies commands in order; each succeeds or is refused by itself.
    pub(crate) fn apply(&mut self, commands: &[Command]) -> Applied {
        let mut changes = Changes::default();
        let mut lacking = Lacking::default();
        let confirms = commands.iter().any(|command| matches!(command.action, Action::Confirm(_)));
        if !(confirms && planted::has(Bug::ConfirmIgnoresExpiry)) {
            self.expire(&mut changes);
        }
        let results = commands.iter().map(|command| self.apply_one(command, &mut changes, &mut lacking)).collect();
        Applied { results, changes, lacking }
    }

    fn expire(&mut self, changes: &mut Changes) {
        let ids: Vec<Uuid> = self.reservations.keys().copied().collect();
        for id in ids {
            // A ledger that contradicts itself keeps what it holds: the proof names it.
            if let Some(Ok(effect)) = expire::expire(self, id) {
                self.absorb(effect, changes);
            }
        }
    }

    fn apply_one(
        &mut self,
        command: &Command,
        changes: &mut Changes,
        lacking: &mut Lacking,
    ) -> Result<Answered, Error> {
        if let Some(known) = self.requests.get(&command.request_id) {
            if known.content_hash != command.content_hash {
                return Err(Error::RequestIdReused);
            }
            return Ok(Answered { answer: known.answer.clone(), given: Given::Before });
        }
        let by = By { actor: &command.actor, request_id: command.request_id.as_str() };
        let mut draft = Draft::new(self, by);
        let answer = answer(&mut draft, command);
        lacking.due |= draft.lacking.due;
        lacking.holders.append(&mut draft.lacking.holders);
        let answer = answer?;
        let effect = draft.finish();
        self.absorb(effect, changes);
        let known = Known { content_hash: command.content_hash.clone(), answer: answer.clone() };
        self.requests.insert(command.request_id.clone(), known.clone());
        changes.requests.insert(command.request_id.clone(), known);
        Ok(Answered { answer, given: Given::Now })
    }

    /// Makes a command's effect part of the facts that the next one sees.
    fn absorb(&mut self, effect: Effect, changes: &mut Changes) {
        if let Some(isku) = effect.isku {
            let id = isku.isku_id;
            self.isku_count = self.isku_count.max(id.0);
            self.alike.add_barcode(isku.details.barcode.as_deref(), id);
            let before = self.iskus.insert(id, isku.clone());
            let write = Write::after(changes.iskus.get(&id).map(|(write, _)| *write), before.is_some());
            if let Some(before) = before {
                // It is there, though the command may have named the ISKU by an alias.
                self.codes.entry(before.code).or_insert(id);
            }
            changes.iskus.insert(id, (write, isku));
        }
        for (code, isku_id, naming) in effect.codes {
            self.alike.add_code(&code, isku_id);
            let is_known = self.codes.insert(code.clone(), isku_id).is_some();
            let write = Write::after(changes.codes.get(&code).map(|change| change.write), is_known);
            changes.codes.insert(code, CodeChange { isku_id, naming, write });
        }
        if let Some(location) = effect.location {
            let id = location.location_id;
            let before = self.locations.len();
            self.locations.retain(|known| known.location_id != id);
            let write =
                Write::after(changes.locations.get(&id).map(|(write, _)| *write), self.locations.len() < before);
            self.locations.push(location.clone());
            self.locations.sort_by_key(Location::order);
            changes.locations.insert(id, (write, location));
        }
        for (key, after) in effect.stock {
            let before = self.stock.insert(key, after);
            let write = if before.is_some() { Write::Update } else { Write::Insert };
            let sequence_before = before.map_or(0, |quantities| quantities.sequence);
            let change = changes.stock.entry(key).or_insert(StockChange { sequence_before, after, write });
            change.after = after;
        }
        changes.movements.extend(effect.movements);
        for (id, (rewrite, reservation)) in effect.reservations {
            self.orders.insert(OrderRef::from(&reservation.order), id);
            self.reservations.insert(id, reservation.clone());
            let rewrite = rewrite.after(changes.reservations.get(&id).map(|(before, _)| *before));
            changes.reservations.insert(id, (rewrite, reservation));
        }
    }
}

fn answer(draft: &mut Draft<'_>, command: &Command) -> Result<Answer, Error> {
    match &command.action {
        Action::Create(new) => receive::create(draft, new),
        Action::Ensure(new) => receive::ensure(draft, new),
        Action::EnsureAnyway(new) => receive::ensure_anyway(draft, new),
        Action::Update(update) => isku_change::update(draft, update),
        Action::Rename(rename) => isku_change::rename(draft, rename),
        Action::Archive(named) => isku_change::archive(draft, named),
        Action::Unarchive(named) => isku_change::unarchive(draft, named),
        Action::CreateLocation(new) => location_change::create(draft, new),
        Action::UpdateLocation(update) => location_change::update(draft, update),
        Action::Receive(receipt) => receive::receive(draft, receipt),
        Action::Adjust(adjustment) => correct::adjust(draft, adjustment),
        Action::Count(count) => correct::count(draft, count),
        Action::Transfer(units) => transfer::transfer(draft, units),
        Action::Return(goods) => return_goods::return_goods(draft, goods),
        Action::Reserve(order) => reserve::reserve(draft, order, command.new_id),
        Action::Confirm(target) => expire::confirm(draft, target),
        Action::Amend(amendment) => amend::amend(draft, amendment),
        Action::Extend(extension) => expire::extend(draft, extension),
        Action::Ship(withdrawal) => withdraw::ship(draft, withdrawal),
        Action::Release(withdrawal) => withdraw::release(draft, withdrawal),
    }
}

#[cfg(test)]
mod tests;
