//! Columns of a result row as domain values; what cannot be one is an error that names the column.
//! And the names of a table's columns, as its entity has them.

use sea_orm::{ColumnTrait, DbErr, IdenStatic, QueryResult};
use shared::{code::Code, time::Micros};
use uuid::Uuid;

use crate::domain::{isku::IskuId, location::LocationId};

/// The columns of a table, in the order of its entity, without some.
pub(super) fn columns_without<C: ColumnTrait>(some: &[C]) -> Vec<&'static str> {
    let left_out: Vec<&str> = some.iter().map(IdenStatic::as_str).collect();
    C::iter().map(|column| column.as_str()).filter(|column| !left_out.contains(column)).collect()
}

/// Reads columns by name.
pub(super) trait Columns {
    fn bigint(&self, column: &str) -> Result<i64, DbErr>;
    fn opt_bigint(&self, column: &str) -> Result<Option<i64>, DbErr>;
    fn text(&self, column: &str) -> Result<String, DbErr>;
    fn opt_text(&self, column: &str) -> Result<Option<String>, DbErr>;
    fn boolean(&self, column: &str) -> Result<bool, DbErr>;
    fn uuid(&self, column: &str) -> Result<Uuid, DbErr>;
    fn opt_uuid(&self, column: &str) -> Result<Option<Uuid>, DbErr>;

    /// Reads a text with the parser of what it is.
    fn parsed<T, E: std::fmt::Display>(&self, column: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, DbErr> {
        parse(&self.text(column)?).map_err(|error| DbErr::Type(format!("{column} {error}")))
    }

    fn code(&self, column: &str) -> Result<Code, DbErr> {
        self.parsed(column, Code::parse)
    }

    fn micros(&self, column: &str) -> Result<Micros, DbErr> {
        self.bigint(column).map(Micros)
    }

    fn isku_id(&self) -> Result<IskuId, DbErr> {
        self.bigint("isku_id").map(IskuId)
    }

    fn location_id(&self) -> Result<LocationId, DbErr> {
        self.bigint("location_id").map(LocationId)
    }
}

impl Columns for QueryResult {
    fn bigint(&self, column: &str) -> Result<i64, DbErr> {
        self.try_get("", column)
    }

    fn opt_bigint(&self, column: &str) -> Result<Option<i64>, DbErr> {
        self.try_get("", column)
    }

    fn text(&self, column: &str) -> Result<String, DbErr> {
        self.try_get("", column)
    }

    fn opt_text(&self, column: &str) -> Result<Option<String>, DbErr> {
        self.try_get("", column)
    }

    fn boolean(&self, column: &str) -> Result<bool, DbErr> {
        self.try_get("", column)
    }

    fn uuid(&self, column: &str) -> Result<Uuid, DbErr> {
        self.try_get("", column)
    }

    fn opt_uuid(&self, column: &str) -> Result<Option<Uuid>, DbErr> {
        self.try_get("", column)
    }
}
