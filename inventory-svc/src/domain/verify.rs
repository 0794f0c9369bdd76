//! Whether a ledger proves itself: sums, chains and open reservation lines against the rows that orders are served from.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::stock::{Quantities, StockKey};

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FaultKind {
    /// Units on hand are not the sum of the movements.
    OnHand,
    /// Units reserved are not the sum of the movements.
    Reserved,
    /// Units reserved are not the sum of the open reservation lines.
    Reservation,
    /// A movement does not follow from the one before it.
    Movement,
    /// The stock's sequence is not that of its last movement, or a number is missing.
    Sequence,
    /// An item's units do not add up, or a component's differ from its item's.
    Item,
}

/// A row that contradicts the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) key: Option<StockKey>,
    pub(crate) sequence: Option<i64>,
    pub(crate) reservation_id: Option<Uuid>,
    pub(crate) expected: i64,
    pub(crate) found: i64,
}

/// What was checked and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) stock_rows: i64,
    pub(crate) movements: i64,
    pub(crate) reservations: i64,
    /// The first fault of each kind, by ISKU and location.
    pub(crate) faults: Vec<Fault>,
}

/// One ledger row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MovementFact {
    pub(crate) key: StockKey,
    pub(crate) on_hand_delta: i64,
    pub(crate) reserved_delta: i64,
    /// The quantities after it and its number.
    pub(crate) after: Quantities,
}

/// One component of one item, summed over its locations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ItemFact {
    pub(crate) reservation_id: Uuid,
    /// Units of the listing: quantity, and what of it is held, shipped and released.
    pub(crate) quantity: i64,
    pub(crate) item: Units,
    /// Units of the ISKU in one unit of the listing.
    pub(crate) per_unit: i64,
    pub(crate) component: Units,
}

/// What became of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Units {
    pub(crate) held: i64,
    pub(crate) shipped: i64,
    pub(crate) released: i64,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    on_hand: i64,
    reserved: i64,
    last: Quantities,
    open: i64,
}

/// A proof in the making: feed it the ledger in order of ISKU, location and sequence, then everything else.
#[derive(Default)]
pub(crate) struct Proof {
    sums: BTreeMap<StockKey, Sums>,
    faults: BTreeMap<FaultKind, Fault>,
    movements: i64,
    reservations: i64,
}

impl Proof {
    /// The next ledger row.
    pub(crate) fn movement(&mut self, fact: &MovementFact) {
        self.movements = self.movements.saturating_add(1);
        let sums = self.sums.entry(fact.key).or_default();
        let before = std::mem::replace(&mut sums.last, fact.after);
        sums.on_hand = sums.on_hand.saturating_add(fact.on_hand_delta);
        sums.reserved = sums.reserved.saturating_add(fact.reserved_delta);
        let key = Some(fact.key);
        let sequence = Some(fact.after.sequence);
        let follows = [
            (FaultKind::Sequence, before.sequence.saturating_add(1), fact.after.sequence),
            (FaultKind::Movement, before.on_hand.saturating_add(fact.on_hand_delta), fact.after.on_hand),
            (FaultKind::Movement, before.reserved.saturating_add(fact.reserved_delta), fact.after.reserved),
        ];
        for (kind, expected, found) in follows {
            self.compare(Fault { kind, key, sequence, reservation_id: None, expected, found });
        }
    }

    /// What open reservation lines hold of a stock row.
    pub(crate) fn open_lines(&mut self, key: StockKey, units: i64) {
        self.sums.entry(key).or_default().open = units;
    }

    /// How many reservations there are.
    pub(crate) fn reservations(&mut self, count: i64) {
        self.reservations = count;
    }

    /// One component of one item.
    pub(crate) fn item(&mut self, fact: &ItemFact) {
        let Units { held, shipped, released } = fact.item;
        let times = |units: i64| units.saturating_mul(fact.per_unit);
        let sums = [
            (fact.quantity, held.saturating_add(shipped).saturating_add(released)),
            (times(held), fact.component.held),
            (times(shipped), fact.component.shipped),
            (times(released), fact.component.released),
        ];
        for (expected, found) in sums {
            let reservation_id = Some(fact.reservation_id);
            self.compare(Fault { kind: FaultKind::Item, key: None, sequence: None, reservation_id, expected, found });
        }
    }

