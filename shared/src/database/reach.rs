//! Whether a database is there, why not in its own words, and whether that may pass.

use std::{path::PathBuf, sync::Arc};

use sea_orm::{
    DbErr, RuntimeErr, SqlxError,
    sqlx::{ConnectOptions, Connection, postgres::PgConnectOptions, sqlite::SqliteConnectOptions},
};
use tokio::time::timeout;

use super::{CONNECT_TIMEOUT, ConnectError, Fault};

/// Connects to PostgreSQL once, without a pool: a pool asks again for its time, and then tells only that it has waited.
pub(super) async fn reach(url: &str) -> Result<(), DbErr> {
    let failed = |error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)));
    let options: PgConnectOptions = url.parse().map_err(failed)?;
    let connected = timeout(CONNECT_TIMEOUT, options.connect()).await;
    let silent = |_| DbErr::Conn(RuntimeErr::Internal(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs())));
    connected.map_err(silent)?.map_err(failed)?.close().await.map_err(failed)
}

/// The file of a SQLite database that is not there.
pub(super) fn absent(url: &str) -> Result<Option<PathBuf>, DbErr> {
    if !url.starts_with("sqlite:") || url.contains(":memory:") || url.contains("mode=memory") {
        return Ok(None);
    }
    let options: SqliteConnectOptions =
        url.parse().map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))))?;
    let file = options.get_filename();
    Ok((!file.exists()).then(|| file.to_path_buf()))
}

impl ConnectError {
    /// Whether it may pass: what somebody does elsewhere helps, such as to start the server, to make the database, or to change a password.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::UrlFile(..) | Self::File(..) | Self::Url | Self::Absent(_) => false,
            Self::Connect(DbErr::Conn(RuntimeErr::SqlxError(error))) => match error.as_ref() {
                SqlxError::Configuration(_) => false,
                SqlxError::Database(error) => error.code().is_none_or(|code| !is_of_the_file(&code)),
                _ => true,
            },
            Self::Connect(_) => true,
        }
    }
}

/// Whether an error of a statement may pass.
pub fn may_pass(error: &DbErr) -> bool {
    !matches!(Fault::of(error), Fault::Corrupt | Fault::Other)
}

/// SQLite: the file cannot be opened, is damaged, or is something else. PostgreSQL's codes have five characters.
fn is_of_the_file(code: &str) -> bool {
    const CORRUPT: u32 = 11;
    const CANTOPEN: u32 = 14;
    const NOTADB: u32 = 26;
    let code = code.parse::<u32>().ok().filter(|_| code.len() < 5);
    // The upper bits tell more.
    code.is_some_and(|code| [CORRUPT, CANTOPEN, NOTADB].contains(&(code & 0xff)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::fault;

    #[test]
    fn what_may_pass_is_waited_for() {
        let check = |error: ConnectError, passes: bool| assert_eq!(error.may_pass(), passes, "{error:?}");
        let of_driver = |error| ConnectError::Connect(DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))));
        check(of_driver(SqlxError::Io(std::io::ErrorKind::ConnectionRefused.into())), true);
        check(of_driver(SqlxError::PoolTimedOut), true);
        check(of_driver(SqlxError::Configuration("no port".into())), false);
        check(ConnectError::Connect(DbErr::Conn(RuntimeErr::Internal("no answer".to_owned()))), true);
        check(ConnectError::Url, false);
        check(ConnectError::UrlFile("secret".to_owned(), std::io::ErrorKind::NotFound.into()), false);
        check(ConnectError::Absent(PathBuf::from("inventory.db")), false);
    }

    #[test]
    fn what_a_code_says_of_the_file_is_told_apart() {
        let check = |code: &str, of_file: bool| assert_eq!(is_of_the_file(code), of_file, "{code}");
        check("14", true);
        check("270", true);
        check("26", true);
        check("11", true);
        check("267", true);
        check("5", false);
        check("13", false);
        check("266", false);
        check("57P03", false);
        check("53300", false);
        check("28P01", false);
        check("3D000", false);
        check("28000", false);
    }

    #[test]
    fn a_statement_that_may_pass_is_told_apart() {
        let of_driver = |error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)));
        let check = |error: DbErr, passes: bool| assert_eq!(may_pass(&error), passes, "{error:?}");
        check(of_driver(SqlxError::PoolTimedOut), true);
        check(of_driver(SqlxError::Io(std::io::ErrorKind::BrokenPipe.into())), true);
        check(fault::crowded(), true);
        check(fault::moved("away"), true);
        check(DbErr::Custom("ours".to_owned()), false);
        check(DbErr::RecordNotFound("clock".to_owned()), false);
    }

    #[test]
    fn a_file_that_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let url = |name: &str| format!("sqlite://{}", folder.path().join(name).display());
        std::fs::write(folder.path().join("there.db"), "").unwrap();

        assert_eq!(absent(&url("there.db")), Ok(None));
        assert_eq!(absent(&url("gone.db?mode=rwc")), Ok(Some(folder.path().join("gone.db"))));
        assert_eq!(absent("sqlite::memory:"), Ok(None));
        assert_eq!(absent("postgres://db/inventory"), Ok(None));
    }
}
