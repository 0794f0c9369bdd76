//! More connections to a server, one after the other, when somebody waits for one.
//!
//! A server may have none left to give. Then those that are there go on, their callers take turns, and it is asked again after a while.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use super::shares::Shares;
use crate::{
    database::{fault::late, reach::reach},
    server::Waiting,
};
use sea_orm::{DatabaseConnection, DbErr, sqlx};

/// How long a server that refused a connection is left alone.
const PAUSE: Duration = Duration::from_secs(5);
/// How often it is told at most that a server refuses connections.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// How many connections there are, and whether there may be more.
#[derive(Debug)]
pub(super) struct Growth {
    /// Of the server; empty where connections cost nothing.
    url: String,
    max: usize,
    /// Places that there are, each for a connection that was made.
    made: AtomicUsize,
    shares: Arc<Shares>,
    is_growing: AtomicBool,
    refused: Mutex<Refused>,
}

#[derive(Debug, Default)]
struct Refused {
    last: Option<Instant>,
    told: Option<Instant>,
}

impl Growth {
    /// All at once.
    pub(super) fn none(max: usize) -> Self {
        Self::new(String::new(), max, max)
    }

    /// From the one that is there.
    pub(super) fn of_server(url: String, max: usize) -> Self {
        Self::new(url, max, 1)
    }

    fn new(url: String, max: usize, made: usize) -> Self {
        let (shares, made) = (Shares::new(made, max), AtomicUsize::new(made));
        Self { url, max, made, shares, is_growing: AtomicBool::new(false), refused: Mutex::default() }
    }

    /// The places of those that there are.
    pub(super) fn shares(&self) -> &Arc<Shares> {
        &self.shares
    }

    fn made(&self) -> usize {
        self.made.load(Ordering::Acquire)
    }

    /// Begins to make more while somebody waits, unless that is under way, all are there, or the server refused one just now.
    pub(super) fn begin(growth: &Arc<Self>, connections: &DatabaseConnection) {
        if growth.made() >= growth.max || growth.was_refused() || growth.is_growing.swap(true, Ordering::AcqRel) {
            return;
        }
        let growth = Arc::clone(growth);
        growth.shares.expect(growth.max);
        let pool = connections.get_postgres_connection_pool().clone();
        tokio::spawn(async move {
            loop {
                let is_over = growth.grow(&pool).await;
                growth.is_growing.store(false, Ordering::Release);
                // Whoever began to wait meanwhile saw that it was under way.
                if is_over || !growth.is_wanted() || growth.is_growing.swap(true, Ordering::AcqRel) {
                    break;
                }
            }
        });
    }

    fn is_wanted(&self) -> bool {
        self.made() < self.max && self.shares.is_wanted()
    }

    /// Makes more while somebody waits; whether there are none to be had now.
    async fn grow(&self, pool: &sqlx::PgPool) -> bool {
        while self.is_wanted() {
            match self.make(pool).await {
                Ok(true) => self.shares.add(),
                Ok(false) => return true,
                Err(error) => {
                    self.note_refused(&error);
                    return true;
                }
            }
        }
        false
    }

    /// Makes one more; not, if one that was idle could be had.
    async fn make(&self, pool: &sqlx::PgPool) -> Result<bool, DbErr> {
        // The pool itself would ask again for its time, and then not say what the server said.
        reach(&self.url).await?;
        let acquired =
            pool.acquire().await.map_err(|error| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(Arc::new(error))))?;
        let is_new = size(pool) > self.made();
        if is_new {
            self.made.fetch_add(1, Ordering::AcqRel);
        }
        drop(acquired);
        Ok(is_new)
    }

    /// Gives up the place of a connection that has gone and cannot be had again, unless it is the last.
    pub(super) fn shrink(&self, connections: &DatabaseConnection, why: &DbErr) -> bool {
        self.note_refused(why);
        if size(connections.get_postgres_connection_pool()) >= self.made() {
            return false;
        }
        let less = |made: usize| (made > 1).then(|| made.saturating_sub(1));
        let is_less = self.made.fetch_update(Ordering::AcqRel, Ordering::Acquire, less).is_ok();
        self.shares.expect(self.made());
        is_less
    }

    /// Waits for the connection that this place stands for, which is about to be given back, where the server has no other.
    ///
    /// The pool would ask the server for another one, and not look again.
    pub(super) async fn wait_for_one(&self, connections: &DatabaseConnection, patience: Duration) -> Result<(), DbErr> {
        /// How often it is looked: giving back takes the database one answer.
        const PACE: Duration = Duration::from_micros(500);
        if !self.was_refused() {
            return Ok(());
        }
        let (pool, waiting, started) = (connections.get_postgres_connection_pool(), Waiting::current(), Instant::now());
        while pool.num_idle() == 0 && size(pool) >= self.made() && started.elapsed() < patience {
            if waiting.is_over() {
                return Err(late());
            }
            tokio::time::sleep(PACE).await;
        }
        Ok(())
    }

    /// Why no connection could be had, in the server's words where it says any.
    pub(super) async fn why_away(&self, error: DbErr) -> DbErr {
        match self.url.as_str() {
            "" => error,
            url => reach(url).await.err().unwrap_or(error),
        }
    }

    fn was_refused(&self) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.last.is_some_and(|at| at.elapsed() < PAUSE)
    }

    fn note_refused(&self, error: &DbErr) {
        let now = Instant::now();
        // Who shares them shares what there is.
        self.shares.expect(self.made());
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.last = Some(now);
        if refused.told.is_none_or(|at| at.elapsed() >= TELL_EVERY) {
            refused.told = Some(now);
            tracing::warn!(%error, connections = self.made(), "the database gives no more connections; those that are there go on");
        }
    }
}

/// How many connections a pool has.
fn size(pool: &sqlx::PgPool) -> usize {
    usize::try_from(pool.size()).unwrap_or(usize::MAX)
}
