//! Connections to SQLite and PostgreSQL: one writer beside readers, transactions, and what an error means. Holds no statements of a domain.

mod fault;
mod migrate;
pub mod requests;
mod rows;

use std::{fs, future::Future, io, time::Duration};

use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};

pub use self::{
    fault::Fault,
    migrate::{migrate, pending},
    rows::Rows,
};
use crate::{settings, time::Micros};

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

    /// The database's clock as an expression: microseconds, when it is evaluated and not when the transaction began.
    pub fn clock(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000",
            Self::Postgres => "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
        }
    }

    /// A statement with its values; `$1`, `$2` … on both engines.
    pub fn statement(self, sql: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.backend(), sql, values)
    }
}

/// A database: a writer, and readers beside it.
#[derive(Clone, Debug)]
pub struct Database {
    engine: Engine,
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The file that holds the URL cannot be read.
    #[error("cannot read database.url_file {0}")]
    UrlFile(String, #[source] io::Error),
    /// The URL names neither engine.
    #[error("database.url must start with sqlite:// or postgres://")]
    Url,
    /// The database does not answer.
    #[error("cannot connect to the database")]
    Connect(#[from] DbErr),
}

impl Database {
    /// Connects; on SQLite with one writer, readers that cannot write, WAL and `synchronous = FULL`.
    pub async fn connect(settings: &settings::Database) -> Result<Self, ConnectError> {
        let url = match settings.url_file.as_str() {
            "" => settings.url.clone(),
            file => {
                let read = fs::read_to_string(file).map_err(|error| ConnectError::UrlFile(file.to_owned(), error))?;
                read.trim().to_owned()
            }
        };
        if url.starts_with("sqlite:") {
            let writer = sea_orm::Database::connect(sqlite(&url, 1, false)).await?;
            let reader = sea_orm::Database::connect(sqlite(&url, settings.connections_max, true)).await?;
            Ok(Self { engine: Engine::Sqlite, writer, reader })
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let mut options = ConnectOptions::new(url);
            pool(&mut options, settings.connections_max);
            options.statement_timeout(Duration::from_millis(settings.statement_timeout_ms));
            // A plan made while the table was empty would be kept while it grows.
            options.map_sqlx_postgres_opts(|postgres| postgres.options([("plan_cache_mode", "force_custom_plan")]));
            let writer = sea_orm::Database::connect(options).await?;
            Ok(Self { engine: Engine::Postgres, reader: writer.clone(), writer })
        } else {
            Err(ConnectError::Url)
        }
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Connections for single statements that only read.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Begins a transaction that writes: READ COMMITTED on PostgreSQL, BEGIN IMMEDIATE on SQLite.
    ///
    /// On SQLite there is one writer: a transaction that begins another one waits for itself.
    pub async fn begin(&self) -> Result<Transaction, DbErr> {
        let inner = match self.engine {
            Engine::Postgres => self.writer.begin().await?,
            Engine::Sqlite => {
                let options = TransactionOptions {
                    isolation_level: None,
                    access_mode: None,
                    sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                };
                self.writer.begin_with_options(options).await?
            }
        };
        Ok(Transaction { engine: self.engine, inner })
    }

    /// Begins a transaction whose statements all read one snapshot and cannot write.
    pub async fn snapshot(&self) -> Result<Transaction, DbErr> {
        let inner = match self.engine {
            Engine::Postgres => {
                self.reader.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?
            }
            Engine::Sqlite => self.reader.begin().await?,
        };
        Ok(Transaction { engine: self.engine, inner })
    }

    /// Runs an operation again when it lost a race: a serialization failure, a deadlock, a busy database, or [`Race`].
    ///
    /// The operation is whole: it begins and commits its own transaction, and recognises by its request id what it has done before.
    pub async fn retrying<T, E, F>(&self, operation: impl Fn() -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: Contended,
    {
        const ATTEMPTS: u32 = 8;
        for _ in 1..ATTEMPTS {
            match operation().await {
                Err(error) if error.is_contention() => tracing::debug!("lost a race, running the operation again"),
                done => return done,
            }
        }
        operation().await
    }

    /// Passes if the database answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.reader.execute_unprepared("SELECT 1").await.map(|_| ())
    }

    /// Closes all connections once their work is done.
    pub async fn close(self) -> Result<(), DbErr> {
        self.writer.close_by_ref().await?;
        self.reader.close_by_ref().await
    }
}

/// An error that may say: somebody else was first, run the operation again.
pub trait Contended {
    /// Whether running the operation again can succeed.
    fn is_contention(&self) -> bool;
}

impl Contended for DbErr {
    fn is_contention(&self) -> bool {
        Fault::of(self) == Fault::Contention
    }
}

/// The error of a transaction that found its facts overtaken and must be run again.
pub fn overtaken() -> DbErr {
    DbErr::Custom(fault::OVERTAKEN.to_owned())
}

/// A transaction; rolled back unless committed.
#[derive(Debug)]
pub struct Transaction {
    engine: Engine,
    inner: DatabaseTransaction,
}

impl Transaction {
    /// Which engine it runs on.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Makes everything durable and visible, at once.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.inner.commit().await
    }

    /// Undoes everything.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }
}

impl std::ops::Deref for Transaction {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

/// The database's clock at this statement, not at the transaction's begin.
pub async fn now(transaction: &Transaction) -> Result<Micros, DbErr> {
    let sql = format!("SELECT {} AS now", transaction.engine.clock());
    let row = transaction.query_one_raw(transaction.engine.statement(sql, [])).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("clock".to_owned()))?;
    Ok(Micros(row.try_get("", "now")?))
}

fn pool(options: &mut ConnectOptions, connections_max: u32) {
    options
        .max_connections(connections_max)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .sqlx_logging(false);
}

fn sqlite(url: &str, connections_max: u32, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    pool(&mut options, connections_max);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        let sqlite = sqlite
            .create_if_missing(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("foreign_keys", "ON");
        if read_only { sqlite.pragma("query_only", "ON") } else { sqlite }
    });
    options
}

#[cfg(test)]
mod tests;
