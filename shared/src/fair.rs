//! Places that those who ask for them share fairly. Knows neither calls nor what a place is for.
//!
//! The promise: a place that is free is given at once up to half of all places, and beyond half only while nobody waits and an eighth of
//! all stays free; who is within half waits for the next place, in turn with the others who wait, and everybody else is refused at once.

mod state;
#[cfg(test)]
mod tests;

use std::{
    hash::Hash,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::{Notify, oneshot};

use self::state::{Ask, State};

/// So many places, shared by merchants, or by connections.
#[derive(Debug)]
pub struct Fair<K: Clone + Eq + Hash> {
    state: Mutex<State<K>>,
    /// Somebody has begun to wait.
    wanted: Notify,
}

/// One place or several; whoever drops it gives it back.
#[derive(Debug)]
pub struct Place<K: Clone + Eq + Hash> {
    fair: Arc<Fair<K>>,
    key: K,
    count: usize,
    is_called_back: AtomicBool,
}

/// There is no place, and none to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no place is free")]
pub struct Full;

/// An ask that waits; whoever drops it has left.
#[derive(Debug)]
struct Turn<K: Clone + Eq + Hash> {
    fair: Arc<Fair<K>>,
    key: K,
    number: u64,
    granted: oneshot::Receiver<Place<K>>,
}

impl<K: Clone + Eq + Hash> Fair<K> {
    /// So many places, at least one.
    pub fn new(total: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::new(total.max(1))), wanted: Notify::new() })
    }

    /// Takes places that are given back soon; waits for them in turn.
    pub async fn take(self: &Arc<Self>, key: &K, count: usize) -> Result<Place<K>, Full> {
        let mut turn = match self.ask(key, count, |_| true)? {
            Asked::Granted(place) => return Ok(place),
            Asked::Waits(turn) => turn,
        };
        // Without a grant it has given way to somebody who waits for less.
        (&mut turn.granted).await.map_err(|_| Full)
    }

    /// Takes places if they can be had at once.
    pub fn take_now(self: &Arc<Self>, key: &K, count: usize) -> Result<Place<K>, Full> {
        match self.ask(key, count, |_| false)? {
            Asked::Granted(place) => Ok(place),
            Asked::Waits(_) => Err(Full),
        }
    }

    /// Takes places that others keep for long: waits only for those that are called back, see [`Place::wanted_back`].
    pub async fn take_lent(self: &Arc<Self>, key: &K, count: usize) -> Result<Place<K>, Full> {
        let mut turn = match self.ask(key, count, |state| state.lent() >= state.awaited() + count)? {
            Asked::Granted(place) => return Ok(place),
            Asked::Waits(turn) => turn,
        };
        self.wanted.notify_waiters();
        (&mut turn.granted).await.map_err(|_| Full)
    }

    /// How many places are taken.
    pub fn taken(&self) -> usize {
        self.state().taken()
    }

    fn ask(
        self: &Arc<Self>,
        key: &K,
        count: usize,
        may_wait: impl FnOnce(&State<K>) -> bool,
    ) -> Result<Asked<K>, Full> {
        let mut state = self.state();
        match state.judge(key, count) {
            Ask::Grant => {
                state.grant(key, count);
                drop(state);
                Ok(Asked::Granted(self.place(key.clone(), count)))
            }
            Ask::Wait if may_wait(&state) => {
                let (grant, granted) = oneshot::channel();
                let (number, displaced) = state.wait(key, count, grant)?;
                drop(state);
                drop(displaced);
                Ok(Asked::Waits(Turn { fair: Arc::clone(self), key: key.clone(), number, granted }))
            }
            Ask::Wait | Ask::Refuse => Err(Full),
        }
    }

    fn place(self: &Arc<Self>, key: K, count: usize) -> Place<K> {
        Place { fair: Arc::clone(self), key, count, is_called_back: AtomicBool::new(false) }
    }

    /// Gives what is free to those who wait for it.
    fn give(self: &Arc<Self>, mut state: MutexGuard<'_, State<K>>) {
        let grants = state.next_grants();
        drop(state);
        for (grant, key, count) in grants {
            // Who has left meanwhile gives it back.
            let _ = grant.send(self.place(key, count));
        }
    }

    fn state(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Asked<K: Clone + Eq + Hash> {
    Granted(Place<K>),
    Waits(Turn<K>),
}

impl<K: Clone + Eq + Hash> Place<K> {
    /// Some of these places by themselves; none if there are not so many.
    pub fn split(&mut self, count: usize) -> Option<Self> {
        self.count = self.count.checked_sub(count)?;
        Some(self.fair.place(self.key.clone(), count))
    }

    /// Completes when its holder has more than half of all places and another waits for one: it is to be given back then.
    pub async fn wanted_back(&self) {
        loop {
            // From now on nobody who begins to wait is missed.
            let wanted = self.fair.wanted.notified();
            if self.fair.state().call_back(&self.key, self.count) {
                self.is_called_back.store(true, Ordering::Relaxed);
                return;
            }
            wanted.await;
        }
    }
}

impl<K: Clone + Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut state = self.fair.state();
        state.release(&self.key, self.count, *self.is_called_back.get_mut());
        if state.has_waiters() {
            self.fair.give(state);
        }
    }
}

impl<K: Clone + Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        let mut state = self.fair.state();
        state.leave(&self.key, self.number);
        // Who left may have waited for more than is free.
        if state.has_waiters() {
            self.fair.give(state);
        }
    }
}
