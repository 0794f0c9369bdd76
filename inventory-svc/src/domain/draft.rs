//! What one command does to the facts, kept apart from them until it has succeeded.

use std::collections::BTreeMap;

use shared::code::Code;

use super::{
    Command, Error,
    command::Target,
    isku::{Isku, Lifecycle},
    location::{DEFAULT_CODE, Location, LocationId},
    movement::{Cause, Kind, Movement},
    reservation::{OrderRef, Reservation},
    stock::{Quantities, Stock, StockKey, WorkingSet},
};

/// What a command that succeeded changes.
pub(super) struct Effect {
    pub(super) isku: Option<Isku>,
    pub(super) stock: BTreeMap<StockKey, Quantities>,
    pub(super) movements: Vec<Movement>,
    pub(super) reservation: Option<Reservation>,
}

/// The facts as one command changes them; dropped when the command is refused.
pub(super) struct Draft<'a> {
    pub(super) facts: &'a WorkingSet,
    pub(super) command: &'a Command,
    /// The ISKU that the command creates.
    pub(super) isku: Option<Isku>,
    /// The reservation that the command makes or changes.
    pub(super) reservation: Option<Reservation>,
    stock: BTreeMap<StockKey, Quantities>,
    movements: Vec<Movement>,
}

/// A change of one stock row and why.
pub(super) struct Posting<'a> {
    pub(super) isku: &'a Isku,
    pub(super) location: &'a Location,
    pub(super) kind: Kind,
    pub(super) on_hand_delta: i64,
    pub(super) reserved_delta: i64,
    pub(super) reservation: Option<Cause>,
    pub(super) document: Option<&'a str>,
    pub(super) note: Option<&'a str>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(facts: &'a WorkingSet, command: &'a Command) -> Self {
        Self { facts, command, isku: None, reservation: None, stock: BTreeMap::new(), movements: vec![] }
    }

    /// What the command changes, now that it has succeeded.
    pub(super) fn finish(self) -> Effect {
        let Self { isku, stock, movements, reservation, .. } = self;
        Effect { isku, stock, movements, reservation }
    }

    /// The ISKU that a code or an alias names, if it is in use.
    pub(super) fn active_isku(&self, code: &Code) -> Result<&'a Isku, Error> {
        let id = self.facts.codes.get(code);
        let isku = id.and_then(|id| self.facts.iskus.get(id)).ok_or(Error::IskuNotFound { isku_code: code.clone() })?;
        match isku.lifecycle {
            Lifecycle::Active => Ok(isku),
            Lifecycle::Archived => Err(Error::IskuArchived { isku: Box::new(isku.clone()) }),
        }
    }

    /// The location of this code; the default one if absent.
    pub(super) fn location(&self, code: Option<&Code>) -> Result<&'a Location, Error> {
        let found = self.facts.locations.iter().find(|location| match code {
            Some(code) => location.code == *code,
            None => location.location_id == LocationId::DEFAULT,
        });
        found.ok_or_else(|| Error::LocationNotFound { location: code.map_or(DEFAULT_CODE, Code::as_str).to_owned() })
    }

    /// The location of this id.
    pub(super) fn location_of(&self, id: LocationId) -> Option<&'a Location> {
        self.facts.locations.iter().find(|location| location.location_id == id)
    }

    /// The reservation that the command names.
    pub(super) fn target(&self, target: &Target) -> Result<&'a Reservation, Error> {
        let id = match target {
            Target::Id(id) => Some(id),
            Target::Order(key) => self.facts.orders.get(&OrderRef::from(key)),
        };
        id.and_then(|id| self.facts.reservations.get(id)).ok_or(Error::ReservationNotFound)
    }

    /// What a stock row holds now.
    pub(super) fn quantities(&self, key: StockKey) -> Quantities {
        self.stock.get(&key).or_else(|| self.facts.stock.get(&key)).copied().unwrap_or_default()
    }

    /// Changes a stock row and writes its movement; refused if the row would break `0 ≤ reserved ≤ on_hand`.
    pub(super) fn post(&mut self, posting: Posting<'_>) -> Result<(), Error> {
        let Posting { isku, location, kind, on_hand_delta, reserved_delta, reservation, document, note } = posting;
        let key = StockKey { isku_id: isku.isku_id, location_id: location.location_id };
        let before = self.quantities(key);
        let overflow = || Error::QuantityOverflow { isku_code: isku.code.clone() };
        let after = Quantities {
            on_hand: before.on_hand.checked_add(on_hand_delta).ok_or_else(overflow)?,
            reserved: before.reserved.checked_add(reserved_delta).ok_or_else(overflow)?,
            sequence: before.sequence.checked_add(1).ok_or_else(overflow)?,
        };
        // A sound ledger never comes here: what is taken was found available or held.
        if after.reserved < 0 || after.reserved > after.on_hand {
            return Err(overflow());
        }
        self.stock.insert(key, after);
        self.movements.push(Movement {
            isku_id: isku.isku_id,
            isku_code: isku.code.clone(),
            location_id: location.location_id,
            location: location.code.clone(),
            sequence: after.sequence,
            kind,
            on_hand_delta,
            reserved_delta,
            on_hand_after: after.on_hand,
            reserved_after: after.reserved,
            reservation,
            document: document.map(str::to_owned),
            note: note.map(str::to_owned),
            actor: self.command.actor.clone(),
            request_id: self.command.request_id.as_str().to_owned(),
            create_time: self.facts.now,
        });
        Ok(())
    }

    /// What the command has written to the ledger so far.
    pub(super) fn movements(&self) -> &[Movement] {
        &self.movements
    }

    /// Where an ISKU has or had stock, by location priority.
    pub(super) fn stock_of(&self, isku: &Isku) -> Vec<Stock> {
        let at = |location: &Location| {
            let key = StockKey { isku_id: isku.isku_id, location_id: location.location_id };
            Stock::seen(isku, location, self.quantities(key))
        };
        self.facts.locations.iter().filter_map(at).collect()
    }
}
