//! Watching the ledger: where a watch may go on, and what of the ledger it tells.

use std::collections::{BTreeMap, BTreeSet};

use shared::{code::Code, time::Micros};

use super::{Error, isku::IskuId, location::LocationId, stock::Stock};

/// Which ledger it is. A restored backup is another one, though it has the same name and the same rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// The database's own identity, where it has one.
    pub(crate) database: String,
    /// Changes when the database is declared restored; 0 for a merchant of whom nothing is there yet.
    pub(crate) declared: i64,
}

impl Epoch {
    /// Whether what was told of this ledger is the beginning of the other one. Of nothing, nothing was told.
    fn is_continued_by(&self, later: &Self) -> bool {
        self.database == later.database && (self.declared == later.declared || self.declared == 0)
    }
}

/// A place in the ledger, in the order in which it is told: by batch, and in a batch by key and sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) batch: i64,
    pub(crate) isku_id: IskuId,
    pub(crate) location_id: LocationId,
    pub(crate) sequence: i64,
}

impl Position {
    /// Before all rows of a batch, behind all of the one before.
    pub(crate) fn before(batch: i64) -> Self {
        Self { batch, isku_id: IskuId(i64::MIN), location_id: LocationId(i64::MIN), sequence: i64::MIN }
    }

    /// The stock row that moved.
    pub(crate) fn key(&self) -> (IskuId, LocationId) {
        (self.isku_id, self.location_id)
    }
}

/// How far a watch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is told the stock as it was before the batch `horizon`, by key, up to `after`; then the ledger from there.
    Snapshot { horizon: i64, after: (IskuId, LocationId) },
    /// It was told the ledger up to here.
    Ledger(Position),
}

impl Place {
    /// The beginning of a snapshot.
    pub(crate) fn snapshot(horizon: i64) -> Self {
        Self::Snapshot { horizon, after: (IskuId(i64::MIN), LocationId(i64::MIN)) }
    }

    fn batch(self) -> i64 {
        match self {
            Self::Snapshot { horizon, .. } => horizon,
            Self::Ledger(position) => position.batch,
        }
    }
}

/// What a watch goes on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) epoch: Epoch,
    /// When it was given out.
    pub(crate) time: Micros,
    pub(crate) place: Place,
}

/// The end of a merchant's ledger as it was at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) epoch: Epoch,
    /// No row of a batch below it can still come; what is there of them can be told.
    pub(crate) horizon: i64,
    /// The newest batch that is committed; it may be beyond the horizon.
    pub(crate) newest: i64,
    /// When the oldest row beyond the horizon was written: it has to wait for an older transaction.
    pub(crate) held_back: Option<Micros>,
    pub(crate) now: Micros,
}

impl Tip {
    /// Whether a place has anything to be told up to this end.
    pub(crate) fn is_beyond(&self, place: Place) -> bool {
        match place {
            Place::Snapshot { .. } => true,
            Place::Ledger(position) => self.newest >= position.batch && self.horizon > position.batch,
        }
    }

    /// Microseconds since `time`, or since the oldest row that is held back.
    pub(crate) fn lag_since(&self, time: Option<Micros>) -> i64 {
        let oldest = self.held_back.into_iter().chain(time).min();
        oldest.map_or(0, |oldest| self.now.0.saturating_sub(oldest.0).max(0))
    }

    /// Passes if this end belongs to the ledger that a watch has seen the end of before.
    pub(crate) fn continues(&self, before: &Self) -> Result<(), Error> {
        let continued = before.epoch.is_continued_by(&self.epoch) && before.horizon <= self.horizon;
        if continued { Ok(()) } else { Err(Error::CursorStale(Stale::Restored)) }
    }
}

/// Why no watch can go on from a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    /// The database was restored, or is another one.
    Restored,
    /// The ledger is not there yet.
    Future,
    /// It was given out too long ago.
    TooOld { keep_hours: u32 },
}

impl Cursor {
    /// Where to go on, or why not.
    pub(crate) fn judge(&self, tip: &Tip, keep_hours: u32) -> Result<Place, Error> {
        const HOUR_US: i64 = 3_600_000_000;
        let stale = if !self.epoch.is_continued_by(&tip.epoch) {
            Stale::Restored
        } else if self.place.batch() > tip.horizon {
            Stale::Future
        } else if tip.now.0.saturating_sub(self.time.0) > i64::from(keep_hours).saturating_mul(HOUR_US) {
            Stale::TooOld { keep_hours }
        } else {
            return Ok(self.place);
        };
        Err(Error::CursorStale(stale))
    }
}

/// Stock after one row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) position: Position,
    pub(crate) time: Micros,
    pub(crate) stock: Stock,
}

/// Whose stock is told; all if `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) iskus: Option<BTreeSet<IskuId>>,
    pub(crate) locations: Option<BTreeSet<LocationId>>,
}

/// Which of several states of one ISKU and location are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    Every,
    Latest,
}

/// What a watch tells of rows that follow each other.
pub(crate) fn told(rows: Vec<State>, filter: &Filter, telling: Telling) -> Vec<Stock> {
    let mut last: BTreeMap<(IskuId, LocationId), i64> = BTreeMap::new();
    if telling == Telling::Latest {
        last.extend(rows.iter().map(|row| (row.position.key(), row.position.sequence)));
    }
    let is_told = |row: &State| {
        let Position { isku_id, location_id, sequence, .. } = row.position;
        filter.iskus.as_ref().is_none_or(|asked| asked.contains(&isku_id))
            && filter.locations.as_ref().is_none_or(|asked| asked.contains(&location_id))
            && last.get(&row.position.key()).is_none_or(|last| *last == sequence)
    };
    rows.into_iter().filter(is_told).map(|row| row.stock).collect()
}

/// What a watch is asked for, in the caller's words.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    pub(crate) start: Start,
    pub(crate) telling: Telling,
    /// All if empty.
    pub(crate) isku_codes: BTreeSet<Code>,
    /// All if empty.
    pub(crate) locations: BTreeSet<Code>,
}

/// Where a watch begins.
#[derive(Clone, Debug)]
pub(crate) enum Start {
    Now,
    Snapshot,
    Cursor(Cursor),
}

#[cfg(test)]
mod tests;
