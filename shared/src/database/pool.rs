//! Connections of one kind behind an orderly queue.
//!
//! Who waits in it too long is told that too many wait, not that the database is away: an operator does other things about either.

mod growth;
mod shares;

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    sqlx::{self, Connection, pool::PoolOptions},
};
use tracing::Instrument;

use self::growth::Growth;
pub(super) use self::shares::Place;
use super::{
    connected,
    fault::{Fault, crowded, is_too_many, late, leaves_a_sound_connection},
    storage::Storage,
};
use crate::server::Waiting;

/// How long a call waits for its place at most.
const PATIENCE: Duration = Duration::from_secs(5);

/// As many places as connections: on PostgreSQL as there are, on SQLite as there may be.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    connections: DatabaseConnection,
    growth: Arc<Growth>,
    health: Arc<Health>,
    storage: Arc<Storage>,
    pub(super) patience: Duration,
}

#[derive(Debug, Default)]
struct Health {
    /// Whether the last attempt to connect failed.
    away: AtomicBool,
    /// When a connection was last found broken.
    lost: Mutex<Option<Instant>>,
    /// When a connection was last left in a state that nobody knows: which one it was cannot be told, so all that are older are closed.
    condemned: Mutex<Option<Instant>>,
}

impl Pool {
    /// Connects one of so many connections; the others follow when they are needed.
    pub(super) async fn connect(mut options: ConnectOptions, size: u32, storage: Arc<Storage>) -> Result<Self, DbErr> {
        let health = Arc::new(Health::default());
        options.max_connections(size);
        let known = Arc::clone(&health);
        options.map_sqlx_postgres_pool_opts(move |options| only_sound(options, &known));
        let known = Arc::clone(&health);
        options.map_sqlx_sqlite_pool_opts(move |options| only_sound(options, &known));
        let url = options.get_url().to_owned();
        let connections = connected(options).await?;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let growth = match connections.get_database_backend() {
            DbBackend::Postgres => Growth::of_server(url, size),
            _ => Growth::none(size),
        };
        Ok(Self { connections, growth: Arc::new(growth), health, storage, patience: PATIENCE })
    }

    /// Begins a transaction when its turn comes, unless nobody waits for it any more.
    pub(super) async fn begin(
        &self,
        mode: Option<SqliteTransactionMode>,
    ) -> Result<(DatabaseTransaction, Place), DbErr> {
        let begin = || {
            let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
            self.connections.begin_with_options(options)
        };
        self.in_turn(begin).await
    }

