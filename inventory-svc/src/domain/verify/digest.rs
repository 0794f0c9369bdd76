//! Whether rows say what they were written with: also texts, times, and what no sum depends on.

use super::{FaultKind, ReservationFact};
use crate::domain::stock::StockKey;

/// The digest of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest {
    /// As the row carries it; none if a version before digests wrote the row, or if somebody took it away.
    pub(crate) carried: Option<i64>,
    /// Of what the row says.
    pub(crate) said: i64,
}

impl Digest {
    /// What a row has to say: whatever it says if it carries no digest.
    pub(super) fn expected(self) -> i64 {
        self.carried.unwrap_or(self.said)
    }
}

impl ReservationFact {
    /// The digests of its rows, each with the fault that it is if it is wrong.
    pub(super) fn digests(&self) -> impl Iterator<Item = (FaultKind, Option<StockKey>, Digest)> {
        let own = self.digest.into_iter().map(|digest| (FaultKind::ReservationDigest, None, digest));
        let items = self.items.values().map(|item| (FaultKind::ItemDigest, None, item.digest));
        let lines = self.lines.iter().map(|line| (FaultKind::LineDigest, Some(line.key), line.digest));
        own.chain(items).chain(lines)
    }
}

#[cfg(test)]
impl Digest {
    /// Of a row that says what it was written with.
    pub(crate) const SOUND: Self = Self { carried: Some(7), said: 7 };
}
