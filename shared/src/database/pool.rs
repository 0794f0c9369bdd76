//! Connections of one kind behind an orderly queue.
//!
//! Who waits in it too long is told that too many wait, not that the database is away: an operator does other things about either.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, sqlx,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    connected,
    fault::{Fault, crowded, late},
};
use crate::server::Waiting;

/// How long a call waits for its place at most.
const PATIENCE: Duration = Duration::from_secs(5);

/// As many places as connections.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    connections: DatabaseConnection,
    places: Arc<Semaphore>,
    health: Arc<Health>,
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
}

impl Pool {
    /// Connects one of so many connections; the others follow when they are needed.
    pub(super) async fn connect(mut options: ConnectOptions, size: u32) -> Result<Self, DbErr> {
        let health = Arc::new(Health::default());
        let known = Arc::clone(&health);
        options.max_connections(size);
        options.map_sqlx_postgres_before_acquire(move |connection, about| {
            let suspect = known.has_lost_one_since(about.idle_for);
            Box::pin(async move { Ok(!suspect || sqlx::Connection::ping(connection).await.is_ok()) })
        });
        let connections = connected(options).await?;
        let places = usize::try_from(size).unwrap_or(Semaphore::MAX_PERMITS);
        Ok(Self { connections, places: Arc::new(Semaphore::new(places)), health, patience: PATIENCE })
    }

    /// Begins a transaction when its turn comes, unless nobody waits for it any more.
    pub(super) async fn begin(
        &self,
        mode: Option<SqliteTransactionMode>,
    ) -> Result<(DatabaseTransaction, Place), DbErr> {
        let place = self.place().await?;
        let begin = || {
            let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
            self.connections.begin_with_options(options)
        };
        let begun = match begin().await {
            // It broke while it was idle, and others may have: nothing was begun, and this time they are tested.
            Err(error) if Fault::of(&error) == Fault::Lost => {
                self.note_lost();
                begin().await
            }
            begun => begun,
        };
        let away = begun.as_ref().is_err_and(|error| Fault::of(error) == Fault::Away);
        self.health.away.store(away, Ordering::Relaxed);
        Ok((begun?, place))
    }

    /// Runs one statement on a connection, when its turn comes.
    pub(super) async fn query_all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let _place = self.place().await?;
        self.connections.query_all_raw(statement).await
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
}
