//! Places that hold stock.

use serde::{Deserialize, Serialize};
use shared::code::Code;

/// Number of a location, unique per merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct LocationId(pub(crate) i64);

impl LocationId {
    /// The location that every merchant has.
    pub(crate) const DEFAULT: Self = Self(1);
}

/// The code of the location that every merchant has.
pub(crate) const DEFAULT_CODE: &str = "default";

/// A place that holds stock.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Location {
    pub(crate) location_id: LocationId,
    pub(crate) code: Code,
    pub(crate) selling: Selling,
    /// The lowest is taken from first.
    pub(crate) priority: i64,
}

/// Whether orders may take from a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Selling {
    /// Orders take from it.
    Sellable,
    /// Damaged goods, returns and the like.
    Unsellable,
}
