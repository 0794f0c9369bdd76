//! What callers keep of lists and watches, often beyond a deploy: the arguments that a token belongs to and the place it goes on from.
//!
//! Both are in forms of their own, in version 1. An argument that comes later is an element of its own, there only if it is given.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use shared::{
    identity::OrderKey,
    page_token,
    refusal::Refusal,
    stored::{Form, Read, Unreadable, v1},
    stored_struct,
};

use crate::{
    domain::{
        isku::IskuId,
        location::LocationId,
        watch::{self, Position},
    },
    inventory,
};

/// Writes a token that goes on from a place.
pub(super) fn write<F: Form<D> + Serialize, D>(arguments: &impl Serialize, place: &D) -> String {
    page_token::encode(arguments, &F::of(place))
}

/// Reads a token; `None` for the first page.
pub(super) fn read<F: Read<D> + serde::de::DeserializeOwned, D>(
    token: &str,
    arguments: &impl Serialize,
) -> Result<Option<D>, Refusal> {
    let place: Option<F> = page_token::decode(token, arguments)?;
    place.map(F::read).transpose().map_err(|_| page_token::refused())
}

/// An order that a list is of.
pub(super) fn order(key: &OrderKey) -> v1::OrderKey {
    Form::of(key)
}

/// A place in a list of movements: time, ISKU, location, sequence.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Place(i64, i64, i64, i64);

impl Form<inventory::Cursor> for Place {
    fn of(value: &inventory::Cursor) -> Self {
        Self(value.0, value.1.0, value.2.0, value.3)
    }
}

impl Read<inventory::Cursor> for Place {
    fn read(self) -> Result<inventory::Cursor, Unreadable> {
        Ok(inventory::Cursor(self.0, IskuId(self.1), LocationId(self.2), self.3))
    }
}

stored_struct! {
    /// How far a watch is.
    WatchCursor = watch::Cursor { epoch: Epoch, time: i64, place: WatchPlace }

    /// Which ledger it is.
    Epoch = watch::Epoch { database: String, declared: i64 }

    /// A place in the ledger.
    WatchPosition = Position { batch: i64, isku_id: i64, location_id: i64, sequence: i64 }
}

/// What a watch was told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum WatchPlace {
    Snapshot { horizon: i64, after: (i64, i64) },
    Ledger(WatchPosition),
}

impl Form<watch::Place> for WatchPlace {
    fn of(value: &watch::Place) -> Self {
        match value {
            watch::Place::Snapshot { horizon, after } => Self::Snapshot { horizon: *horizon, after: Form::of(after) },
            watch::Place::Ledger(position) => Self::Ledger(Form::of(position)),
        }
    }
}

impl Read<watch::Place> for WatchPlace {
    fn read(self) -> Result<watch::Place, Unreadable> {
        Ok(match self {
            Self::Snapshot { horizon, after } => watch::Place::Snapshot { horizon, after: after.read()? },
            Self::Ledger(position) => watch::Place::Ledger(position.read()?),
        })
    }
}
