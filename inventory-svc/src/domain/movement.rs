//! Rows of the ledger.

mod told;

use serde::{Deserialize, Serialize};
use shared::{code::Code, identity::OrderKey, time::Micros};
use uuid::Uuid;

pub(crate) use self::told::told;
use super::{isku::IskuId, location::LocationId};

/// Why stock changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Opening,
    Receipt,
    Reserve,
    Release,
    Ship,
}

impl Kind {
    const NAMES: [(Self, &'static str); 5] = [
        (Self::Opening, "OPENING"),
        (Self::Receipt, "RECEIPT"),
        (Self::Reserve, "RESERVE"),
        (Self::Release, "RELEASE"),
        (Self::Ship, "SHIP"),
    ];

    /// Its name in the ledger.
    pub(crate) fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// The kind of this name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, own)| *own == name).map(|(kind, _)| *kind)
    }
}

/// One immutable ledger row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Movement {
    pub(crate) isku_id: IskuId,
    pub(crate) isku_code: Code,
    pub(crate) location_id: LocationId,
    pub(crate) location: Code,
    /// From 1, without gaps, per ISKU and location.
    pub(crate) sequence: i64,
    pub(crate) kind: Kind,
    pub(crate) on_hand_delta: i64,
    pub(crate) reserved_delta: i64,
    pub(crate) on_hand_after: i64,
    pub(crate) reserved_after: i64,
    pub(crate) reservation: Option<Cause>,
    pub(crate) document: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) actor: String,
    pub(crate) request_id: String,
    pub(crate) create_time: Micros,
}

/// What was sold, of a movement that a reservation caused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cause {
    pub(crate) reservation_id: Uuid,
    pub(crate) order: OrderKey,
    pub(crate) csku: Code,
}
