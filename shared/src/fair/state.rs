//! Who holds places and who waits for them: the decisions, without a lock and without a clock.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

use tokio::sync::oneshot;

use super::{Full, Place};

/// How somebody who waits gets places.
type Grant<K> = oneshot::Sender<Place<K>>;

#[derive(Debug)]
pub(super) struct State<K: Clone + Eq + Hash> {
    total: usize,
    half: usize,
    /// What stays free of those who have more than half.
    reserve: usize,
    free: usize,
    holders: HashMap<K, Holder<K>>,
    /// Whoever waits, once each: the first one is next.
    turns: VecDeque<K>,
    /// Places that are waited for.
    awaited: usize,
    /// Places that were called back and are still held.
    returning: usize,
    number: u64,
}

#[derive(Debug)]
struct Holder<K: Clone + Eq + Hash> {
    held: usize,
    returning: usize,
    awaited: usize,
    waiting: VecDeque<Waiter<K>>,
}

#[derive(Debug)]
struct Waiter<K: Clone + Eq + Hash> {
    number: u64,
    count: usize,
    grant: Grant<K>,
}

/// What becomes of an ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Grant,
    Wait,
    Refuse,
}

impl<K: Clone + Eq + Hash> State<K> {
    pub(super) fn new(total: usize) -> Self {
        Self {
            total,
            half: (total / 2).max(1),
            reserve: total / 8,
            free: total,
            holders: HashMap::new(),
            turns: VecDeque::new(),
            awaited: 0,
            returning: 0,
            number: 0,
        }
    }

    pub(super) fn taken(&self) -> usize {
        self.total - self.free
    }

    pub(super) fn awaited(&self) -> usize {
        self.awaited
    }

    pub(super) fn has_waiters(&self) -> bool {
        !self.turns.is_empty()
    }

    /// Places that one holder has beyond half; no two can have more.
    pub(super) fn lent(&self) -> usize {
        self.holders.values().map(|holder| holder.held.saturating_sub(self.half)).max().unwrap_or(0)
    }

    /// What becomes of an ask for so many places.
    pub(super) fn judge(&self, key: &K, count: usize) -> Ask {
        let own = self.holders.get(key).map_or(0, |holder| holder.held + holder.awaited).saturating_add(count);
        let nobody_waits = self.turns.is_empty();
        if own <= self.half {
            if nobody_waits && count <= self.free { Ask::Grant } else { Ask::Wait }
        } else if nobody_waits && count.saturating_add(self.reserve) <= self.free {
            Ask::Grant
        } else {
            Ask::Refuse
        }
    }

    pub(super) fn grant(&mut self, key: &K, count: usize) {
        self.free -= count;
        match self.holders.get_mut(key) {
            Some(holder) => holder.held += count,
            None => self.holder(key).held = count,
        }
    }

    /// Has somebody wait. No more places are waited for than there are: beyond it who waits for most gives way, or the ask is refused.
    pub(super) fn wait(&mut self, key: &K, count: usize, grant: Grant<K>) -> Result<(u64, Option<Grant<K>>), Full> {
        let mut displaced = None;
        if self.awaited + count > self.total {
            let own = self.holders.get(key).map_or(0, |holder| holder.awaited) + count;
            let most =
                self.holders.iter().filter(|(_, other)| other.awaited > own).max_by_key(|(_, other)| other.awaited);
            let most = most.map(|(key, _)| key.clone()).ok_or(Full)?;
            displaced = self.displace(&most);
            if self.awaited + count > self.total {
                return Err(Full);
            }
        }
        self.number += 1;
        let number = self.number;
        self.awaited += count;
        let holder = self.holder(key);
        holder.awaited += count;
        holder.waiting.push_back(Waiter { number, count, grant });
        if holder.waiting.len() == 1 {
            self.turns.push_back(key.clone());
        }
        Ok((number, displaced))
    }

    /// The last one of whoever waits for most gives way.
    fn displace(&mut self, key: &K) -> Option<Grant<K>> {
        let number = self.holders.get(key)?.waiting.back()?.number;
        self.leave(key, number)
    }

    /// Somebody does not wait any more.
    pub(super) fn leave(&mut self, key: &K, number: u64) -> Option<Grant<K>> {
        let holder = self.holders.get_mut(key)?;
        let place = holder.waiting.iter().position(|waiter| waiter.number == number)?;
        let waiter = holder.waiting.remove(place)?;
        holder.awaited -= waiter.count;
        self.awaited -= waiter.count;
        if holder.waiting.is_empty() {
            self.turns.retain(|waiting| waiting != key);
            self.forget_if_done(key);
        }
        Some(waiter.grant)
    }

    pub(super) fn release(&mut self, key: &K, count: usize, was_called_back: bool) {
        self.free += count;
        if let Some(holder) = self.holders.get_mut(key) {
            holder.held -= count;
            if was_called_back {
                holder.returning -= count;
                self.returning -= count;
            }
            self.forget_if_done(key);
        }
    }

    /// Those who get what is free now. Whoever is next and wants more than is free is waited for.
    pub(super) fn next_grants(&mut self) -> Vec<(Grant<K>, K, usize)> {
        let mut grants = vec![];
        while let Some(key) = self.turns.pop_front() {
            let Some(holder) = self.holders.get_mut(&key) else { continue };
            let Some(waiter) = holder.waiting.pop_front_if(|waiter| waiter.count <= self.free) else {
                self.turns.push_front(key);
                break;
            };
            self.free -= waiter.count;
            self.awaited -= waiter.count;
            holder.awaited -= waiter.count;
            holder.held += waiter.count;
            if !holder.waiting.is_empty() {
                self.turns.push_back(key.clone());
            }
            grants.push((waiter.grant, key, waiter.count));
        }
        grants
    }

    /// Whether a holder of more than half is to give these places back, because others wait for more than comes back already.
    pub(super) fn call_back(&mut self, key: &K, count: usize) -> bool {
        let Some(holder) = self.holders.get_mut(key) else { return false };
        let is_wanted = self.awaited > self.returning + self.free && holder.held - holder.returning > self.half;
        if is_wanted {
            holder.returning += count;
            self.returning += count;
        }
        is_wanted
    }

    fn holder(&mut self, key: &K) -> &mut Holder<K> {
        let none = || Holder { held: 0, returning: 0, awaited: 0, waiting: VecDeque::new() };
        self.holders.entry(key.clone()).or_insert_with(none)
    }

    fn forget_if_done(&mut self, key: &K) {
        if self.holders.get(key).is_some_and(|holder| holder.held == 0 && holder.waiting.is_empty()) {
            self.holders.remove(key);
        }
    }
}
