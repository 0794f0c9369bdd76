//! Connections of one kind behind an orderly queue.
//!
//! Who waits in it too long is told that too many wait, not that the database is away: an operator does other things about either.

mod growth;

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
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::growth::Growth;
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
    places: Arc<Semaphore>,
    growth: Arc<Growth>,
    health: Arc<Health>,
    storage: Arc<Storage>,
    pub(super) patience: Duration,
}

/// The right to use one connection.
pub(super) type Place = OwnedSemaphorePermit;

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
        let size = usize::try_from(size).unwrap_or(Semaphore::MAX_PERMITS);
        let growth = match connections.get_database_backend() {
            DbBackend::Postgres => Growth::of_server(url, size),
            _ => Growth::none(size),
        };
        let places = Arc::new(Semaphore::new(growth.made()));
        Ok(Self { connections, places, growth: Arc::new(growth), health, storage, patience: PATIENCE })
    }

    /// Begins a transaction when its turn comes, unless nobody waits for it any more.
    pub(super) async fn begin(
        &self,
        mode: Option<SqliteTransactionMode>,
    ) -> Result<(DatabaseTransaction, Place), DbErr> {
        let mut place = self.place().await?;
        self.storage.check()?;
        let begin = || {
            let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
            self.connections.begin_with_options(options)
        };
        let started = Instant::now();
        let begun = loop {
            self.growth.wait_for_one(&self.connections, self.patience).await?;
            let begun = match begin().await {
                // It broke while it was idle, and others may have: nothing was begun, and this time they are tested.
                Err(error) if Fault::of(&error) == Fault::Lost => {
                    self.note_lost();
                    begin().await
                }
                begun => begun,
            };
            match begun {
                Err(error) if Fault::of(&error) == Fault::Away => match self.growth.why_away(error).await {
                    why if is_too_many(&why) && started.elapsed() < self.patience => {
                        // If the connection of this place has gone, the server has none for it, and those that are there go on.
                        if self.growth.shrink(&self.connections, &why) {
                            place.forget();
                            place = self.place().await?;
                        }
                    }
                    why => break Err(why),
                },
                begun => break begun,
            }
        };
        let away = begun.as_ref().is_err_and(|error| Fault::of(error) == Fault::Away);
        self.health.away.store(away, Ordering::Relaxed);
        Ok((begun.inspect_err(|error| self.note(error))?, place))
    }

    /// Runs one statement on a connection, when its turn comes.
    pub(super) async fn query_all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let _place = self.place().await?;
        self.growth.wait_for_one(&self.connections, self.patience).await?;
        self.storage.check()?;
        self.connections.query_all_raw(statement).await.inspect_err(|error| self.note(error))
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
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        Growth::begin(&self.growth, &self.connections, &self.places);
        tokio::select! {
            biased;
            place = Arc::clone(&self.places).acquire_owned() => {
                place.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))
            }
            () = waiting.over() => Err(late()),
            () = tokio::time::sleep(self.patience) => {
                // Those who have the places are still trying to connect.
                let away = self.health.away.load(Ordering::Relaxed);
                Err(if away { DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) } else { crowded() })
            }
        }
    }
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
