//! Rows as the changes of commands leave them: they are the facts, and prove them.

use std::fmt::Debug;

use super::super::*;
use crate::domain::{
    changes::Rewrite,
    isku::Naming,
    movement::{Kind, Movement},
    reservation::{Allocation, Component, Item, Standing},
    verify::{Digest, ItemFact, LineFact, MovementFact, Proof, ReservationFact, Units},
};

/// The rows.
pub(super) struct Written {
    iskus: BTreeMap<IskuId, Isku>,
    codes: BTreeMap<Code, (IskuId, Naming)>,
    locations: BTreeMap<LocationId, Location>,
    stock: BTreeMap<StockKey, Quantities>,
    reservations: BTreeMap<Uuid, Reservation>,
    requests: BTreeMap<RequestId, Known>,
    pub(super) movements: Vec<Movement>,
}

/// Writes a row that has to be absent for an insertion, and there for an update.
fn put<K: Ord + Copy + Debug, V>(rows: &mut BTreeMap<K, V>, key: K, row: V, write: Write) {
    assert_eq!(rows.insert(key, row).is_some(), write == Write::Update, "{key:?}");
}

/// What a plain update may not change: the items and their places.
fn shape(reservation: &Reservation) -> Vec<(&Code, &Vec<Component>, Vec<LocationId>)> {
    let places = |item: &Item| item.allocations.iter().map(|at| at.location_id).collect();
    reservation.items.iter().map(|item| (&item.csku, &item.components, places(item))).collect()
}

impl Written {
    pub(super) fn new(facts: &WorkingSet) -> Self {
        Self {
            iskus: BTreeMap::new(),
            codes: BTreeMap::new(),
            locations: facts.locations.iter().map(|location| (location.location_id, location.clone())).collect(),
            stock: BTreeMap::new(),
            reservations: BTreeMap::new(),
            requests: BTreeMap::new(),
            movements: vec![],
        }
    }

    pub(super) fn write(&mut self, changes: &Changes) {
        for (id, (write, isku)) in &changes.iskus {
            put(&mut self.iskus, *id, isku.clone(), *write);
        }
        for (code, CodeChange { isku_id, naming, write }) in &changes.codes {
            let before = self.codes.insert(code.clone(), (*isku_id, *naming));
            assert_eq!(before.is_some(), *write == Write::Update, "{code:?}");
        }
        for (id, (write, location)) in &changes.locations {
            put(&mut self.locations, *id, location.clone(), *write);
        }
        for (key, StockChange { sequence_before, after, write }) in &changes.stock {
            assert_eq!(self.stock.get(key).map_or(0, |row| row.sequence), *sequence_before, "{key:?}");
            put(&mut self.stock, *key, *after, *write);
        }
        for (id, (rewrite, reservation)) in &changes.reservations {
            let before = self.reservations.insert(*id, reservation.clone());
            match (rewrite, &before) {
                (Rewrite::Insert, None) | (Rewrite::Replace, Some(_)) => {}
                (Rewrite::Update, Some(before)) => assert_eq!(shape(before), shape(reservation)),
                (rewrite, before) => panic!("{rewrite:?} of {before:?}"),
            }
        }
        for (id, known) in &changes.requests {
            assert!(self.requests.insert(id.clone(), known.clone()).is_none(), "{id:?}");
        }
        self.movements.extend(changes.movements.iter().cloned());
    }

    /// The reservations as they are read again: a row has their state, from which their standing follows.
    pub(super) fn read(&self) -> BTreeMap<Uuid, Reservation> {
        let read = |own: &Reservation| Reservation {
            standing: match own.state() {
                State::Confirmed => Standing::Confirmed,
                State::Expired => Standing::Expired,
                State::Held | State::Shipped | State::Released => Standing::Held,
            },
            ..own.clone()
        };
        self.reservations.iter().map(|(id, own)| (*id, read(own))).collect()
    }

