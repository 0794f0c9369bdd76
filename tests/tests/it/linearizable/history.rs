//! What clients asked of one object and were answered, with the times: whether one order of the calls explains it, and if none does, why.

use std::{fmt, time::Duration};

use todc_utils::linearizability::{
    WGLChecker,
    history::{
        Action::{self, Call as Sent, Response},
        History as Actions,
    },
};

use super::{
    call::{Answer, Call},
    shelf::Shelf,
};

/// Calls to one object.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    pub(super) name: String,
    pub(super) entries: Vec<Entry>,
}

/// A call of a client at a replica.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) client: usize,
    pub(super) replica: usize,
    pub(super) call: Call,
    pub(super) sent: Duration,
    /// The answer and when it was heard; a call without may have happened, may happen at any time later, or never.
    pub(super) heard: Option<(Answer, Duration)>,
}

/// How a call begins and ends: itself, and the answer if one was heard.
type Operation = (Call, Option<Answer>);

impl History {
    /// Whether some order of the calls, each between its two times, gives everybody the answer that was heard.
    pub(super) fn is_linearizable(&self) -> bool {
        self.entries.is_empty() || WGLChecker::<Shelf>::is_linearizable(Actions::from_actions(self.actions()))
    }

    /// Beginnings and ends in time. Each call is a process of its own, so that a client may go on after a call that it gave up.
    fn actions(&self) -> Vec<(usize, Action<Operation>)> {
        let mut actions = vec![];
        for (process, entry) in self.entries.iter().enumerate() {
            let operation = || (entry.call.clone(), entry.heard.as_ref().map(|(answer, _)| answer.clone()));
            let end = entry.heard.as_ref().map_or(Duration::MAX, |(_, at)| *at);
            // What ends as another begins is at once with it: no order is claimed that was not seen.
            actions.push(((entry.sent, 0), (process, Sent(operation()))));
            actions.push(((end, 1), (process, Response(operation()))));
        }
        actions.sort_by_key(|(time, _)| *time);
        actions.into_iter().map(|(_, action)| action).collect()
    }

    /// The least of it that has no order: up to the answer that cannot be, without calls that changed nothing and are not needed for it.
    pub(super) fn contradiction(&self) -> Option<Self> {
        if self.is_linearizable() {
            return None;
        }
        let mut ends: Vec<Duration> = self.entries.iter().filter_map(Entry::end).collect();
        ends.sort();
        let mut least = ends.into_iter().map(|end| self.until(end)).find(|prefix| !prefix.is_linearizable())?;
        for at in (0..least.entries.len()).rev() {
            if !least.entries[at].changes_nothing() {
                continue;
            }
            let mut less = least.clone();
            less.entries.remove(at);
            if !less.is_linearizable() {
                least = less;
            }
        }
        Some(least)
    }

    /// As it was at a time: what was not answered yet is open.
    fn until(&self, time: Duration) -> Self {
        let begun = self.entries.iter().filter(|entry| entry.sent <= time).cloned();
        let open = |entry: Entry| Entry { heard: entry.heard.filter(|(_, at)| *at <= time), ..entry };
        Self { name: self.name.clone(), entries: begun.map(open).collect() }
    }

    /// The same as if what is open had never been asked for.
    pub(super) fn without_open(&self) -> Self {
        let heard = self.entries.iter().filter(|entry| entry.heard.is_some());
        Self { name: self.name.clone(), entries: heard.cloned().collect() }
    }

    /// Looks at another replica than the one that had just answered a change to the same client.
    pub(super) fn looks_elsewhere(&self) -> usize {
        let is_elsewhere = |pair: &&[Entry]| {
            let (change, look) = (&pair[0], &pair[1]);
            change.client == look.client && change.replica != look.replica && look.call.is_read() && change.is_done()
        };
        self.entries.windows(2).filter(is_elsewhere).count()
    }

    /// Calls that were under way while another one was.
    pub(super) fn overlapping(&self) -> usize {
        let end = |entry: &Entry| entry.end().unwrap_or(Duration::MAX);
        let meet = |one: &Entry, other: &Entry| one.sent < end(other) && other.sent < end(one);
        let meets_another = |at: usize, one: &Entry| {
            self.entries.iter().enumerate().any(|(other_at, other)| at != other_at && meet(one, other))
        };
        self.entries.iter().enumerate().filter(|(at, one)| meets_another(*at, one)).count()
    }
}

impl Entry {
    /// When its answer was heard.
    pub(super) fn end(&self) -> Option<Duration> {
        self.heard.as_ref().map(|(_, at)| *at)
    }

    /// Whether it was answered that it changed something, or that it was so already.
    fn is_done(&self) -> bool {
        !self.call.is_read() && self.heard.as_ref().is_some_and(|(answer, _)| !answer.is_refusal())
    }

    /// Whether leaving it out leaves the others as they were: a read, or a refusal.
    fn changes_nothing(&self) -> bool {
        self.call.is_read() || self.heard.as_ref().is_some_and(|(answer, _)| answer.is_refusal())
    }
}

/// A table in the order of time, in milliseconds.
impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |time: Duration| format!("{:.3}", time.as_secs_f64() * 1_000.0);
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        entries.sort_by_key(|entry| entry.sent);
        writeln!(f, "history {}: no order of these calls explains their answers", self.name)?;
        writeln!(f, "{:>9} {:>9}  client replica  {:<34} answer", "sent", "heard", "call")?;
        for Entry { client, replica, call, sent, heard } in entries {
            let (end, answer) = match heard {
                Some((answer, at)) => (millis(*at), answer.to_string()),
                None => ("never".to_owned(), "?".to_owned()),
            };
            writeln!(f, "{:>9} {end:>9}  {client:>6} {replica:>7}  {:<34} {answer}", millis(*sent), call.to_string())?;
        }
        Ok(())
    }
}
