//! What a batch of commands changes: rows that are to be written at once.

use std::collections::BTreeMap;

use shared::{code::Code, identity::RequestId};
use uuid::Uuid;

use super::{
    isku::{Isku, IskuId, Naming},
    location::{Location, LocationId},
    movement::Movement,
    reservation::Reservation,
    stock::{Known, Quantities, StockKey},
};

/// What a batch of commands changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    pub(crate) iskus: BTreeMap<IskuId, (Write, Isku)>,
    pub(crate) codes: BTreeMap<Code, CodeChange>,
    pub(crate) locations: BTreeMap<LocationId, (Write, Location)>,
    pub(crate) stock: BTreeMap<StockKey, StockChange>,
    pub(crate) movements: Vec<Movement>,
    pub(crate) reservations: BTreeMap<Uuid, (Rewrite, Reservation)>,
    pub(crate) requests: BTreeMap<RequestId, Known>,
}

impl Changes {
    /// Whether nothing is to be written.
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What a code names from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CodeChange {
    pub(crate) isku_id: IskuId,
    pub(crate) naming: Naming,
    pub(crate) write: Write,
}

/// New quantities of a stock row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StockChange {
    /// The sequence that the decision was made on.
    pub(crate) sequence_before: i64,
    pub(crate) after: Quantities,
    pub(crate) write: Write,
}

/// How a row gets written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    /// It is not in the database.
    Insert,
    /// It is there.
    Update,
}

impl Write {
    /// How a row gets written of which this was decided before, if anything was.
    pub(super) fn after(before: Option<Self>, is_known: bool) -> Self {
        before.unwrap_or(if is_known { Self::Update } else { Self::Insert })
    }
}

/// How a reservation gets written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rewrite {
    /// It is not in the database.
    Insert,
    /// It is there, and its items and their places are the same.
    Update,
    /// It is there, and has other items or places.
    Replace,
}

impl Rewrite {
    pub(super) fn after(self, before: Option<Self>) -> Self {
        match (before, self) {
            (Some(Self::Insert), _) => Self::Insert,
            (Some(Self::Replace), _) => Self::Replace,
            (Some(Self::Update) | None, own) => own,
        }
    }
}
