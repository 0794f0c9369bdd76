//! What a database error means for the caller. Never guesses at constraints: those are judged where they can arise.

use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// The kind of a database error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The database cannot be reached, is shutting down, or has no connection left.
    Away,
    /// A serialization failure, a deadlock or a busy database: the operation may be run again.
    Contention,
    /// Anything else: an error of ours.
    Other,
}

pub(super) const OVERTAKEN: &str = "overtaken by another transaction";

impl Fault {
    /// Sorts an error by the driver's code.
    pub fn of(error: &DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) => Self::Away,
            DbErr::Custom(text) if text == OVERTAKEN => Self::Contention,
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => Self::of_driver(error),
            _ => Self::Other,
        }
    }

    fn of_driver(error: &SqlxError) -> Self {
        if let Some(database) = error.as_database_error() {
            return database.code().map_or(Self::Other, |code| Self::of_code(&code));
        }
        match error {
            SqlxError::Io(_)
            | SqlxError::Tls(_)
            | SqlxError::PoolTimedOut
            | SqlxError::PoolClosed
            | SqlxError::WorkerCrashed => Self::Away,
            _ => Self::Other,
        }
    }

    /// PostgreSQL: SQLSTATE. SQLite: the extended result code.
    fn of_code(code: &str) -> Self {
        match code {
            "40001" | "40P01" | "5" | "6" | "261" | "517" => Self::Contention,
            // Also a statement that the database gave up after `statement_timeout_ms`.
            "57014" | "57P01" | "57P02" | "57P03" | "53300" => Self::Away,
            connection if connection.len() == 5 && connection.starts_with("08") => Self::Away,
            _ => Self::Other,
        }
    }
}
