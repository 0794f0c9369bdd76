//! Places that hold stock.

use shared::code::Code;

/// Number of a location, unique per merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    pub(crate) details: LocationDetails,
    /// Grows with every change.
    pub(crate) revision: i64,
}

/// What can be changed of a location.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LocationDetails {
    pub(crate) display_name: Option<String>,
    pub(crate) selling: Selling,
    /// The lowest is taken from first.
    pub(crate) priority: i64,
}

impl Location {
    /// Locations that a merchant may have.
    pub(crate) const COUNT_MAX: usize = 200;

    /// The location that every merchant has, as it is at first.
    pub(crate) fn default_location() -> Option<Self> {
        let details = LocationDetails { display_name: None, selling: Selling::Sellable, priority: 0 };
        let code = Code::parse(DEFAULT_CODE).ok()?;
        Some(Self { location_id: LocationId::DEFAULT, code, details, revision: 1 })
    }

    /// What places are ordered by: the lowest is taken from first.
    pub(crate) fn order(&self) -> (i64, LocationId) {
        (self.details.priority, self.location_id)
    }
}

/// A location to be created.
#[derive(Clone, Debug)]
pub(crate) struct NewLocation {
    pub(crate) code: Code,
    pub(crate) details: LocationDetails,
}

/// New data of a location; what is absent stays.
#[derive(Clone, Debug)]
pub(crate) struct LocationUpdate {
    pub(crate) code: Code,
    /// The revision that the caller has seen; any if absent.
    pub(crate) revision: Option<i64>,
    /// The inner `None` takes the name away.
    pub(crate) display_name: Option<Option<String>>,
    pub(crate) selling: Option<Selling>,
    pub(crate) priority: Option<i64>,
}

/// Whether orders may take from a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selling {
    /// Orders take from it.
    Sellable,
    /// Damaged goods, returns and the like.
    Unsellable,
}
