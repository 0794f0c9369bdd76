//! Places at the database, shared by whose calls want them: the decisions, without a clock, and whoever waits for them.
//!
//! The promise: the next place goes to whoever has fewest, of those the one who has waited longest, and nobody takes them all while there
//! are several, or may be before long. Calls without a merchant, which are the service's own, are one more who shares.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::identity::Merchant;

/// Whose calls they are; none for the service's own.
pub(super) type Whose = Option<Merchant>;

/// The places.
#[derive(Debug)]
pub(super) struct Shares {
    state: Mutex<State>,
}

/// The right to use one connection; whoever drops it gives it back.
#[derive(Debug)]
pub(in crate::database) struct Place {
    shares: Arc<Shares>,
    whose: Whose,
    /// None where its connection has gone and cannot be had again.
    places: usize,
}

#[derive(Debug)]
struct State {
    free: usize,
    /// How many there may be before long.
    most: usize,
    /// How many have waited so far.
    number: u64,
    holders: HashMap<Whose, Holder>,
}

#[derive(Debug, Default)]
struct Holder {
    held: usize,
    waiting: VecDeque<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    grant: oneshot::Sender<Place>,
}

impl Shares {
    /// So many places, which may become more.
    pub(super) fn new(made: usize, most: usize) -> Arc<Self> {
        let state = State { free: made, most, number: 0, holders: HashMap::new() };
        Arc::new(Self { state: Mutex::new(state) })
    }

    /// A place, if one is to be had at once; else what waits for one.
    pub(super) fn ask(self: &Arc<Self>, whose: Whose) -> Result<Place, oneshot::Receiver<Place>> {
        let mut state = self.state();
        let bound = state.bound();
        let free = state.free;
        let holder = state.holders.entry(whose.clone()).or_default();
        // While one is free, everybody who waits has all that it may have.
        if free > 0 && holder.held < bound {
            holder.held += 1;
            state.free -= 1;
            return Ok(self.place(whose));
        }
        let (grant, granted) = oneshot::channel();
        state.number += 1;
        let number = state.number;
        state.holders.entry(whose).or_default().waiting.push_back(Waiter { number, grant });
        Err(granted)
    }

    /// One more is there.
    pub(super) fn add(self: &Arc<Self>) {
        let mut state = self.state();
        state.free += 1;
        self.give(state);
    }

    /// So many may be there before long.
    pub(super) fn expect(self: &Arc<Self>, most: usize) {
        let mut state = self.state();
        state.most = most;
        self.give(state);
    }

    /// Whether somebody waits for a place that only one more can give.
    pub(super) fn is_wanted(&self) -> bool {
        let mut state = self.state();
        state.free == 0 && state.next().is_some()
    }

    /// Gives what is free to those who wait for it.
    fn give(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let grants: Vec<_> = std::iter::from_fn(|| state.grant_next()).collect();
        drop(state);
        for (grant, whose) in grants {
            // Who has left meanwhile gives it back.
            let _ = grant.send(self.place(whose));
        }
    }

