//! Who waits to become whole: bounded in number and in bytes, and whoever has most gives way first.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use futures::task::AtomicWaker;

/// Tells a request that it has to give way.
#[derive(Debug, Default)]
pub(super) struct Signal {
    is_given: AtomicBool,
    waker: AtomicWaker,
}

impl Signal {
    fn give(&self) {
        self.is_given.store(true, Ordering::Release);
        self.waker.wake();
    }

    pub(super) fn is_given(&self) -> bool {
        self.is_given.load(Ordering::Acquire)
    }

    /// Wakes whoever waits when it is given.
    pub(super) fn register(&self, waker: &std::task::Waker) {
        self.waker.register(waker);
    }
}

/// The unfinished requests of all merchants, each on one of its connections.
///
/// One more finds room always: of whoever has the most requests, on the connection with the most of them, the oldest gives way; and of
/// whoever has the most bytes, on the connection with the most of them, the largest.
#[derive(Debug)]
pub(super) struct Crowd<K> {
    calls_max: usize,
    bytes_max: usize,
    state: Mutex<State<K>>,
}

#[derive(Debug)]
struct State<K> {
    calls: usize,
    bytes: usize,
    next: u64,
    all: HashMap<K, Own>,
}

/// What one of them has.
#[derive(Debug, Default)]
struct Own {
    calls: usize,
    bytes: usize,
    connections: HashMap<usize, Connection>,
}

/// What is on one connection, by the order in which it came.
#[derive(Debug, Default)]
struct Connection {
    bytes: usize,
    requests: BTreeMap<u64, Unfinished>,
}

/// Where a request is found.
#[derive(Clone, Debug)]
struct Spot<K> {
    key: K,
    connection: usize,
    number: u64,
}

#[derive(Debug)]
struct Unfinished {
    bytes: usize,
    signal: Arc<Signal>,
}

/// One request among them, until it is dropped.
#[derive(Debug)]
pub(super) struct Member<K: Clone + Eq + Hash> {
    crowd: Arc<Crowd<K>>,
    spot: Spot<K>,
}

impl<K: Clone + Eq + Hash> Crowd<K> {
    pub(super) fn new(calls_max: usize, bytes_max: usize) -> Arc<Self> {
        let state = State { calls: 0, bytes: 0, next: 0, all: HashMap::new() };
        Arc::new(Self { calls_max: calls_max.max(1), bytes_max, state: Mutex::new(state) })
    }

    /// Counts one more.
    pub(super) fn enter(self: &Arc<Self>, key: &K, connection: usize, bytes: usize, signal: &Arc<Signal>) -> Member<K> {
        let mut state = self.state();
        state.next += 1;
        let spot = Spot { key: key.clone(), connection, number: state.next };
        state.insert(&spot, Unfinished { bytes, signal: Arc::clone(signal) });
        while state.calls > self.calls_max && state.oldest_gives_way() {}
        self.make_room(state);
        Member { crowd: Arc::clone(self), spot }
    }

    fn make_room(&self, mut state: MutexGuard<'_, State<K>>) {
        while state.bytes > self.bytes_max && state.largest_gives_way() {}
    }

