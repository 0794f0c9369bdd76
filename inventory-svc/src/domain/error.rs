//! What a caller can be refused for, as data.

use shared::code::Code;
use uuid::Uuid;

use super::{isku::Isku, reservation::State, same_goods::Candidate, watch::Stale};

/// A refusal: which rule, and the names and numbers that the caller needs to act on it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Error {
    /// The request id was used before with other content.
    RequestIdReused,
    /// No ISKU has this code.
    IskuNotFound { isku_code: Code },
    /// The code belongs to an ISKU already, as its code or as an alias.
    IskuExists { isku_code: Code },
    /// These ISKUs may be the same goods, or the code is a power of ten that other codes may have become, too.
    SameGoods { isku_code: Code, candidates: Vec<Candidate> },
    /// The ISKU is archived.
    IskuArchived { isku: Box<Isku> },
    /// The ISKU has units, on hand or promised.
    IskuHasStock { isku_code: Code, on_hand: i64, reserved: i64 },
    /// The ISKU or location was changed since the caller saw it.
    EtagMismatch { revision: i64 },
    /// No location has this code.
    LocationNotFound { location: String },
    /// The code belongs to a location already.
    LocationExists { location: Code },
    /// The merchant has as many locations as it may have.
    TooManyLocations,
    /// The stock was changed since it was counted.
    SequenceMismatch { isku_code: Code, expected: i64, found: i64 },
    /// Less would be on hand than is reserved, and these reservations, the newest first, are in the way.
    BelowReserved { isku_code: Code, location: Code, on_hand: i64, reserved: i64, reservation_ids: Vec<Uuid> },
    /// Less available than requested; every ISKU that is short.
    InsufficientStock { short: Vec<Shortage> },
    /// No reservation has this id, or none was made for this order.
    ReservationNotFound,
    /// The expiry lies in the past, or too far ahead.
    ExpiryOutOfRange,
    /// The order is reserved with other lines.
    OrderDiffers { reservation_id: Uuid },
    /// Nothing is held any more, or ever again.
    ReservationClosed { reservation_id: Uuid, state: State },
    /// Shipped units cannot be released.
    ReservationShipped { reservation_id: Uuid },
    /// More units than the item holds.
    MoreThanHeld { csku: Code, requested: i64, held: i64 },
    /// More units than the item has shipped and not got back.
    MoreThanShipped { csku: Code, requested: i64, shipped: i64 },
    /// An order cannot want less than it has been shipped.
    LessThanShipped { csku: Code, ordered: i64, shipped: i64 },
    /// The reservation has no item of this CSKU.
    ItemNotFound { csku: Code },
    /// A quantity would leave the range of 64-bit whole units.
    QuantityOverflow { isku_code: Code },
    /// No watch can go on from this cursor.
    CursorStale(Stale),
}

/// One ISKU of which there is less than requested.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shortage {
    /// The ISKU.
    pub(crate) isku_code: Code,
    /// Units that the whole order needs.
    pub(crate) requested: i64,
    /// Units that can be had for it: available, and in whole kits where kits need it.
    pub(crate) available: i64,
}
