//! What a database error means for the caller. Never guesses at constraints: those are judged where they can arise.

use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// The kind of a database error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The database cannot be reached.
    Away,
    /// The connection broke: the transaction is undone, and the operation may be run again.
    Lost,
    /// The connection broke in COMMIT: done or undone, and the operation, run again, finds out by its request id.
    InDoubt,
    /// No connection came free in time: more calls than the database takes at once.
    Crowded,
    /// Nobody waits any more, or a statement took longer than it may; the transaction is undone.
    Late,
    /// A serialization failure, a deadlock or a busy database: the operation may be run again.
    Contention,
    /// Anything else: an error of ours.
    Other,
}

const OVERTAKEN: &str = "overtaken by another transaction";
const CROWDED: &str = "no connection came free in time";
const LATE: &str = "nobody waits any more";
const IN_DOUBT: &str = "COMMIT was not answered: ";

/// The error of a transaction that found its facts overtaken and must be run again.
pub fn overtaken() -> DbErr {
    DbErr::Custom(OVERTAKEN.to_owned())
}

/// The error of an operation that was not begun because nobody waits for it any more.
pub fn late() -> DbErr {
    DbErr::Custom(LATE.to_owned())
}

/// The error of an operation that waited too long for its turn.
pub fn crowded() -> DbErr {
    DbErr::Custom(CROWDED.to_owned())
}

/// What an error of COMMIT means: definite, if the database sent it.
pub(super) fn of_commit(error: DbErr) -> DbErr {
    match Fault::of(&error) {
        Fault::Lost | Fault::Away => DbErr::Custom(format!("{IN_DOUBT}{error}")),
        Fault::InDoubt | Fault::Crowded | Fault::Late | Fault::Contention | Fault::Other => error,
    }
}

/// An error that may be the database's.
pub trait Faulted {
    /// What went wrong with the database, if it was that.
    fn fault(&self) -> Option<Fault>;
}

impl Faulted for DbErr {
    fn fault(&self) -> Option<Fault> {
        Some(Fault::of(self))
    }
}

impl Fault {
    /// Sorts an error by the driver's code.
    pub fn of(error: &DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) => Self::Away,
            DbErr::Custom(text) => Self::of_ours(text),
            // A server that stops while somebody connects says something that is no answer, or half of one.
            DbErr::Conn(RuntimeErr::SqlxError(error)) => match (error.as_ref(), Self::of_driver(error)) {
                (SqlxError::Protocol(_), _) | (_, Self::Lost) => Self::Away,
                (_, fault) => fault,
            },
            DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
                Self::of_driver(error)
            }
            _ => Self::Other,
        }
    }

    fn of_ours(text: &str) -> Self {
        match text {
            OVERTAKEN => Self::Contention,
            CROWDED => Self::Crowded,
            LATE => Self::Late,
            text if text.starts_with(IN_DOUBT) => Self::InDoubt,
            _ => Self::Other,
        }
    }

    fn of_driver(error: &SqlxError) -> Self {
        if let Some(database) = error.as_database_error() {
            return database.code().map_or(Self::Other, |code| Self::of_code(&code));
        }
        match error {
            SqlxError::Io(_) => Self::Lost,
            SqlxError::Tls(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => {
                Self::Away
            }
            _ => Self::Other,
        }
    }

    /// PostgreSQL: SQLSTATE. SQLite: the extended result code.
    fn of_code(code: &str) -> Self {
        match code {
            "40001" | "40P01" | "5" | "6" | "261" | "517" => Self::Contention,
            // The limits that a transaction begins with, or an operator who cancels it.
            "57014" | "55P03" => Self::Late,
            // The server is stopped, or was.
            "57P01" | "57P02" => Self::Lost,
            "57P03" | "53300" => Self::Away,
            connection if connection.len() == 5 && connection.starts_with("08") => Self::Lost,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use sea_orm::ConnAcquireErr;

    use super::*;

    fn broken() -> RuntimeErr {
        RuntimeErr::SqlxError(Arc::new(SqlxError::Io(io::ErrorKind::UnexpectedEof.into())))
    }

    #[test]
    fn what_went_wrong_is_told_apart() {
        let check = |error: DbErr, expected: Fault| assert_eq!(Fault::of(&error), expected, "{error}");
        check(DbErr::Conn(broken()), Fault::Away);
        let garbled = SqlxError::Protocol("unexpected response from SSLRequest: 0x00".into());
        check(DbErr::Conn(RuntimeErr::SqlxError(Arc::new(garbled))), Fault::Away);
        check(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout), Fault::Away);
        check(DbErr::Query(broken()), Fault::Lost);
        check(DbErr::Exec(broken()), Fault::Lost);
        check(of_commit(DbErr::Query(broken())), Fault::InDoubt);
        check(of_commit(overtaken()), Fault::Contention);
        check(crowded(), Fault::Crowded);
        check(late(), Fault::Late);
        check(DbErr::Custom("else".to_owned()), Fault::Other);
    }

    #[test]
    fn codes_are_told_apart() {
        let check = |code: &str, expected: Fault| assert_eq!(Fault::of_code(code), expected, "{code}");
        check("40001", Fault::Contention);
        check("517", Fault::Contention);
        check("57014", Fault::Late);
        check("55P03", Fault::Late);
        check("57P01", Fault::Lost);
        check("08006", Fault::Lost);
        check("57P03", Fault::Away);
        check("23505", Fault::Other);
    }
}
