//! Whether a reservation proves itself: its units add up, its components equal its items, its state and its movements agree.

mod told;

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Digest, Fault, FaultKind};
use crate::domain::{isku::IskuId, stock::StockKey};

/// A reservation with all that belongs to it, read in one snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ReservationFact {
    pub(crate) reservation_id: Uuid,
    /// The state as stored; none if the reservation itself is missing.
    pub(crate) state: Option<String>,
    /// When it is due, or was.
    pub(crate) expire_time_us: Option<i64>,
    /// Whether it is marked as short.
    pub(crate) short: bool,
    /// Of the reservation itself, if it is there.
    pub(crate) digest: Option<Digest>,
    pub(crate) items: BTreeMap<i64, ItemFact>,
    pub(crate) lines: Vec<LineFact>,
    /// What its movements say, for each ISKU and location.
    pub(crate) moved: BTreeMap<StockKey, Moved>,
}

/// One listing of a reservation, in units of the listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ItemFact {
    pub(crate) ordered: i64,
    pub(crate) quantity: i64,
    pub(crate) units: Units,
    /// Units that are wanted and not held.
    pub(crate) short: i64,
    /// Shipped units that came back.
    pub(crate) returned: i64,
    pub(crate) digest: Digest,
}

/// One component of an item at one location, in units of the ISKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LineFact {
    pub(crate) item_no: i64,
    pub(crate) component_no: i64,
    pub(crate) key: StockKey,
    /// Units of the ISKU in one unit of the listing.
    pub(crate) per_unit: i64,
    pub(crate) units: Units,
    pub(crate) expire_time_us: Option<i64>,
    pub(crate) digest: Digest,
}

/// What became of units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Units {
    pub(crate) held: i64,
    pub(crate) shipped: i64,
    pub(crate) released: i64,
}

/// Units that movements hold, have shipped and brought back. What was released may be of an earlier hold of the order: it proves nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) held: i64,
    pub(crate) shipped: i64,
    pub(crate) returned: i64,
}

impl Units {
    fn sum(self) -> i64 {
        self.held.saturating_add(self.shipped).saturating_add(self.released)
    }

    fn add(&mut self, other: Self) {
        self.held = self.held.saturating_add(other.held);
        self.shipped = self.shipped.saturating_add(other.shipped);
        self.released = self.released.saturating_add(other.released);
    }

    fn times(self, factor: i64) -> Self {
        let times = |units: i64| units.saturating_mul(factor);
        Self { held: times(self.held), shipped: times(self.shipped), released: times(self.released) }
    }
}

impl ReservationFact {
    /// Everything that has to be equal, as faults of which those that are equal are none.
    pub(super) fn comparisons(&self) -> Vec<Fault> {
        let mut compared = vec![];
        let mut compare = |kind, key: Option<StockKey>, expected: i64, found: i64| {
            let reservation_id = Some(self.reservation_id);
            compared.push(Fault { kind, key, sequence: None, reservation_id, expected, found, place: None });
        };
        // An order has items.
        compare(FaultKind::Item, None, 1, i64::from(!self.items.is_empty()));
        for item in self.items.values() {
            compare(FaultKind::Item, None, item.quantity, item.units.sum());
        }
        for ((item_no, place), component) in self.components() {
            let item = self.items.get(&item_no).map(|item| item.units).unwrap_or_default();
            let due = item.times(component.per_unit);
            compare(FaultKind::Item, component.key, due.held, component.units.held);
            compare(FaultKind::Item, component.key, due.shipped, component.units.shipped);
            compare(FaultKind::Item, component.key, due.released, component.units.released);
            compare(FaultKind::Item, component.key, place, component.component_no);
            // Lines of one component sell one ISKU in one quantity.
            compare(FaultKind::Item, component.key, 0, component.strange_lines);
        }
        let (stored, stands) = (self.state.as_deref().map_or(0, number), self.stands());
        let plain = stands.first().copied().unwrap_or_default();
        compare(FaultKind::State, None, if stands.contains(&stored) { stored } else { plain }, stored);
        let mut lines: BTreeMap<StockKey, (Moved, Moved)> =
            self.moved.iter().map(|(key, moved)| (*key, (*moved, Moved::default()))).collect();
        for line in &self.lines {
            let (_, sum) = lines.entry(line.key).or_default();
            sum.held = sum.held.saturating_add(line.units.held);
            sum.shipped = sum.shipped.saturating_add(line.units.shipped);
        }
        for (key, (moved, lines)) in lines {
            compare(FaultKind::Trace, Some(key), moved.held, lines.held);
            compare(FaultKind::Trace, Some(key), moved.shipped, lines.shipped);
        }
        for (key, moved, told) in self.returned() {
            compare(FaultKind::Return, Some(key), moved, told);
        }
        for (expected, found) in self.shortness() {
            compare(FaultKind::Short, None, expected, found);
        }
        let due = self.expire_time_us.filter(|_| self.state.as_deref() == Some("HELD"));
        for line in &self.lines {
            compare(FaultKind::Expiry, Some(line.key), due.unwrap_or(0), line.expire_time_us.unwrap_or(0));
        }
        for (kind, key, digest) in self.digests() {
            compare(kind, key, digest.expected(), digest.said);
        }
        compared
    }

    /// The components of each item by their place, summed over locations; an item without lines has one without units.
    fn components(&self) -> BTreeMap<(i64, i64), Component> {
        let mut found: BTreeMap<(i64, i64), Component> = BTreeMap::new();
        for line in &self.lines {
            let first = || Component { key: Some(line.key), per_unit: line.per_unit, ..Component::default() };
            let component = found.entry((line.item_no, line.component_no)).or_insert_with(first);
            component.component_no = line.component_no;
            component.units.add(line.units);
            let strange =
                component.per_unit != line.per_unit || component.key.is_some_and(|key| key.isku_id != line.key.isku_id);
            component.strange_lines = component.strange_lines.saturating_add(i64::from(strange));
        }
        let mut placed: BTreeMap<(i64, i64), Component> = BTreeMap::new();
        for ((item_no, _), component) in found {
            let place = (0..).find(|place| !placed.contains_key(&(item_no, *place))).unwrap_or(0);
            placed.insert((item_no, place), component);
        }
        for item_no in self.items.keys() {
            placed.entry((*item_no, 0)).or_insert(Component { per_unit: 1, ..Component::default() });
        }
        placed
    }

    /// The numbers of the states that its units make, the plainest first: whether held is confirmed and released is expired was decided.
    fn stands(&self) -> &'static [i64] {
        let mut units = Units::default();
        for item in self.items.values() {
            units.add(item.units);
        }
        let is_short = self.items.values().any(|item| item.short > 0);
        match units {
            Units { held: 1.., .. } => &[1, 2],
            Units { shipped: 1.., .. } => &[3],
            _ if is_short => &[1, 2],
            _ => &[4, 5],
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Component {
    key: Option<StockKey>,
    component_no: i64,
    per_unit: i64,
    units: Units,
    strange_lines: i64,
}

/// States by the names that are stored, with the numbers of `ReservationState`.
const STATES: [(&str, i64); 5] = [("HELD", 1), ("CONFIRMED", 2), ("SHIPPED", 3), ("RELEASED", 4), ("EXPIRED", 5)];

/// The number of a stored state; a name of no state is -1.
fn number(name: &str) -> i64 {
    STATES.iter().find(|(own, _)| *own == name).map_or(-1, |(_, number)| *number)
}

#[cfg(test)]
mod tests;
