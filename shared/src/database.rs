//! Connections to SQLite and PostgreSQL: writers beside readers, transactions, and what an error means. Holds no statements of a domain.

mod engine;
mod fault;
mod migrate;
pub mod near_keys;
mod patience;
mod pool;
mod reach;
mod read;
pub mod requests;
mod rows;
pub mod schema;
mod storage;
mod transaction;
mod writes;

use std::{
    fs,
    future::Future,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, QueryResult,
    SqliteTransactionMode, Statement, sqlx::sqlite::SqliteConnectOptions,
};

pub use self::{
    engine::Engine,
    fault::{Fault, Faulted, crowded, late, overtaken},
    migrate::{History, migrate, pending, window_as_defined, window_table},
    reach::may_pass,
    read::{Found, Pending, Reads, columns_of},
    rows::Rows,
    transaction::{Transaction, now},
    writes::{Update, Writes},
};
use self::{
    patience::Patience,
    pool::{Place, Pool},
    storage::{Condition, Storage},
    transaction::Open,
};
use crate::settings;

/// How long an attempt to connect may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// A database: connections that write, connections that read, and one aside; none can take another's.
#[derive(Clone, Debug)]
pub struct Database {
    engine: Engine,
    writers: Pool,
    readers: Pool,
    aside: DatabaseConnection,
    storage: Arc<Storage>,
    statement_timeout: Duration,
}

/// How PostgreSQL plans the statements of a connection that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plans {
    /// Each time anew: a plan made while a table was empty would be kept while it grows.
    Fresh,
    /// Once: planning costs more than the statements, and all of them find their rows by [`Engine::probe`], [`Writes`] and the
    /// like, so that there is one way however the tables grow.
    Kept,
}

