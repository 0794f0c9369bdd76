//! How hard and how long a siege is.

use std::{
    future::pending,
    time::{Duration, Instant},
};

use crate::Engine;

/// What a siege does.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The engine of both services.
    pub engine: Engine,
    /// How long each attack goes on.
    pub attack: Duration,
    /// Connections that say nothing.
    pub connections: usize,
    /// Connections of an attack at once, where it makes one after the other.
    pub at_once: usize,
    /// Connections that are slow, or take no answer.
    pub slow: usize,
    /// Watches of health, and streams of reflection.
    pub watches: usize,
    /// Whether the merchant's calls are compared with those beside a program that burns as much processor time.
    pub is_timed: bool,
    /// Whether the disk is taken away, too, where this program may mount one.
    pub has_full_disk: bool,
}

/// The bounds of one attack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    until: Instant,
    pub(super) connections: usize,
    pub(super) at_once: usize,
    pub(super) slow: usize,
    pub(super) watches: usize,
}

impl Plan {
    /// For the tests: whether everything holds, not how fast it is.
    pub fn short(engine: Engine) -> Self {
        let attack = Duration::from_millis(100);
        Self {
            engine,
            attack,
            connections: 400,
            at_once: 8,
            slow: 8,
            watches: 1_600,
            is_timed: false,
            has_full_disk: false,
        }
    }

    /// As much as the machine lets one process do, each attack for so long.
    pub fn long(engine: Engine, attack: Duration) -> Self {
        Self {
            engine,
            attack,
            connections: 15_000,
            at_once: 32,
            slow: 500,
            watches: 10_000,
            is_timed: true,
            has_full_disk: true,
        }
    }

    pub(super) fn bounds(&self) -> Bounds {
        let Self { connections, at_once, slow, watches, .. } = *self;
        Bounds { until: Instant::now() + self.attack, connections, at_once, slow, watches }
    }
}

impl Bounds {
    pub(super) fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    pub(super) fn is_over(&self) -> bool {
        self.left().is_zero()
    }
}

/// Lets time pass in which something goes on that is bounded by nothing else.
pub(super) async fn pass(time: Duration) {
    let _ = tokio::time::timeout(time, pending::<()>()).await;
}
