//! How much was tried: a test that tried too little is not a pass.

use std::collections::BTreeMap;

use tests::Engine;

use super::{
    call::Answer,
    history::{Entry, History},
};

/// Every call and every refusal that is to be met.
const TO_BE_HEARD: [&str; 17] = [
    "BELOW_RESERVED",
    "INSUFFICIENT_STOCK",
    "MORE_THAN_HELD",
    "ORDER_DIFFERS",
    "RESERVATION_CLOSED",
    "RESERVATION_NOT_FOUND",
    "RESERVATION_SHIPPED",
    "SEQUENCE_MISMATCH",
    "confirm",
    "count",
    "get order",
    "look",
    "receive",
    "release",
    "reserve",
    "ship",
    "transfer",
];

#[derive(Debug, Default)]
pub(super) struct Tally {
    histories: usize,
    calls: usize,
    /// Calls that were under way while another of their history was.
    overlapping: usize,
    /// Looks at another replica than the one that had just answered a change.
    looks_elsewhere: usize,
    /// Calls whose answer nobody heard.
    open: usize,
    /// Histories that only an open call explains: it has happened.
    happened_unheard: usize,
    /// Histories that are explained without any of their open calls.
    as_if_never_asked: usize,
    /// Answers by call, and refusals by reason.
    heard: BTreeMap<String, usize>,
}

impl Tally {
    pub(super) fn of(histories: &[History]) -> Self {
        let mut tally = Self { histories: histories.len(), ..Self::default() };
        for history in histories {
            tally.calls += history.entries.len();
            tally.overlapping += history.overlapping();
            tally.looks_elsewhere += history.looks_elsewhere();
            history.entries.iter().for_each(|entry| tally.count(entry));
            let heard = history.without_open();
            if heard.entries.len() < history.entries.len() {
                let is_explained = heard.is_linearizable();
                tally.as_if_never_asked += usize::from(is_explained);
                tally.happened_unheard += usize::from(!is_explained);
            }
        }
        tally
    }

    fn count(&mut self, entry: &Entry) {
        let name = match &entry.heard {
            Some((Answer::Refused(why), _)) => why.split(' ').next().unwrap_or_default(),
            Some(_) => entry.call.name(),
            None => {
                self.open += 1;
                return;
            }
        };
        *self.heard.entry(name.to_owned()).or_default() += 1;
    }

    /// Fails if too little was tried for so many rounds.
    pub(super) fn assert_enough(&self, rounds: usize, engine: Engine) {
        let missed: Vec<_> = TO_BE_HEARD.into_iter().filter(|name| !self.heard.contains_key(*name)).collect();
        assert!(missed.is_empty(), "not met: {missed:?} in {self:?}");
        assert!(self.histories * 2 > rounds * 3, "{self:?}");
        assert!(self.overlapping * 2 > self.calls, "calls came one after the other: {self:?}");
        assert!(self.open > rounds / 2, "{self:?}");
        assert!(self.happened_unheard > rounds / 20 && self.as_if_never_asked > rounds / 20, "{self:?}");
        assert!(engine == Engine::Sqlite || self.looks_elsewhere > rounds, "{self:?}");
    }
}
