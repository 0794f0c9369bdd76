//! What SQLite and PostgreSQL say differently.

use sea_orm::{Statement, Value};

/// The database engine; statements that differ match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded; one writer.
    Sqlite,
    /// Production.
    Postgres,
}

impl Engine {
    /// sea-orm's name of it.
    pub fn backend(self) -> sea_orm::DbBackend {
        match self {
            Self::Sqlite => sea_orm::DbBackend::Sqlite,
            Self::Postgres => sea_orm::DbBackend::Postgres,
        }
    }

    /// The database's clock at a statement, not at the transaction's begin: microseconds since the Unix epoch, as an expression.
    pub fn clock_us(self) -> &'static str {
        match self {
            Self::Postgres => "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
            Self::Sqlite => "CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000",
        }
    }

    /// Goes on in a FROM clause: for each row so far, the rows of a table for which a condition holds, found by an index.
    ///
    /// Written as a join, the planner may read all that a merchant has instead: it knows little of a table that grows.
    pub fn probe(self, table: &str, condition: &str) -> String {
        match self {
            Self::Postgres => {
                format!(" CROSS JOIN LATERAL (SELECT * FROM {table} WHERE {condition} OFFSET 0) AS {table}")
            }
            // CROSS JOIN keeps SQLite to the written order of loops.
            Self::Sqlite => format!(" CROSS JOIN {table} ON {condition}"),
        }
    }

    /// Goes on in a FROM clause as [`Self::probe`] does, and keeps a row for which there is none.
    pub fn probe_if_any(self, table: &str, condition: &str) -> String {
        match self {
            Self::Postgres => {
                format!(" LEFT JOIN LATERAL (SELECT * FROM {table} WHERE {condition} OFFSET 0) AS {table} ON true")
            }
            Self::Sqlite => format!(" LEFT JOIN {table} ON {condition}"),
        }
    }

    /// How many of all connections write, and how many read, beside the one aside; at least one each.
    pub(super) fn shares(self, connections_max: u32) -> (u32, u32) {
        let shared = connections_max.saturating_sub(1);
        let writers = match self {
            Self::Sqlite => 1,
            Self::Postgres => (shared / 2).max(1),
        };
        (writers, shared.saturating_sub(writers).max(1))
    }

    /// A statement with its values; `$1`, `$2` … on both engines, or on SQLite a `?` for each.
    pub fn statement(self, sql: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.backend(), sql, values)
    }
}
