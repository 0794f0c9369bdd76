//! Columns of rows that somebody may have damaged: SQLite lets values of any type into them.
//!
//! What cannot be read is the greatest of its kind, which nothing sound has: so it contradicts the rest, and a walk does not stay where it is.

use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{
    domain::{
        isku::IskuId,
        location::LocationId,
        stock::{Quantities, StockKey},
    },
    storage::row::Columns,
};

/// Reads columns by name, whatever is in them.
pub(super) trait Readable: Columns {
    fn number(&self, column: &str) -> i64 {
        self.bigint(column).unwrap_or(i64::MAX)
    }

    fn opt_number(&self, column: &str) -> Option<i64> {
        self.opt_bigint(column).unwrap_or(Some(i64::MAX))
    }

    fn id(&self, column: &str) -> Uuid {
        self.uuid(column).unwrap_or(Uuid::max())
    }

    fn key(&self) -> StockKey {
        StockKey { isku_id: IskuId(self.number("isku_id")), location_id: LocationId(self.number("location_id")) }
    }

    fn quantities(&self, on_hand: &str, reserved: &str) -> Quantities {
        Quantities { on_hand: self.number(on_hand), reserved: self.number(reserved), sequence: self.number("sequence") }
    }
}

impl Readable for QueryResult {}
