//! A transaction works for somebody who waits: each of its statements is begun, and goes on, only for so long.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::server::Waiting;

/// How far beyond its caller's time a statement of PostgreSQL may go on: telling the limit anew costs a round trip.
const SLACK_MS: u64 = 50;

/// Who waits for a transaction, and what PostgreSQL knows of it.
#[derive(Debug)]
pub(super) struct Patience {
    waiting: Waiting,
    /// How long a statement may take, in milliseconds, as the connection has it or was told last.
    limit_ms: AtomicU64,
}

impl Patience {
    /// Of the current call's caller, on connections with a limit of their own.
    pub(super) fn of_caller(statement_timeout: Duration) -> Self {
        Self { waiting: Waiting::current(), limit_ms: AtomicU64::new(whole_ms(statement_timeout)) }
    }

    /// Whether nobody waits any more.
    pub(super) fn is_over(&self) -> bool {
        self.waiting.is_over()
    }

    /// Takes note of what PostgreSQL was told.
    pub(super) fn note_limit_ms(&self, limit_ms: u64) {
        self.limit_ms.store(limit_ms, Ordering::Relaxed);
    }

    /// The limit for the next statement, if another one than so far is called for.
    pub(super) fn next_limit_ms(&self) -> Option<u64> {
        let left = whole_ms(self.waiting.remaining()?).max(1);
        (left.saturating_add(SLACK_MS) < self.limit_ms.load(Ordering::Relaxed)).then_some(left)
    }
}

fn whole_ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
