//! One watch, step by step: a snapshot in pages, the ledger in chunks, and checkpoints between them.

use std::{sync::Arc, time::Duration};

use shared::{identity::Merchant, time::Micros};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{Watches, tips::Watched};
use crate::{
    domain::{
        stock::Stock,
        watch::{Cursor, Epoch, Filter, Place, Position, Telling, Tip, told},
    },
    storage,
};

/// Rows that are read, and so states that are told, at once.
const CHUNK: i64 = 500;
/// Between two checkpoints: with a poll on top, less than the second that is promised.
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(500);
/// Between two looks at commits that wait for an older transaction.
const HELD_BACK_PAUSE: Duration = Duration::from_millis(20);

/// One watch. Its memory does not grow: the ledger is told in its own order, so that nothing told has to be remembered.
#[derive(Debug)]
pub(crate) struct StockWatch {
    pub(super) watches: Arc<Watches>,
    pub(super) merchant: Merchant,
    pub(super) filter: Filter,
    pub(super) telling: Telling,
    pub(super) place: Place,
    /// When the last row that was told was written.
    pub(super) told_until: Micros,
    pub(super) commits: watch::Receiver<Instant>,
    pub(super) watched: Watched,
    pub(super) tip: Tip,
    /// When the tip began to be read.
    pub(super) read_at: Instant,
    /// What the last checkpoint said.
    pub(super) progress: Progress,
    pub(super) checkpoint_at: Instant,
}

/// What a watch tells next, and the cursor behind it.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) stock: Vec<Stock>,
    pub(crate) cursor: Cursor,
    pub(crate) checkpoint: Option<Checkpoint>,
}

/// How far a watch is.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    pub(crate) epoch: Epoch,
    pub(crate) time: Micros,
    pub(crate) progress: Progress,
    pub(crate) lag_us: i64,
}

/// Whether a watch has anything left to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Current,
    CatchingUp,
}

impl StockWatch {
    /// What to tell next, as soon as there is something.
    pub(crate) async fn next(&mut self) -> Result<Step, storage::Error> {
        loop {
            if self.checkpoint_at <= Instant::now() {
                return self.checkpoint().await;
            }
            if !self.tip.is_beyond(self.place) {
                self.wait().await?;
                continue;
            }
            let stock = self.read().await?;
            if self.progress == Progress::CatchingUp && !self.tip.is_beyond(self.place) {
                // Whoever waits for the end of a snapshot or of a replay is told at once.
                self.checkpoint_at = Instant::now();
            }
            if !stock.is_empty() {
                return Ok(self.step(stock, None));
            }
        }
    }

    fn step(&self, stock: Vec<Stock>, checkpoint: Option<Checkpoint>) -> Step {
        let cursor = Cursor { epoch: self.tip.epoch.clone(), time: self.tip.now, place: self.place };
        Step { stock, cursor, checkpoint }
    }

    async fn checkpoint(&mut self) -> Result<Step, storage::Error> {
        let now = Instant::now();
        // Long chunks, slow callers and rare polls let the tip grow old.
        self.refresh(now.checked_sub(self.watches.poll.min(CHECKPOINT_PAUSE / 2)).unwrap_or(now)).await?;
        self.checkpoint_at = Instant::now() + CHECKPOINT_PAUSE;
        let (progress, lag_us) = match self.tip.is_beyond(self.place) {
            false => (Progress::Current, self.tip.lag_since(None)),
            true => (Progress::CatchingUp, self.tip.lag_since(Some(self.told_until))),
        };
        self.progress = progress;
        let checkpoint = Checkpoint { epoch: self.tip.epoch.clone(), time: self.tip.now, progress, lag_us };
        Ok(self.step(vec![], Some(checkpoint)))
    }

    /// Waits for a commit of this process, for the next look at those of others, or for a checkpoint to be due.
    async fn wait(&mut self) -> Result<(), storage::Error> {
        let pause = match self.tip.held_back {
            Some(_) => self.watches.poll.min(HELD_BACK_PAUSE),
            None => self.watches.poll,
        };
        let poll_at = self.read_at + pause;
        let moment = tokio::select! {
            // The sender lives as long as this watch.
            _ = self.commits.changed() => *self.commits.borrow_and_update(),
            () = sleep_until(poll_at) => poll_at,
            () = sleep_until(self.checkpoint_at) => return Ok(()),
        };
        self.refresh(moment).await
    }

    /// Reads the tip unless it was read after `moment`.
    async fn refresh(&mut self, moment: Instant) -> Result<(), storage::Error> {
        if self.read_at >= moment {
            return Ok(());
        }
        let (read_at, tip) = self.watched.tip_after(moment).await?;
        tip.continues(&self.tip)?;
        (self.read_at, self.tip) = (read_at, tip);
        Ok(())
    }

    /// Reads the next chunk up to the tip, moves behind it, and returns what of it is told.
    async fn read(&mut self) -> Result<Vec<Stock>, storage::Error> {
        let watches = Arc::clone(&self.watches);
        // It is never closed.
        let _turn = watches.readers.acquire().await.ok();
        let rows = match self.place {
            Place::Snapshot { horizon, after } => {
                let iskus = self.filter.iskus.as_ref().map(|ids| ids.iter().copied());
                let page =
                    storage::watch::snapshot(&watches.database, &self.merchant, iskus, after, horizon, CHUNK).await?;
                self.place = match page.last {
                    Some(after) => Place::Snapshot { horizon, after },
                    None => Place::Ledger(Position::before(horizon)),
                };
                page.states
            }
            Place::Ledger(after) => {
                let horizon = self.tip.horizon;
                let rows = storage::watch::ledger(&watches.database, &self.merchant, after, horizon, CHUNK).await?;
                let last = rows.last().filter(|_| i64::try_from(rows.len()).is_ok_and(|read| read >= CHUNK));
                self.place = Place::Ledger(last.map_or(Position::before(horizon), |row| row.position));
                self.told_until = rows.last().map_or(self.told_until, |row| row.time);
                rows
            }
        };
        Ok(told(rows, &self.filter, self.telling))
    }
}
