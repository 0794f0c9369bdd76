//! Points in time as the database keeps them. Reads no clock.

use serde::{Deserialize, Serialize};

/// Microseconds since the Unix epoch, by the database's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// Of a `google.protobuf.Timestamp`; what is beyond the range is its end.
    pub fn from_seconds_and_nanos(seconds: i64, nanos: i32) -> Self {
        Self(seconds.saturating_mul(1_000_000).saturating_add(i64::from(nanos / 1_000)))
    }

    /// Seconds and nanoseconds of a `google.protobuf.Timestamp`.
    pub fn seconds_and_nanos(self) -> (i64, i32) {
        let nanos = i32::try_from(self.0.rem_euclid(1_000_000) * 1_000).unwrap_or(0);
        (self.0.div_euclid(1_000_000), nanos)
    }
}
