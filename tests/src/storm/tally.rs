//! What is counted while a storm goes on, and what it has found.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::timeout};

/// Why a call is refused while something is wrong with the disk; PostgreSQL ends where its own log finds no room.
const FOR_THE_DISK: [&str; 3] = ["STORAGE_FULL", "STORAGE_FAILED", "DATABASE_UNAVAILABLE"];

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which check found it.
    pub check: &'static str,
    /// What it found.
    pub what: String,
}

/// One kind of injection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Injected {
    /// How often it was done.
    pub done: u64,
    /// How often at least one call was in flight where it hit.
    pub hit: u64,
    /// Calls in flight where it hit, over all.
    pub calls: u64,
}

/// Numbers of a storm.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// What was injected.
    pub injected: BTreeMap<&'static str, Injected>,
    /// Connections that lost replies which were on their way.
    pub dropped: u64,
    /// Connections to PostgreSQL that broke in COMMIT.
    pub broken: u64,
    /// Replicas that ended before they served, and were started again.
    pub failed_starts: u64,
    /// Answered calls, by kind.
    pub calls: BTreeMap<&'static str, u64>,
    /// Answered requests, by outcome; a batch has many.
    pub answers: BTreeMap<String, u64>,
    /// Attempts that ended without an answer, by why.
    pub unknown: BTreeMap<String, u64>,
    /// Moments in which something was done to the disk and a call was refused for it.
    pub refused_for_disk: u64,
    /// Requests that were asked again since an attempt had ended without an answer ...
    pub doubted: u64,
    /// ... of which an earlier attempt had been applied ...
    pub found_applied: u64,
    /// ... of which no attempt had been applied before.
    pub applied_again: u64,
    /// Requests that were asked at both replicas at once.
    pub twins: u64,
    /// Request ids that were sent with other content.
    pub reused: u64,
    /// Confirmations and shipments that were judged against the client's own time.
    pub timed: u64,
    /// Watches that went on from a cursor.
    pub resumed: u64,
    /// States that watches told.
    pub watched: u64,
    /// Answered requests whose effect was compared with the ledger.
    pub checked: u64,
    /// Rows of the ledger that were accounted for.
    pub movements: u64,
    /// Reservations that were compared with the last answer about them.
    pub reservations: u64,
    /// Old requests that were asked again after a round.
    pub replays: u64,
}

/// What all parts of a storm write to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: Mutex<Counts>,
    violations: Mutex<Vec<Violation>>,
    answered: watch::Sender<u64>,
    over: watch::Sender<bool>,
}

impl Tally {
    /// Counts something.
    pub(super) fn count(&self, count: impl FnOnce(&mut Counts)) {
        count(&mut self.lock());
    }

    /// The numbers so far.
    pub(super) fn counts(&self) -> Counts {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts answered requests.
    pub(super) fn answered(&self, requests: usize) {
        self.answered.send_modify(|answered| *answered += requests as u64);
    }

    /// Answered requests so far.
    pub(super) fn answers(&self) -> u64 {
        *self.answered.borrow()
    }

    /// Returns once so many more requests are answered, the storm is over, or the time is; whether they were answered.
    pub(super) async fn wait_for(&self, more: u64, patience: Duration) -> bool {
        let mut answered = self.answered.subscribe();
        let end = self.answers() + more;
        tokio::select! {
            waited = timeout(patience, answered.wait_for(|answered| *answered >= end)) => waited.is_ok(),
            () = self.over() => false,
        }
    }

    /// Returns once one more attempt was refused for what was done to the disk, or the storm is over, or the time is.
    pub(super) async fn wait_for_refusal(&self, patience: Duration) {
        const PACE: Duration = Duration::from_millis(20);
        let refused = || -> u64 {
            let counts = self.lock();
            FOR_THE_DISK.iter().filter_map(|why| counts.unknown.get(*why)).sum()
        };
        let before = refused();
        let waited = timeout(patience, async {
            while refused() == before && !self.is_over() {
                let _ = timeout(PACE, self.over()).await;
            }
        });
        if waited.await.is_ok() {
            self.count(|counts| counts.refused_for_disk += 1);
        }
    }

    /// Returns once something is found, or the storm is to end.
    async fn over(&self) {
        let mut over = self.over.subscribe();
        // The sender lives as long as this.
        let _ = over.wait_for(|over| *over).await;
    }

    /// Ends the storm before its time.
    pub(super) fn end(&self) {
        self.over.send_replace(true);
    }

    /// Tells what must never be.
    pub(super) fn found(&self, check: &'static str, what: String) {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).push(Violation { check, what });
        self.end();
    }

    /// Whether anything was found, or the storm is to end.
    pub(super) fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// What was found.
    pub(super) fn violations(&self) -> Vec<Violation> {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
