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
    /// There is no room for what is to be written. It is undone, or, in COMMIT, in doubt.
    Full,
    /// What holds the data cannot be read or written, or is not what was opened. What was to be written is undone, or in doubt.
    Failed,
    /// What was read contradicts itself: nothing that this database says can be relied on.
    Corrupt,
    /// Anything else: an error of ours.
    Other,
}

const OVERTAKEN: &str = "overtaken by another transaction";
const CROWDED: &str = "no connection came free in time";
const LATE: &str = "nobody waits any more";
const IN_DOUBT: &str = "COMMIT was not answered: ";
const MOVED: &str = "the database is not the one that was opened: ";

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

/// The error of an operation on a database that somebody has taken away or replaced.
pub(super) fn moved(what: &str) -> DbErr {
    DbErr::Custom(format!("{MOVED}{what}"))
}

/// Whether the server has no connection left to give.
pub(super) fn is_too_many(error: &DbErr) -> bool {
    let DbErr::Conn(RuntimeErr::SqlxError(error)) = error else { return false };
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "53300")
}

/// What an error of COMMIT means: definite, if the database sent it.
pub(super) fn of_commit(error: DbErr) -> DbErr {
    match Fault::of(&error) {
        Fault::Lost | Fault::Away => DbErr::Custom(format!("{IN_DOUBT}{error}")),
        Fault::InDoubt
        | Fault::Crowded
        | Fault::Late
        | Fault::Contention
        | Fault::Full
        | Fault::Failed
        | Fault::Corrupt
        | Fault::Other => error,
    }
}

/// Whether an error leaves its connection as it should be: a transaction that waits for its ROLLBACK.
///
/// SQLite may have ended the transaction by itself after anything but a violated constraint. PostgreSQL keeps it until ROLLBACK, whatever
/// it says of a statement, unless it ends the connection or its data are damaged.
pub(super) fn leaves_a_sound_connection(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        // A row that was not found, a value of another type: the statement was done. A connection that could not be made is none.
        return !matches!(error, DbErr::Exec(_) | DbErr::Query(_));
    };
    let Some(code) = error.as_database_error().and_then(|error| error.code()) else { return false };
    match code.len() {
        5 => !matches!(Fault::of_sqlstate(&code), Fault::Lost | Fault::Away | Fault::Corrupt),
        _ => code.parse().is_ok_and(|code: u32| code & 0xff == sqlite::CONSTRAINT),
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
            text if text.starts_with(MOVED) => Self::Failed,
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

    /// PostgreSQL: SQLSTATE, always five characters. SQLite: the extended result code, a number of at most four digits.
    fn of_code(code: &str) -> Self {
        match code.len() {
            5 => Self::of_sqlstate(code),
            _ => code.parse().map_or(Self::Other, sqlite::fault),
        }
    }

    fn of_sqlstate(code: &str) -> Self {
        match code {
            "40001" | "40P01" => Self::Contention,
            // The limits that a transaction begins with, or an operator who cancels it.
            "57014" | "55P03" => Self::Late,
            // The server is stopped, or was.
            "57P01" | "57P02" => Self::Lost,
            "57P03" | "53300" => Self::Away,
            "53100" => Self::Full,
            "XX001" | "XX002" => Self::Corrupt,
            connection if connection.starts_with("08") => Self::Lost,
            // System errors: I/O, a file that is not there, or is there and should not be.
            system if system.starts_with("58") => Self::Failed,
            _ => Self::Other,
        }
    }
}

/// Result codes of SQLite; the lowest byte of an extended one is its kind.
mod sqlite {
    use super::Fault;

    const BUSY: u32 = 5;
    const LOCKED: u32 = 6;
    const READONLY: u32 = 8;
    const IOERR: u32 = 10;
    const CORRUPT: u32 = 11;
    const FULL: u32 = 13;
    const CANTOPEN: u32 = 14;
    pub(super) const CONSTRAINT: u32 = 19;
    const NOTADB: u32 = 26;
    /// A checksum or the file system itself says that what was read is not what was written.
    const IOERR_DATA: u32 = IOERR | (32 << 8);
    const IOERR_CORRUPTFS: u32 = IOERR | (33 << 8);

    pub(super) fn fault(code: u32) -> Fault {
        match code {
            IOERR_DATA | IOERR_CORRUPTFS => Fault::Corrupt,
            code => match code & 0xff {
                BUSY | LOCKED => Fault::Contention,
                FULL => Fault::Full,
                IOERR | READONLY | CANTOPEN => Fault::Failed,
                CORRUPT | NOTADB => Fault::Corrupt,
                _ => Fault::Other,
            },
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
        check(moved("gone"), Fault::Failed);
        check(DbErr::Custom("else".to_owned()), Fault::Other);
    }

    #[test]
    fn a_connection_that_is_not_made_leaves_the_others_sound() {
        let garbled = SqlxError::Protocol("unexpected response from SSLRequest: 0x00".into());
        for error in [DbErr::Conn(broken()), DbErr::Conn(RuntimeErr::SqlxError(Arc::new(garbled)))] {
            assert!(leaves_a_sound_connection(&error), "{error}");
        }
        for error in [DbErr::Query(broken()), DbErr::Exec(broken())] {
            assert!(!leaves_a_sound_connection(&error), "{error}");
        }
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
        check("53100", Fault::Full);
        check("58030", Fault::Failed);
        check("58P01", Fault::Failed);
        check("XX001", Fault::Corrupt);
        check("XX002", Fault::Corrupt);
        check("XX000", Fault::Other);
        check("5", Fault::Contention);
        check("262", Fault::Contention);
        check("13", Fault::Full);
        // Write, truncate, sync, lock: whatever the file system refuses.
        check("778", Fault::Failed);
        check("1546", Fault::Failed);
        check("1034", Fault::Failed);
        check("3850", Fault::Failed);
        check("1032", Fault::Failed);
        check("14", Fault::Failed);
        check("11", Fault::Corrupt);
        check("267", Fault::Corrupt);
        check("779", Fault::Corrupt);
        check("8202", Fault::Corrupt);
        check("26", Fault::Corrupt);
        check("19", Fault::Other);
        check("1", Fault::Other);
        check("", Fault::Other);
    }
}