/// The settings of PostgreSQL for [`Plans::Kept`].
pub const KEPT_PLANS: [(&str, &str); 5] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
];

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The file that holds the URL cannot be read.
    #[error("cannot read database.url_file {0}")]
    UrlFile(String, #[source] io::Error),
    /// The file of a SQLite database cannot be made or found.
    #[error("cannot open the database file {}", .0.display())]
    File(PathBuf, #[source] io::Error),
    /// There is no SQLite database, and a command does not make one.
    #[error("there is no database {}: `migrate` makes one", .0.display())]
    Absent(PathBuf),
    /// The URL names neither engine.
    #[error("database.url must start with sqlite:// or postgres://")]
    Url,
    /// The database does not answer.
    #[error("cannot connect to the database")]
    Connect(#[from] DbErr),
}

impl Database {
    /// Connects to a database that is there; a SQLite file is not made.
    pub async fn open(settings: &settings::Database, plans: Plans) -> Result<Self, ConnectError> {
        match reach::absent(&url(settings)?)? {
            Some(file) => Err(ConnectError::Absent(file)),
            None => Self::connect(settings, plans).await,
        }
    }

    /// Connects; readers cannot write. On SQLite with one writer, WAL and `synchronous = FULL`, to a file that is made if there is none.
    pub async fn connect(settings: &settings::Database, plans: Plans) -> Result<Self, ConnectError> {
        let url = url(settings)?;
        let engine = if url.starts_with("sqlite:") {
            Engine::Sqlite
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Engine::Postgres
        } else {
            return Err(ConnectError::Url);
        };
        if engine == Engine::Postgres {
            reach::reach(&url).await?;
        }
        let statement_timeout = Duration::from_millis(settings.statement_timeout_ms.get());
        let options = |access| match engine {
            Engine::Sqlite => sqlite(&url, access),
            Engine::Postgres => postgres(&url, access, plans, statement_timeout),
        };
        let file = match engine {
            Engine::Sqlite => {
                storage::outlive_file_size_limit();
                file_of(&url)?
            }
            Engine::Postgres => None,
        };
        let storage = Arc::new(Storage::new(
            file.as_ref().map_or_else(|| settings::url_without_password(&url), |path| path.display().to_string()),
        ));
        let (writers, readers) = engine.shares(settings.connections_max.small());
        let writers = Pool::connect(options(Access::Write), writers, Arc::clone(&storage)).await?;
        let readers = Pool::connect(options(Access::Read), readers, Arc::clone(&storage)).await?;
        let mut aside = options(Access::Read);
        aside.max_connections(1);
        let aside = connected(aside).await?;
        if let Some(path) = file {
            storage.watch(&path).map_err(|error| ConnectError::File(path, error))?;
        }
        Ok(Self { engine, writers, readers, aside, storage, statement_timeout })
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A connection that no call takes, for single statements beside them that only read, such as the readiness check's.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.aside
    }

    /// Begins a transaction that writes: READ COMMITTED on PostgreSQL, BEGIN IMMEDIATE on SQLite.
    ///
    /// It goes on for as long as its caller waits: on PostgreSQL no statement outlives that, on SQLite none begins afterwards. What is cut
    /// is undone whole; COMMIT is never cut. On SQLite there is one writer: a transaction that begins another one waits for itself.
    pub async fn begin(&self) -> Result<Transaction, DbErr> {
        let mode = match self.engine {
            Engine::Postgres => None,
            Engine::Sqlite => Some(SqliteTransactionMode::Immediate),
        };
        let (inner, place) = self.writers.begin(mode).await?;
        Ok(self.transaction(inner, &self.writers, place))
    }

    /// Begins a transaction whose statements all read one snapshot and cannot write, for as long as its caller waits.
    pub async fn snapshot(&self) -> Result<Transaction, DbErr> {
        let (inner, place) = self.readers.begin(None).await?;
        Ok(self.transaction(inner, &self.readers, place))
    }

    /// The same, where every statement finds its rows by [`Engine::probe`]: PostgreSQL keeps their plans, as with [`Plans::Kept`].
    pub async fn probing(&self) -> Result<Transaction, DbErr> {
        let snapshot = self.snapshot().await?;
        if self.engine == Engine::Postgres {
            let settings = KEPT_PLANS.map(|(name, value)| format!("SET LOCAL {name} = {value}"));
            snapshot.execute_unprepared(&settings.join("; ")).await?;
        }
        Ok(snapshot)
    }

    fn transaction(&self, inner: DatabaseTransaction, pool: &Pool, place: Place) -> Transaction {
        let patience = Patience::of_caller(self.statement_timeout);
        Transaction { engine: self.engine, patience, pool: pool.clone(), open: Some(Open { inner, place }) }
    }

    /// Runs one statement that only reads, on a connection that takes its turn with those of [`Self::snapshot`].
    pub async fn query_all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.readers.query_all(statement).await
    }

    /// Runs an operation again when it lost a race (a serialization failure, a deadlock, a busy database, or [`overtaken`]), or its
    /// connection: even in COMMIT.
    ///
    /// The operation is whole: it begins and commits its own transaction, and recognises by its request id what it has done before.
    pub async fn retrying<T, E, F>(&self, operation: impl Fn() -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: Faulted,
    {
        const ATTEMPTS: u32 = 8;
        const PAUSE_MAX: Duration = Duration::from_secs(1);
        let mut pause = Duration::from_millis(10);
        for _ in 1..ATTEMPTS {
            let done = operation().await;
            match done.as_ref().err().and_then(Faulted::fault) {
                Some(Fault::Contention) => tracing::debug!("lost a race, running the operation again"),
                Some(fault @ (Fault::Lost | Fault::InDoubt)) => {
                    tracing::warn!(?fault, "lost a connection to the database, running the operation again");
                    self.writers.note_lost();
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(3).min(PAUSE_MAX);
                }
                Some(
                    Fault::Away
                    | Fault::Crowded
                    | Fault::Late
                    | Fault::Full
                    | Fault::Failed
                    | Fault::Corrupt
                    | Fault::Other,
                )
                | None => return done,
            }
        }
        operation().await
    }

    /// Passes if the database answers, is not damaged as far as is known, and takes writes: where the last one could not be stored, one is
    /// tried.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.storage.check()?;
        match self.storage.condition() {
            Condition::Sound => {}
            Condition::Unwritable => requests::try_to_write(self).await.inspect(|()| self.storage.note_stored())?,
            Condition::Corrupt => return Err(DbErr::Custom("the database is damaged".to_owned())),
        }
        self.aside.execute_unprepared("SELECT 1").await.inspect_err(|error| self.storage.note(error)).map(|_| ())
    }

    /// Closes all connections once their work is done.
    pub async fn close(self) -> Result<(), DbErr> {
        self.writers.close().await?;
        self.readers.close().await?;
        self.aside.close_by_ref().await
    }
}

/// The URL, from its file where one is named.
fn url(settings: &settings::Database) -> Result<String, ConnectError> {
    match settings.url_file.as_str() {
        "" => Ok(settings.url.clone()),
        file => {
            let read = fs::read_to_string(file).map_err(|error| ConnectError::UrlFile(file.to_owned(), error))?;
            Ok(read.trim().to_owned())
        }
    }
}

/// Connects; each statement is told at level trace: its text without its values, which may be personal data.
async fn connected(options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    let mut connection = sea_orm::Database::connect(options).await?;
    connection.set_metric_callback(|info| {
        let elapsed_us = info.elapsed.as_micros();
        tracing::trace!(target: "oms::statement", sql = %info.statement.sql, elapsed_us, failed = info.failed);
    });
    Ok(connection)
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

fn pool(options: &mut ConnectOptions) {
    options.acquire_timeout(CONNECT_TIMEOUT).test_before_acquire(false).sqlx_logging(false);
}

fn postgres(url: &str, access: Access, plans: Plans, statement_timeout: Duration) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    pool(&mut options);
    options.statement_timeout(statement_timeout);
    options.map_sqlx_postgres_opts(move |postgres| match (access, plans) {
        // As defaults of the connection they cost a snapshot no round trip.
        (Access::Read, _) => postgres.options([
            ("plan_cache_mode", "force_custom_plan"),
            ("default_transaction_isolation", "repeatable read"),
            ("default_transaction_read_only", "on"),
        ]),
        (Access::Write, Plans::Fresh) => postgres.options([("plan_cache_mode", "force_custom_plan")]),
        // What a transaction writes into has a text for one row and one for more, and what it writes together makes others.
        (Access::Write, Plans::Kept) => postgres.options(KEPT_PLANS).statement_cache_capacity(300),
    });
    options
}

/// The file of a SQLite database, made where there is none; none for one in memory.
fn file_of(url: &str) -> Result<Option<PathBuf>, ConnectError> {
    let options: SqliteConnectOptions = url.parse().map_err(|_| ConnectError::Url)?;
    let path: &Path = options.get_filename();
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Ok(None);
    }
    // A connection that made the file would make another one, empty, when somebody has taken it away.
    let made = fs::OpenOptions::new().create(true).append(true).open(path);
    made.map_err(|error| ConnectError::File(path.to_owned(), error))?;
    Ok(Some(path.to_owned()))
}

fn sqlite(url: &str, access: Access) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    pool(&mut options);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        let sqlite = sqlite
            .create_if_missing(false)
            .busy_timeout(Duration::from_secs(5))
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("foreign_keys", "ON");
        match access {
            Access::Read => sqlite.pragma("query_only", "ON"),
            // A batch changes thousands of pages: what the cache (in KiB) has no room for is written twice, and each checkpoint copies into
            // the database what has changed since the last one, so many pages of 4 KiB ago.
            Access::Write => {
                let sqlite = sqlite.pragma("cache_size", "-16000").pragma("wal_autocheckpoint", "32000");
                // Each statement that writes has a text for 16, 8, 4, 2 and 1 rows.
                sqlite.statement_cache_capacity(300)
            }
        }
    });
    options
}

#[cfg(test)]
mod tests;
