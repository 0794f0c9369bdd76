//! What one command does to the facts, kept apart from them until it has succeeded.

use std::collections::BTreeMap;

use shared::code::Code;
use uuid::Uuid;

use super::{
    Error,
    changes::Rewrite,
    command::{Named, Target},
    isku::{Isku, IskuId, Lifecycle, Naming},
    location::{DEFAULT_CODE, Location, LocationId},
    movement::{Cause, Kind, Movement, Reason},
    reservation::{Component, Item, OrderRef, Reservation, Standing, State},
    stock::{Lacking, Quantities, Stock, StockKey, WorkingSet},
};

/// What a command that succeeded changes.
#[derive(Default)]
pub(super) struct Effect {
    /// The ISKU that it creates or changes.
    pub(super) isku: Option<Isku>,
    /// Codes that it takes, or that name their ISKU in another way than before.
    pub(super) codes: Vec<(Code, IskuId, Naming)>,
    /// The location that it creates or changes.
    pub(super) location: Option<Location>,
    pub(super) stock: BTreeMap<StockKey, Quantities>,
    pub(super) movements: Vec<Movement>,
    pub(super) reservations: BTreeMap<Uuid, (Rewrite, Reservation)>,
}

/// Who caused a change, for the ledger.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) actor: &'a str,
    pub(super) request_id: &'a str,
}

/// The facts as one command changes them; dropped when the command is refused.
pub(super) struct Draft<'a> {
    pub(super) facts: &'a WorkingSet,
    pub(super) lacking: Lacking,
    by: By<'a>,
    effect: Effect,
}

/// A change of one stock row and why.
#[derive(Clone)]
pub(super) struct Posting<'a> {
    pub(super) isku: &'a Isku,
    pub(super) location: &'a Location,
    pub(super) kind: Kind,
    pub(super) on_hand_delta: i64,
    pub(super) reserved_delta: i64,
    pub(super) reservation: Option<Cause>,
    pub(super) reason: Option<Reason>,
    pub(super) texts: Texts<'a>,
}

/// What a caller says of a change.
#[derive(Clone, Copy, Default)]
pub(super) struct Texts<'a> {
    pub(super) document: Option<&'a str>,
    pub(super) note: Option<&'a str>,
}