    /// Compares with the stock rows: all of them.
    pub(crate) fn finish(mut self, stock: &BTreeMap<StockKey, Quantities>) -> Report {
        let mut sums = std::mem::take(&mut self.sums);
        for key in stock.keys() {
            sums.entry(*key).or_default();
        }
        for (key, sums) in sums {
            let row = stock.get(&key).copied().unwrap_or_default();
            let fault = |kind, expected, found| Fault {
                kind,
                key: Some(key),
                sequence: (kind == FaultKind::Sequence).then_some(row.sequence),
                reservation_id: None,
                expected,
                found,
            };
            self.compare(fault(FaultKind::OnHand, sums.on_hand, row.on_hand));
            self.compare(fault(FaultKind::Reserved, sums.reserved, row.reserved));
            self.compare(fault(FaultKind::Reservation, sums.open, row.reserved));
            self.compare(fault(FaultKind::Sequence, sums.last.sequence, row.sequence));
        }
        Report {
            stock_rows: i64::try_from(stock.len()).unwrap_or(i64::MAX),
            movements: self.movements,
            reservations: self.reservations,
            faults: self.faults.into_values().collect(),
        }
    }

    fn compare(&mut self, fault: Fault) {
        if fault.expected != fault.found {
            self.faults.entry(fault.kind).or_insert(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{isku::IskuId, location::LocationId};

    const KEY: StockKey = StockKey { isku_id: IskuId(7), location_id: LocationId::DEFAULT };

    fn row(on_hand: i64, reserved: i64, sequence: i64) -> Quantities {
        Quantities { on_hand, reserved, sequence }
    }

    fn check(movements: &[(i64, i64, Quantities)], open: i64, stock: Quantities, expected: &[(FaultKind, i64, i64)]) {
        let mut proof = Proof::default();
        for (on_hand_delta, reserved_delta, after) in movements.iter().copied() {
            proof.movement(&MovementFact { key: KEY, on_hand_delta, reserved_delta, after });
        }
        proof.open_lines(KEY, open);

        let report = proof.finish(&BTreeMap::from([(KEY, stock)]));

        let faults: Vec<_> = report.faults.iter().map(|fault| (fault.kind, fault.expected, fault.found)).collect();
        assert_eq!(faults, expected, "{movements:?} {stock:?}");
    }

    #[test]
    fn a_ledger_proves_itself_or_names_what_contradicts_it() {
        let good = [(10, 0, row(10, 0, 1)), (0, 4, row(10, 4, 2)), (-4, -4, row(6, 0, 3))];

        check(&[], 0, row(0, 0, 0), &[]);
        check(&good, 0, row(6, 0, 3), &[]);
        check(&good[..2], 4, row(10, 4, 2), &[]);
        check(&good, 0, row(7, 0, 3), &[(FaultKind::OnHand, 6, 7)]);
        check(&good, 1, row(6, 1, 3), &[(FaultKind::Reserved, 0, 1)]);
        check(&good[..2], 3, row(10, 4, 2), &[(FaultKind::Reservation, 3, 4)]);
        check(&[(10, 0, row(9, 0, 1))], 0, row(10, 0, 1), &[(FaultKind::Movement, 10, 9)]);
        check(&[(10, 0, row(10, 0, 2))], 0, row(10, 0, 2), &[(FaultKind::Sequence, 1, 2)]);
        check(&good, 0, row(6, 0, 4), &[(FaultKind::Sequence, 3, 4)]);
        check(&[], 0, row(5, 0, 0), &[(FaultKind::OnHand, 0, 5)]);
    }

    #[test]
    fn items_and_their_components_add_up() {
        let check = |quantity, item: [i64; 3], per_unit, component: [i64; 3], expected: &[(i64, i64)]| {
            let units = |[held, shipped, released]: [i64; 3]| Units { held, shipped, released };
            let reservation_id = Uuid::nil();
            let mut proof = Proof::default();
            proof.item(&ItemFact {
                reservation_id,
                quantity,
                item: units(item),
                per_unit,
                component: units(component),
            });
            let faults = proof.finish(&BTreeMap::new()).faults;
            assert_eq!(faults.iter().map(|fault| (fault.expected, fault.found)).collect::<Vec<_>>(), expected);
        };

        check(3, [1, 1, 1], 2, [2, 2, 2], &[]);
        check(4, [1, 1, 1], 2, [2, 2, 2], &[(4, 3)]);
        check(3, [1, 1, 1], 2, [2, 1, 2], &[(2, 1)]);
    }
}
