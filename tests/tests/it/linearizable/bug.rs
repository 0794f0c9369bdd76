//! Services with a bug, made of the real one: right while one call comes after the other, wrong for some that come at once.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tests::Merchant;
use tokio::time::timeout;

use super::{
    ask::Object,
    call::{Answer, Call, Level},
};

/// What a service does wrong.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bug {
    /// Keeps what it read in a cache, which a change empties while another call may be about to fill it with what was before.
    CachesReads,
    /// Reads in one step what it adds to in the next.
    ReadsThenWrites,
    /// Moves units in two steps.
    MovesInSteps,
    /// Asks again under another request id when the first is late.
    AsksAgain,
}

/// What was read of one object, by its ISKUs.
pub(super) type Cache = Mutex<BTreeMap<Vec<usize>, Answer>>;

/// How long a call may take before the impatient service asks again.
const LATE: Duration = Duration::from_millis(2);

impl Bug {
    pub(super) const ALL: [Self; 4] = [Self::CachesReads, Self::ReadsThenWrites, Self::MovesInSteps, Self::AsksAgain];

    pub(super) async fn ask(bug: Option<Self>, object: &Object, door: &Merchant, call: &Call, cache: &Cache) -> Answer {
        match (bug, call) {
            (Some(Self::CachesReads), Call::Look { iskus }) => {
                if let Some(cached) = locked(cache).get(iskus) {
                    return cached.clone();
                }
                let answer = object.ask(door, call).await;
                locked(cache).insert(iskus.clone(), answer.clone());
                answer
            }
            (Some(Self::CachesReads), _) => {
                let answer = object.ask(door, call).await;
                locked(cache).clear();
                answer
            }
            (Some(Self::ReadsThenWrites), Call::Receive { isku, place, units }) => {
                let Level { on_hand, .. } = level(object, door, *isku, *place).await;
                set(object, door, (*isku, *place), on_hand + units).await
            }
            (Some(Self::MovesInSteps), Call::Transfer { isku, from, units }) => {
                let Level { on_hand, reserved, .. } = level(object, door, *isku, *from).await;
                if on_hand - reserved < *units {
                    return object.ask(door, call).await;
                }
                let left = set(object, door, (*isku, *from), on_hand - units).await;
                let come = Call::Receive { isku: *isku, place: 1 - from, units: *units };
                match (left, object.ask(door, &come).await) {
                    (Answer::Rows(left), Answer::Rows(come)) => Answer::Rows([left, come].concat()),
                    (refused, _) => refused,
                }
            }
            (Some(Self::AsksAgain), Call::Receive { .. }) => {
                let (own, at, asked) = (object.clone(), door.clone(), call.clone());
                let mut first = tokio::spawn(async move { own.ask(&at, &asked).await });
                match timeout(LATE, &mut first).await {
                    Ok(answer) => answer.expect("an answer"),
                    Err(_) => object.ask(door, call).await,
                }
            }
            _ => object.ask(door, call).await,
        }
    }
}

fn locked(cache: &Cache) -> std::sync::MutexGuard<'_, BTreeMap<Vec<usize>, Answer>> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn level(object: &Object, door: &Merchant, isku: usize, place: usize) -> Level {
    let rows = object.ask(door, &Call::Look { iskus: vec![isku] }).await;
    rows.rows().iter().find(|row| row.place == place).expect("a row").level
}

/// Says what is there, whatever was there before.
async fn set(object: &Object, door: &Merchant, (isku, place): (usize, usize), counted: i64) -> Answer {
    object.ask(door, &Call::Count { isku, place, counted, expected: None }).await
}