    fn place(self: &Arc<Self>, whose: Whose) -> Place {
        Place { shares: Arc::clone(self), whose, places: 1 }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How many places one may have: all but an eighth, and one is left for the others.
    fn bound(&self) -> usize {
        self.most.saturating_sub((self.most / 8).max(1)).max(1)
    }

    /// Who gets the next place that is free.
    fn next(&mut self) -> Option<Whose> {
        let bound = self.bound();
        for holder in self.holders.values_mut() {
            while holder.waiting.pop_front_if(|waiter| waiter.grant.is_closed()).is_some() {}
        }
        self.holders.retain(|_, holder| holder.held > 0 || !holder.waiting.is_empty());
        let turns = self.holders.iter().filter(|(_, holder)| holder.held < bound);
        let turns = turns.filter_map(|(whose, holder)| Some((holder.held, holder.waiting.front()?.number, whose)));
        turns.min_by_key(|(held, number, _)| (*held, *number)).map(|(_, _, whose)| whose.clone())
    }

    fn grant_next(&mut self) -> Option<(oneshot::Sender<Place>, Whose)> {
        if self.free == 0 {
            return None;
        }
        let whose = self.next()?;
        let holder = self.holders.get_mut(&whose)?;
        let waiter = holder.waiting.pop_front()?;
        holder.held += 1;
        self.free -= 1;
        Some((waiter.grant, whose))
    }

    fn leave(&mut self, whose: &Whose) {
        if let Some(holder) = self.holders.get_mut(whose) {
            holder.held = holder.held.saturating_sub(1);
            if holder.held == 0 && holder.waiting.is_empty() {
                self.holders.remove(whose);
            }
        }
    }
}

impl Place {
    /// Gives up the place for good: there is one less.
    pub(super) fn forget(mut self) {
        self.places = 0;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.shares.state();
        state.leave(&self.whose);
        state.free += self.places;
        self.shares.give(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merchant(name: &str) -> Whose {
        Some(Merchant::parse(name).unwrap())
    }

    /// So many places of one merchant.
    fn taken(shares: &Arc<Shares>, name: &str, count: usize) -> Vec<Place> {
        (0..count).map(|_| shares.ask(merchant(name)).unwrap()).collect()
    }

    fn waits(shares: &Arc<Shares>, name: &str) -> oneshot::Receiver<Place> {
        shares.ask(merchant(name)).unwrap_err()
    }

    #[test]
    fn nobody_takes_the_last_place_of_several() {
        let check = |made, most, expected: usize| {
            let shares = Shares::new(made, most);
            let held = taken(&shares, "acme", expected);
            let _waits = waits(&shares, "acme");
            let other = shares.ask(merchant("globex"));
            assert_eq!(other.is_ok(), made > expected, "{made} of {most}");
            drop(held);
        };
        check(1, 1, 1);
        check(2, 2, 1);
        check(6, 6, 5);
        check(14, 14, 13);
        check(16, 16, 14);
        check(3, 8, 3);
    }

    #[test]
    fn the_next_place_is_of_whoever_has_fewest_and_then_of_whoever_has_waited_longest() {
        let shares = Shares::new(3, 3);
        let mut held = taken(&shares, "acme", 2);
        held.extend(taken(&shares, "globex", 1));
        let mut acme = [waits(&shares, "acme"), waits(&shares, "acme")];
        let mut globex = waits(&shares, "globex");
        let mut initech = [waits(&shares, "initech"), waits(&shares, "initech")];

        drop(held.pop());
        let first = globex.try_recv().unwrap();
        assert!(acme[0].try_recv().is_err() && initech[0].try_recv().is_err());
        drop(held.pop());
        let second = initech[0].try_recv().unwrap();
        assert!(acme[0].try_recv().is_err() && initech[1].try_recv().is_err());
        drop(held.pop());
        let third = acme[0].try_recv().unwrap();
        assert!(acme[1].try_recv().is_err() && initech[1].try_recv().is_err());

        drop((first, second, third));
        assert!(acme[1].try_recv().is_ok() && initech[1].try_recv().is_ok());
    }

    #[test]
    fn who_has_left_is_passed_over_and_a_place_that_nobody_takes_is_free() {
        let shares = Shares::new(1, 1);
        let held = taken(&shares, "acme", 1);
        drop(waits(&shares, "globex"));
        assert!(!shares.is_wanted());
        let granted = waits(&shares, "initech");
        assert!(shares.is_wanted());

        drop(held);
        drop(granted);

        assert!(shares.ask(None).is_ok());
    }

    #[test]
    fn places_become_more_and_fewer() {
        let shares = Shares::new(1, 3);
        let held = taken(&shares, "acme", 1);
        let (mut second, mut third) = (waits(&shares, "acme"), waits(&shares, "acme"));
        assert!(shares.is_wanted());

        shares.add();
        let second = second.try_recv().unwrap();
        assert!(!shares.is_wanted(), "what there may be is left for others");
        second.forget();
        shares.add();
        let _again = third.try_recv().unwrap();
        shares.expect(2);
        drop(held);

        let _waits = waits(&shares, "acme");
        assert!(shares.ask(merchant("globex")).is_ok());
    }
}