    fn state(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash> Member<K> {
    /// Counts more bytes of it.
    pub(super) fn grow(&self, bytes: usize) {
        let mut state = self.crowd.state();
        if let Some(request) = state.remove(&self.spot) {
            let bytes = request.bytes.saturating_add(bytes);
            state.insert(&self.spot, Unfinished { bytes, ..request });
        }
        self.crowd.make_room(state);
    }

    /// Counts none of its bytes any more.
    pub(super) fn clear(&self) {
        let mut state = self.crowd.state();
        if let Some(request) = state.remove(&self.spot) {
            state.insert(&self.spot, Unfinished { bytes: 0, ..request });
        }
    }
}

impl<K: Clone + Eq + Hash> Drop for Member<K> {
    fn drop(&mut self) {
        self.crowd.state().remove(&self.spot);
    }
}

impl<K: Clone + Eq + Hash> State<K> {
    fn oldest_gives_way(&mut self) -> bool {
        let oldest = || {
            let (key, own) = self.all.iter().max_by_key(|(_, own)| own.calls)?;
            let (connection, most) = own.connections.iter().max_by_key(|(_, most)| most.requests.len())?;
            let (number, _) = most.requests.first_key_value()?;
            Some(Spot { key: key.clone(), connection: *connection, number: *number })
        };
        let oldest = oldest();
        self.gives_way(oldest)
    }

    fn largest_gives_way(&mut self) -> bool {
        let largest = || {
            let (key, own) = self.all.iter().max_by_key(|(_, own)| own.bytes)?;
            let (connection, most) = own.connections.iter().max_by_key(|(_, most)| most.bytes)?;
            let (number, _) = most.requests.iter().max_by_key(|(_, request)| request.bytes)?;
            Some(Spot { key: key.clone(), connection: *connection, number: *number })
        };
        let largest = largest();
        self.gives_way(largest)
    }

    fn gives_way(&mut self, spot: Option<Spot<K>>) -> bool {
        let request = spot.and_then(|spot| self.remove(&spot));
        request.inspect(|request| request.signal.give()).is_some()
    }

    fn insert(&mut self, spot: &Spot<K>, request: Unfinished) {
        self.calls += 1;
        self.bytes += request.bytes;
        let own = self.all.entry(spot.key.clone()).or_default();
        own.calls += 1;
        own.bytes += request.bytes;
        let connection = own.connections.entry(spot.connection).or_default();
        connection.bytes += request.bytes;
        connection.requests.insert(spot.number, request);
    }

    fn remove(&mut self, spot: &Spot<K>) -> Option<Unfinished> {
        let own = self.all.get_mut(&spot.key)?;
        let connection = own.connections.get_mut(&spot.connection)?;
        let request = connection.requests.remove(&spot.number)?;
        connection.bytes -= request.bytes;
        if connection.requests.is_empty() {
            own.connections.remove(&spot.connection);
        }
        own.bytes -= request.bytes;
        own.calls -= 1;
        if own.calls == 0 {
            self.all.remove(&spot.key);
        }
        self.bytes -= request.bytes;
        self.calls -= 1;
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type One = (Member<&'static str>, Arc<Signal>);

    fn enter(crowd: &Arc<Crowd<&'static str>>, key: &'static str, bytes: usize) -> One {
        let signal = Arc::default();
        (crowd.enter(&key, 1, bytes, &signal), signal)
    }

    fn given(all: &[One]) -> Vec<bool> {
        all.iter().map(|(_, signal)| signal.is_given()).collect()
    }

    #[test]
    fn the_oldest_of_whoever_has_most_gives_way() {
        let crowd = Crowd::new(4, 1_000);
        let acme = [(); 4].map(|()| enter(&crowd, "acme", 0));
        assert_eq!(given(&acme), [false; 4], "alone it has all");

        let bolt = [enter(&crowd, "bolt", 0)];
        assert_eq!((given(&acme), given(&bolt)), (vec![true, false, false, false], vec![false]));
        let more = [enter(&crowd, "acme", 0)];
        assert_eq!((given(&acme), given(&bolt)), (vec![true, true, false, false], vec![false]));
        assert_eq!(given(&more), [false], "the newest has its time");
    }

    #[test]
    fn of_several_connections_the_one_with_most_gives_way_and_no_other_merchant() {
        let crowd = Crowd::new(5, 1_000);
        let on = |key: &'static str, connection: usize| {
            let signal = Arc::default();
            (crowd.enter(&key, connection, 0, &signal), signal)
        };
        let bolt = [on("bolt", 1), on("bolt", 1)];
        let acme = [on("acme", 2), on("acme", 3), on("acme", 3)];

        let more = [on("acme", 4)];

        assert_eq!((given(&acme), given(&bolt), given(&more)), (vec![false, true, false], vec![false; 2], vec![false]));
    }

    #[test]
    fn the_largest_of_whoever_has_most_bytes_gives_way() {
        let crowd = Crowd::new(10, 100);
        let acme = [enter(&crowd, "acme", 10), enter(&crowd, "acme", 20), enter(&crowd, "acme", 5)];
        let bolt = [enter(&crowd, "bolt", 0)];

        bolt[0].0.grow(34);
        acme[1].0.grow(31);
        assert_eq!((given(&acme), given(&bolt)), (vec![false; 3], vec![false]), "100 bytes are there");
        bolt[0].0.grow(1);
        assert_eq!((given(&acme), given(&bolt)), (vec![false, true, false], vec![false]));
    }

    #[test]
    fn who_has_left_and_what_is_whole_is_not_counted() {
        let crowd = Crowd::new(2, 100);
        let first = enter(&crowd, "acme", 90);
        first.0.clear();
        drop(enter(&crowd, "acme", 90));
        let third = enter(&crowd, "bolt", 100);

        assert_eq!(given(&[first, third]), [false; 2]);
        let state = crowd.state();
        assert_eq!((state.calls, state.bytes, state.all.len()), (0, 0, 0));
    }
}
