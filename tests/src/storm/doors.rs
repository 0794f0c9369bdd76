//! A client's way to the replicas: a call is tried, with the same request id, at one after the other until it is answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::join;
use tokio::{sync::watch, time::timeout};

use super::{
    ask::{Ask, Heard, Unknown},
    tally::Tally,
};
use crate::{Merchant, dice::Dice};

/// After so long without an answer a client gives up: a call that nobody answers is a fault.
const NEVER: Duration = Duration::from_secs(60);
/// Between two attempts, unless a replica comes back before.
const PAUSE: Duration = Duration::from_millis(50);
/// How long callers wait for the first attempt: most are patient.
const PATIENCE_MS: [u64; 4] = [200, 2_000, 2_000, 3_000];
/// How long they wait for a later one, at most; each time twice as long, or a service that has much to do would never be done with them.
const PATIENCE_MAX: Duration = Duration::from_secs(15);

/// One client's connections, one for each replica.
#[derive(Debug)]
pub(super) struct Doors {
    replicas: Vec<(Merchant, Arc<AtomicUsize>)>,
    /// Changes when a replica or the database is back.
    back: watch::Receiver<u64>,
    tally: Arc<Tally>,
}

/// How a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// At one replica, then at the next.
    Alone,
    /// The same, with so much patience that no attempt is given up on a machine that has too much to do.
    Patiently,
    /// At two replicas at once.
    Twice,
}

/// A call that was answered.
#[derive(Debug)]
pub(super) struct Answered {
    /// One for each request in it.
    pub(super) heard: Vec<Heard>,
    /// When the first attempt began.
    pub(super) began: Instant,
    /// When the answer was there.
    pub(super) ended: Instant,
    pub(super) attempts: usize,
    /// Whether an attempt ended without an answer: it may still be applied after this answer.
    pub(super) is_doubted: bool,
}

impl Doors {
    /// Connections to replicas, each with the number of calls in flight there.
    pub(super) fn new(
        replicas: Vec<(Merchant, Arc<AtomicUsize>)>,
        back: watch::Receiver<u64>,
        tally: Arc<Tally>,
    ) -> Self {
        Self { replicas, back, tally }
    }

    /// Asks until there is an answer; none after a time that is a fault by itself.
    pub(super) async fn ask(&mut self, dice: &mut Dice, ask: &Ask, how: How) -> Option<Answered> {
        let began = Instant::now();
        let mut patience = match how {
            How::Patiently => PATIENCE_MAX,
            How::Alone | How::Twice => Duration::from_millis(dice.one_of(&PATIENCE_MS)),
        };
        let first = dice.below(self.replicas.len());
        let mut is_doubted = false;
        for attempt in 0.. {
            let at = (first + attempt) % self.replicas.len();
            let heard = match how {
                How::Twice if attempt == 0 => self.twice(ask, at, patience, &mut is_doubted).await,
                How::Alone | How::Patiently | How::Twice => self.once(ask, at, patience).await,
            };
            match heard {
                Ok(heard) => {
                    let attempts = attempt + 1;
                    return Some(Answered { heard, began, ended: Instant::now(), attempts, is_doubted });
                }
                Err(Unknown { why }) => {
                    is_doubted = true;
                    self.tally.count(|counts| *counts.unknown.entry(why).or_default() += 1);
                }
            }
            if began.elapsed() > NEVER || self.tally.is_over() {
                break;
            }
            patience = (patience * 2).min(PATIENCE_MAX);
            // Whoever comes back is asked at once.
            let _ = timeout(PAUSE, self.back.changed()).await;
        }
        if !self.tally.is_over() {
            self.tally.found("every call is answered", format!("nobody answered {ask:?}"));
        }
        None
    }

    async fn once(&self, ask: &Ask, at: usize, patience: Duration) -> Result<Vec<Heard>, Unknown> {
        let (replica, in_flight) = &self.replicas[at];
        in_flight.fetch_add(1, Ordering::SeqCst);
        let heard = ask.at(replica, patience).await;
        in_flight.fetch_sub(1, Ordering::SeqCst);
        heard
    }

    /// Asks two replicas at once: what both say must agree, and is what was done if either says so.
    async fn twice(
        &self,
        ask: &Ask,
        at: usize,
        patience: Duration,
        is_doubted: &mut bool,
    ) -> Result<Vec<Heard>, Unknown> {
        let other = (at + 1) % self.replicas.len();
        let answers = join(self.once(ask, at, patience), self.once(ask, other, patience)).await;
        self.tally.count(|counts| counts.twins += 1);
        let (one, two) = match answers {
            (Ok(one), Ok(two)) => (one, two),
            (Ok(heard), Err(_)) | (Err(_), Ok(heard)) => {
                *is_doubted = true;
                return Ok(heard);
            }
            (Err(unknown), Err(_)) => return Err(unknown),
        };
        let mut heard = Vec::with_capacity(one.len());
        for (one, two) in one.into_iter().zip(two) {
            match (&one.told, &two.told) {
                (Ok(first), Ok(second)) => {
                    // Both may be replays: of a COMMIT without an answer, which the replica has looked up.
                    if first != second || !(one.replayed || two.replayed) {
                        let what = format!("twins were told {one:?} and {two:?} for {ask:?}");
                        self.tally.found("twins get one answer", what);
                    }
                    heard.push(if one.replayed { two } else { one });
                }
                // It was refused at one moment and done at another: a refusal leaves nothing behind.
                (Ok(_), Err(_)) => heard.push(one),
                (Err(_), _) => heard.push(two),
            }
        }
        Ok(heard)
    }
}