    /// Runs one statement that only reads, when its turn comes, and to its end: what it holds is not another's before.
    pub(super) async fn query_all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let (pool, waiting) = (self.clone(), Waiting::current());
        let query = async move {
            let query = || pool.connections.query_all_raw(statement.clone());
            pool.in_turn(query).await.map(|(found, _place)| found)
        };
        let done = tokio::spawn(waiting.scope(query).in_current_span()).await;
        done.unwrap_or_else(|stopped| Err(DbErr::Custom(format!("a statement was not run to its end: {stopped}"))))
    }

    /// Does on a connection what may be done again where the connection turns out to be broken.
    async fn in_turn<T, F>(&self, act: impl Fn() -> F) -> Result<(T, Place), DbErr>
    where
        F: Future<Output = Result<T, DbErr>>,
    {
        let mut place = self.place().await?;
        self.storage.check()?;
        let (waiting, started) = (Waiting::current(), Instant::now());
        let done = loop {
            self.growth.wait_for_one(&self.connections, self.patience).await?;
            let done = match act().await {
                // It broke while it was idle, and others may have: nothing was begun, and this time they are tested.
                Err(error) if Fault::of(&error) == Fault::Lost => {
                    self.note_lost();
                    act().await
                }
                done => done,
            };
            let Err(error) = done else { break done };
            if Fault::of(&error) != Fault::Away {
                break Err(error);
            }
            match self.growth.why_away(error).await {
                why if is_too_many(&why) && started.elapsed() < self.patience => {
                    // If the connection of this place has gone, the server has none for it, and those that are there go on.
                    if self.growth.shrink(&self.connections, &why) {
                        place.forget();
                        place = self.place().await?;
                    }
                }
                // The database is there, and its connections are in use by what nobody waits for any more.
                why if has_waited(&why) => {
                    if waiting.is_over() {
                        break Err(late());
                    }
                    if started.elapsed() >= self.patience {
                        break Err(crowded());
                    }
                }
                why => break Err(why),
            }
        };
        let away = done.as_ref().is_err_and(|error| Fault::of(error) == Fault::Away);
        self.health.away.store(away, Ordering::Relaxed);
        Ok((done.inspect_err(|error| self.note(error))?, place))
    }

    /// Takes note of what an error says of the connection and of the storage.
    pub(super) fn note(&self, error: &DbErr) {
        if leaves_a_sound_connection(error) {
            self.storage.note(error);
        } else {
            self.condemn(error);
        }
    }

    /// Has connections closed instead of given back or taken, because of an error that leaves one of them in a state that nobody knows.
    pub(super) fn condemn(&self, error: &DbErr) {
        *self.health.condemned.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.storage.note(error);
    }

    /// Passes while the storage is what was opened.
    pub(super) fn check(&self) -> Result<(), DbErr> {
        self.storage.check()
    }

    /// Has the connections tested, before they are used again, that have been idle since one was lost.
    pub(super) fn note_lost(&self) {
        *self.health.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Closes the connections once their work is done.
    pub(super) fn close(&self) -> impl Future<Output = Result<(), DbErr>> {
        self.connections.close_by_ref()
    }

    async fn place(&self) -> Result<Place, DbErr> {
        let waiting = Waiting::current();
        if waiting.is_over() {
            return Err(late());
        }
        let granted = match self.growth.shares().ask(waiting.merchant().cloned()) {
            Ok(place) => return Ok(place),
            Err(granted) => granted,
        };
        Growth::begin(&self.growth, &self.connections);
        tokio::select! {
            biased;
            place = granted => place.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)),
            () = waiting.over() => Err(late()),
            () = tokio::time::sleep(self.patience) => {
                // Those who have the places are still trying to connect.
                let away = self.health.away.load(Ordering::Relaxed);
                Err(if away { DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) } else { crowded() })
            }
        }
    }
}

/// Whether a pool has waited for one of its connections in vain.
fn has_waited(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
}

impl Health {
    fn has_lost_one_since(&self, idle_for: Duration) -> bool {
        let lost = *self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.is_some_and(|at| at.elapsed() <= idle_for)
    }

    fn has_condemned(&self, age: Duration) -> bool {
        let condemned = *self.condemned.lock().unwrap_or_else(PoisonError::into_inner);
        condemned.is_some_and(|at| at.elapsed() <= age)
    }
}

/// Has a pool keep only connections that nobody has condemned and that have no transaction open.
///
/// The driver counts transactions. Where the database has ended one by itself, ROLLBACK fails and the count stays: what followed on that
/// connection would be savepoints of nothing, answered and lost.
fn only_sound<D: sqlx::Database>(options: PoolOptions<D>, health: &Arc<Health>) -> PoolOptions<D> {
    let (taken, given_back) = (Arc::clone(health), Arc::clone(health));
    options
        .before_acquire(move |connection, about| {
            let usable = !taken.has_condemned(about.age) && !connection.is_in_transaction();
            let suspect = taken.has_lost_one_since(about.idle_for);
            Box::pin(async move { Ok(usable && (!suspect || connection.ping().await.is_ok())) })
        })
        .after_release(move |connection, about| {
            let condemned = given_back.has_condemned(about.age);
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // A ROLLBACK may still be on its way.
                    connection.ping().await?;
                }
                Ok(!condemned && !connection.is_in_transaction())
            })
        })
}
