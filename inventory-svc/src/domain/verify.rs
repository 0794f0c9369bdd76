//! Whether a ledger proves itself: sums, chains and open reservation lines against the rows that orders are served from.
//!
//! Fed piece by piece, and remembers one ISKU at one location and the faults: a ledger may be of any size.

mod digest;
mod reservation;

use std::{collections::BTreeMap, fmt};

use uuid::Uuid;

pub(crate) use self::{
    digest::Digest,
    reservation::{ItemFact, LineFact, Moved, ReservationFact, Units},
};
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
    /// A reservation's state is not the one that its units make.
    State,
    /// A reservation's units held or shipped are not the sum of its movements.
    Trace,
    /// Units that came back are not the sum of the movements that brought them.
    Return,
    /// What is short contradicts what is ordered, or the reservation is not marked as its items are.
    Short,
    /// A line is not due when its reservation is.
    Expiry,
    /// A movement does not match its digest.
    MovementDigest,
    /// A reservation does not match its digest.
    ReservationDigest,
    /// An item does not match its digest.
    ItemDigest,
    /// A line does not match its digest.
    LineDigest,
    /// A row has a value that its column cannot have.
    Unreadable,
}

/// Where a value is in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) table: &'static str,
    /// The database's own number of the row.
    pub(crate) row: i64,
    pub(crate) column: &'static str,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.table, self.row, self.column)
    }
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
    pub(crate) place: Option<Place>,
}

/// What was checked and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) stock_rows: i64,
    pub(crate) movements: i64,
    pub(crate) reservations: i64,
    /// Movements and rows of reservations of which only the arithmetic was checked.
    pub(crate) rows_without_digest: i64,
    /// The first fault of each kind, by ISKU and location, then by reservation.
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
    pub(crate) digest: Digest,
}

/// What movements make of one ISKU at one location.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    on_hand: i64,
    reserved: i64,
    last: Quantities,
}

/// A proof in the making: feed it each ISKU and location with its movements in order, settle that, then each reservation.
#[derive(Debug, Default)]
pub(crate) struct Proof {
    sums: Sums,
    faults: BTreeMap<FaultKind, Fault>,
    stock_rows: i64,
    movements: i64,
    reservations: i64,
    rows_without_digest: i64,
}

impl Proof {
    /// The next ledger row of the ISKU and location that is settled next.
    pub(crate) fn movement(&mut self, fact: &MovementFact) {
        self.movements = self.movements.saturating_add(1);
        self.count(fact.digest);
        let before = std::mem::replace(&mut self.sums.last, fact.after);
        self.sums.on_hand = self.sums.on_hand.saturating_add(fact.on_hand_delta);
        self.sums.reserved = self.sums.reserved.saturating_add(fact.reserved_delta);
        let key = Some(fact.key);
        let sequence = Some(fact.after.sequence);
        let follows = [
            (FaultKind::Sequence, before.sequence.saturating_add(1), fact.after.sequence),
            (FaultKind::Movement, before.on_hand.saturating_add(fact.on_hand_delta), fact.after.on_hand),
            (FaultKind::Movement, before.reserved.saturating_add(fact.reserved_delta), fact.after.reserved),
            (FaultKind::MovementDigest, fact.digest.expected(), fact.digest.said),
        ];
        for (kind, expected, found) in follows {
            self.compare(Fault { kind, key, sequence, reservation_id: None, expected, found, place: None });
        }
    }

    /// Compares all movements of an ISKU and location with its stock row, if there is one, and with the open reservation lines.
    pub(crate) fn settle(&mut self, key: StockKey, row: Option<Quantities>, open: i64) {
        let sums = std::mem::take(&mut self.sums);
        self.stock_rows = self.stock_rows.saturating_add(i64::from(row.is_some()));
        let row = row.unwrap_or_default();
        let fault = |kind, expected, found| Fault {
            kind,
            key: Some(key),
            sequence: (kind == FaultKind::Sequence).then_some(row.sequence),
            reservation_id: None,
            expected,
            found,
            place: None,
        };
        self.compare(fault(FaultKind::OnHand, sums.on_hand, row.on_hand));
        self.compare(fault(FaultKind::Reserved, sums.reserved, row.reserved));
        self.compare(fault(FaultKind::Reservation, open, row.reserved));
        self.compare(fault(FaultKind::Sequence, sums.last.sequence, row.sequence));
    }

    /// One reservation with all that belongs to it.
    pub(crate) fn reservation(&mut self, fact: &ReservationFact) {
        self.reservations = self.reservations.saturating_add(i64::from(fact.state.is_some()));
        for fault in fact.comparisons() {
            self.compare(fault);
        }
        fact.digests().for_each(|(_, _, digest)| self.count(digest));
    }

    /// What was checked and found.
    pub(crate) fn finish(self) -> Report {
        Report {
            stock_rows: self.stock_rows,
            movements: self.movements,
            reservations: self.reservations,
            rows_without_digest: self.rows_without_digest,
            faults: self.faults.into_values().collect(),
        }
    }

    fn count(&mut self, digest: Digest) {
        let without = i64::from(digest.carried.is_none());
        self.rows_without_digest = self.rows_without_digest.saturating_add(without);
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
            proof.movement(&MovementFact { key: KEY, on_hand_delta, reserved_delta, after, digest: Digest::SOUND });
        }
        proof.settle(KEY, Some(stock), open);
        proof.settle(StockKey { isku_id: IskuId(8), ..KEY }, Some(row(0, 0, 0)), 0);

        let report = proof.finish();

        let faults: Vec<_> = report.faults.iter().map(|fault| (fault.kind, fault.expected, fault.found)).collect();
        assert_eq!(faults, expected, "{movements:?} {stock:?}");
        assert_eq!(report.stock_rows, 2);
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
    fn a_movement_matches_its_digest_or_is_counted_as_one_without() {
        let check = |digest: Digest, without: i64, expected: &[(FaultKind, Option<i64>, i64, i64)]| {
            let mut proof = Proof::default();
            proof.movement(&MovementFact {
                key: KEY,
                on_hand_delta: 5,
                reserved_delta: 0,
                after: row(5, 0, 1),
                digest,
            });
            proof.settle(KEY, Some(row(5, 0, 1)), 0);

            let report = proof.finish();

            let faults = report.faults.iter().map(|fault| (fault.kind, fault.sequence, fault.expected, fault.found));
            assert_eq!((faults.collect::<Vec<_>>().as_slice(), report.rows_without_digest), (expected, without));
        };
        check(Digest { carried: Some(3), said: 3 }, 0, &[]);
        check(Digest { carried: Some(3), said: 4 }, 0, &[(FaultKind::MovementDigest, Some(1), 3, 4)]);
        check(Digest { carried: None, said: 4 }, 1, &[]);
    }
}