    /// The rows equal the facts, and prove themselves.
    pub(super) fn prove(&self, facts: &WorkingSet) {
        assert_eq!(self.stock, facts.stock);
        assert_eq!(self.read(), Self { reservations: facts.reservations.clone(), ..Self::new(facts) }.read());
        assert_eq!((&self.iskus, &self.requests), (&facts.iskus, &facts.requests));
        assert_eq!(self.locations.len(), facts.locations.len());
        assert!(facts.locations.iter().all(|own| self.locations[&own.location_id] == *own));
        let codes: BTreeMap<Code, IskuId> = self.codes.iter().map(|(code, (id, _))| (code.clone(), *id)).collect();
        assert_eq!(codes, facts.codes);
        let named = self.codes.iter().filter(|(_, (_, naming))| *naming == Naming::Code);
        let named: BTreeMap<IskuId, Code> = named.map(|(code, (id, _))| (*id, code.clone())).collect();
        assert_eq!(named, self.iskus.iter().map(|(id, isku)| (*id, isku.code.clone())).collect());

        let mut proof = Proof::default();
        let mut held: BTreeMap<StockKey, i64> = BTreeMap::new();
        let facts: Vec<ReservationFact> = self.reservations.values().map(|own| self.fact(own)).collect();
        for line in facts.iter().flat_map(|fact| &fact.lines) {
            *held.entry(line.key).or_default() += line.units.held;
        }
        let mut chains: BTreeMap<StockKey, Vec<MovementFact>> = BTreeMap::new();
        for row in &self.movements {
            let after = Quantities { on_hand: row.on_hand_after, reserved: row.reserved_after, sequence: row.sequence };
            let (key, on_hand_delta, reserved_delta) = (key(row), row.on_hand_delta, row.reserved_delta);
            let fact = MovementFact { key, on_hand_delta, reserved_delta, after, digest: Digest::SOUND };
            chains.entry(key).or_default().push(fact);
        }
        for (key, chain) in &chains {
            chain.iter().for_each(|row| proof.movement(row));
            proof.settle(*key, self.stock.get(key).copied(), held.get(key).copied().unwrap_or(0));
        }
        facts.iter().for_each(|fact| proof.reservation(fact));
        let report = proof.finish();
        assert_eq!((report.faults, report.movements), (vec![], i64::try_from(self.movements.len()).unwrap()));
        assert_eq!(chains.keys().collect::<Vec<_>>(), self.stock.keys().collect::<Vec<_>>());
    }

    /// A reservation with its items, lines and movements, as they are stored.
    fn fact(&self, reservation: &Reservation) -> ReservationFact {
        let mut fact = ReservationFact {
            reservation_id: reservation.reservation_id,
            state: Some(reservation.state().as_str().to_owned()),
            expire_time_us: reservation.expire_time.map(|time| time.0),
            short: reservation.is_short(),
            digest: Some(Digest::SOUND),
            ..ReservationFact::default()
        };
        let due = fact.expire_time_us.filter(|_| reservation.state() == State::Held);
        for (item_no, item) in (0..).zip(&reservation.items) {
            let units = Units { held: item.held(), shipped: item.shipped(), released: item.released() };
            let Item { ordered, quantity, short, returned, .. } = *item;
            let digest = Digest::SOUND;
            fact.items.insert(item_no, ItemFact { ordered, quantity, units, short, returned, digest });
            for (component_no, part) in (0..).zip(&item.components) {
                let line = |at: &Allocation| LineFact {
                    item_no,
                    component_no,
                    key: StockKey { isku_id: part.isku_id, location_id: at.location_id },
                    per_unit: part.quantity,
                    units: Units {
                        held: at.held * part.quantity,
                        shipped: at.shipped * part.quantity,
                        released: at.released * part.quantity,
                    },
                    expire_time_us: due,
                    digest: Digest::SOUND,
                };
                fact.lines.extend(item.allocations.iter().map(line));
            }
        }
        let own = |row: &&Movement| {
            row.reservation.as_ref().is_some_and(|cause| cause.reservation_id == reservation.reservation_id)
        };
        for row in self.movements.iter().filter(own) {
            let moved = fact.moved.entry(key(row)).or_default();
            moved.held += row.reserved_delta;
            moved.shipped -= if row.kind == Kind::Ship { row.on_hand_delta } else { 0 };
            moved.returned += if row.kind == Kind::Return { row.on_hand_delta } else { 0 };
        }
        fact
    }
}

fn key(row: &Movement) -> StockKey {
    StockKey { isku_id: row.isku_id, location_id: row.location_id }
}
