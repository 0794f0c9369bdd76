//! Rows of the ledger.

mod told;

use shared::{code::Code, identity::OrderKey, time::Micros};
use uuid::Uuid;

pub(crate) use self::told::told;
use super::{isku::IskuId, location::LocationId};

/// Names that are stored and told to callers.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $($variant),+
        }

        impl $name {
            /// All of them.
            #[cfg(test)]
            pub(crate) const ALL: [Self; [$($text),+].len()] = [$(Self::$variant),+];

            /// Its name in the ledger.
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }

            /// The one of this name.
            pub(crate) fn parse(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

named!(
    /// What changed stock.
    Kind {
        Opening = "OPENING",
        Receipt = "RECEIPT",
        Adjust = "ADJUST",
        Count = "COUNT",
        TransferOut = "TRANSFER_OUT",
        TransferIn = "TRANSFER_IN",
        Reserve = "RESERVE",
        Release = "RELEASE",
        Expire = "EXPIRE",
        Ship = "SHIP",
        Return = "RETURN",
    }
);

named!(
    /// Why the units on hand were not what they should be.
    Reason {
        Damaged = "DAMAGED",
        Lost = "LOST",
        Stolen = "STOLEN",
        Spoiled = "SPOILED",
        Found = "FOUND",
        WriteOff = "WRITE_OFF",
        Correction = "CORRECTION",
        Other = "OTHER",
    }
);

/// One immutable ledger row.
#[derive(Clone, Debug, PartialEq)]
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
    /// Why, of an adjustment.
    pub(crate) reason: Option<Reason>,
    pub(crate) document: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) actor: String,
    pub(crate) request_id: String,
    pub(crate) create_time: Micros,
}

/// What was sold, of a movement that a reservation caused.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cause {
    pub(crate) reservation_id: Uuid,
    pub(crate) order: OrderKey,
    pub(crate) csku: Code,
}