/// Units of one item of a reservation that are held, given back, shipped or returned at one location.
pub(super) struct Step<'a> {
    pub(super) reservation: &'a Reservation,
    pub(super) item: &'a Item,
    pub(super) location_id: LocationId,
    pub(super) units: i64,
    pub(super) kind: Kind,
    pub(super) texts: Texts<'a>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(facts: &'a WorkingSet, by: By<'a>) -> Self {
        Self { facts, by, lacking: Lacking::default(), effect: Effect::default() }
    }

    /// What the command changes, now that it has succeeded.
    pub(super) fn finish(self) -> Effect {
        self.effect
    }

    /// The ISKU that a code or an alias names.
    pub(super) fn isku(&self, code: &Code) -> Result<&'a Isku, Error> {
        let id = self.facts.codes.get(code);
        id.and_then(|id| self.facts.iskus.get(id)).ok_or_else(|| Error::IskuNotFound { isku_code: code.clone() })
    }

    /// The ISKU that a code or an alias names, if it is in use.
    pub(super) fn active_isku(&self, code: &Code) -> Result<&'a Isku, Error> {
        active(self.isku(code)?)
    }

    /// The ISKU of a component, if it is in use.
    pub(super) fn active_isku_of(&self, part: &Component) -> Result<&'a Isku, Error> {
        active(self.isku_of(part)?)
    }

    fn isku_of(&self, part: &Component) -> Result<&'a Isku, Error> {
        let lost = || Error::IskuNotFound { isku_code: part.isku_code.clone() };
        self.facts.iskus.get(&part.isku_id).ok_or_else(lost)
    }

    /// The ISKU that a command is to change, as its caller has seen it.
    pub(super) fn named(&self, named: &Named) -> Result<&'a Isku, Error> {
        let isku = self.isku(&named.code)?;
        match named.revision {
            Some(seen) if seen != isku.revision => Err(Error::EtagMismatch { revision: isku.revision }),
            _ => Ok(isku),
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
    pub(super) fn location_of(&self, id: LocationId) -> Result<&'a Location, Error> {
        let found = self.facts.locations.iter().find(|location| location.location_id == id);
        found.ok_or_else(|| Error::LocationNotFound { location: id.0.to_string() })
    }

    /// The reservation that the command names.
    pub(super) fn target(&self, target: &Target) -> Result<Reservation, Error> {
        let id = match target {
            Target::Id(id) => Some(id),
            Target::Order(key) => self.facts.orders.get(&OrderRef::from(key)),
        };
        id.and_then(|id| self.reservation(id)).cloned().ok_or(Error::ReservationNotFound)
    }

    /// A reservation as the command has left it so far.
    pub(super) fn reservation(&self, id: &Uuid) -> Option<&Reservation> {
        let changed = self.effect.reservations.get(id).map(|(_, reservation)| reservation);
        changed.or_else(|| self.facts.reservations.get(id))
    }

    /// Keeps what a reservation has become; one that is as it was is not written.
    pub(super) fn save(&mut self, rewrite: Rewrite, mut reservation: Reservation) -> Reservation {
        if matches!(reservation.state(), State::Shipped | State::Released) {
            // How the units stood that it holds no more is not kept: its state is all that is stored.
            reservation.standing = Standing::Held;
        }
        if self.reservation(&reservation.reservation_id) != Some(&reservation) {
            reservation.update_time = self.facts.now;
            self.effect.reservations.insert(reservation.reservation_id, (rewrite, reservation.clone()));
        }
        reservation
    }

    /// Keeps the ISKU that the command creates or changes.
    pub(super) fn save_isku(&mut self, isku: Isku, codes: Vec<(Code, IskuId, Naming)>) {
        self.effect.isku = Some(isku);
        self.effect.codes = codes;
    }

    /// Keeps the location that the command creates or changes.
    pub(super) fn save_location(&mut self, location: Location) {
        self.effect.location = Some(location);
    }

    /// What a stock row holds now.
    pub(super) fn quantities(&self, key: StockKey) -> Quantities {
        self.effect.stock.get(&key).or_else(|| self.facts.stock.get(&key)).copied().unwrap_or_default()
    }

    /// Changes a stock row and writes its movement; refused if the row would break `0 ≤ reserved ≤ on_hand`.
    pub(super) fn post(&mut self, posting: Posting<'_>) -> Result<(), Error> {
        let Posting { isku, location, kind, on_hand_delta, reserved_delta, reservation, reason, texts } = posting;
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
        self.effect.stock.insert(key, after);
        self.effect.movements.push(Movement {
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
            reason,
            document: texts.document.map(str::to_owned),
            note: texts.note.map(str::to_owned),
            actor: self.by.actor.to_owned(),
            request_id: self.by.request_id.to_owned(),
            create_time: self.facts.now,
        });
        Ok(())
    }

    /// Writes the movements of a step, one for each component.
    pub(super) fn step(&mut self, step: &Step<'_>) -> Result<(), Error> {
        let location = self.location_of(step.location_id)?;
        for part in &step.item.components {
            let isku = self.isku_of(part)?;
            let overflow = || Error::QuantityOverflow { isku_code: isku.code.clone() };
            let units = step.units.checked_mul(part.quantity).ok_or_else(overflow)?;
            let (on_hand_delta, reserved_delta) = match step.kind {
                Kind::Reserve => (0, units),
                Kind::Release | Kind::Expire => (0, -units),
                Kind::Ship => (-units, -units),
                Kind::Return => (units, 0),
                Kind::Opening | Kind::Receipt | Kind::Adjust | Kind::Count | Kind::TransferOut | Kind::TransferIn => {
                    continue;
                }
            };
            let cause = Cause {
                reservation_id: step.reservation.reservation_id,
                order: step.reservation.order.clone(),
                csku: step.item.csku.clone(),
            };
            self.post(Posting {
                isku,
                location,
                kind: step.kind,
                on_hand_delta,
                reserved_delta,
                reservation: Some(cause),
                reason: None,
                texts: step.texts,
            })?;
        }
        Ok(())
    }

    /// What the command has written to the ledger so far.
    pub(super) fn movements(&self) -> &[Movement] {
        &self.effect.movements
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

fn active(isku: &Isku) -> Result<&Isku, Error> {
    match isku.lifecycle {
        Lifecycle::Active => Ok(isku),
        Lifecycle::Archived => Err(Error::IskuArchived { isku: Box::new(isku.clone()) }),
    }
}
