//! How long a connection is borne with: pure, on times that are handed in.

use std::time::Duration;

use tokio::time::Instant;

/// How long a connection may take or last.
#[derive(Clone, Debug)]
pub(super) struct Patience {
    /// For its first words: the preface and the settings.
    pub(super) opening: Duration,
    /// Until its first call.
    pub(super) first_call: Duration,
    /// Without a call.
    pub(super) idle: Duration,
    /// In all, give or take a tenth.
    pub(super) age: Duration,
    /// How long calls go on from then on, before what lasts longer is told to end.
    pub(super) finish: Duration,
    /// Without anything of an answer being taken.
    pub(super) stuck: Duration,
    /// How long goodbye takes, for who says nothing.
    pub(super) goodbye: Duration,
    /// How long who has been told to end may take, whatever it does.
    pub(super) last: Duration,
}

/// What is known of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// When it was made.
    pub(super) opened: Instant,
    /// When it is too old.
    pub(super) old: Instant,
    /// Whether it has made a call.
    pub(super) has_called: bool,
    /// Calls that have no answer yet.
    pub(super) working: usize,
    /// Calls that are not over.
    pub(super) open: usize,
    /// Answers of which a part is ready that has not been taken.
    pub(super) offered: usize,
    /// When a call began or ended last.
    pub(super) called: Instant,
    /// When something was written last.
    pub(super) moved: Instant,
    /// When a part of an answer was taken last, or the first one was ready.
    pub(super) taken: Instant,
    /// How far it has been asked to leave.
    pub(super) leave: Leaving,
}

/// How far a connection has been asked to leave.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Leaving {
    /// When it was asked.
    pub(super) asked: Option<Instant>,
    /// When its calls were told to end.
    pub(super) told: Option<Instant>,
    /// Whether the server drains, which has a time of its own for calls without an answer.
    pub(super) is_draining: bool,
}

/// What is to be done with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing before then.
    Wait(Instant),
    /// Make no more calls on it.
    Leave,
    /// End what lasts.
    Tell,
    /// Close it.
    Close,
}

impl Patience {
    /// Judges a connection; who waits until then asks again.
    pub(super) fn judge(&self, now: Instant, seen: &Seen) -> Verdict {
        match seen.leave.asked {
            None => self.staying(now, seen),
            Some(asked) => self.leaving(now, asked, seen),
        }
    }

    fn staying(&self, now: Instant, seen: &Seen) -> Verdict {
        let mut next = seen.old;
        if seen.open == 0 {
            let idle = if seen.has_called { seen.called + self.idle } else { seen.opened + self.first_call };
            next = next.min(idle);
        }
        if seen.offered > 0 {
            next = next.min(seen.taken + self.stuck);
        }
        if next <= now {
            return Verdict::Leave;
        }
        // Nobody says when a call ends, or when an answer is no longer taken.
        Verdict::Wait(next.min(now + self.idle.min(self.stuck)))
    }

    fn leaving(&self, now: Instant, asked: Instant, seen: &Seen) -> Verdict {
        let said = asked.max(seen.called).max(seen.moved) + self.goodbye;
        if seen.open == 0 && said <= now {
            return Verdict::Close;
        }
        let is_stuck = seen.offered > 0 && seen.taken + self.stuck <= now;
        let Some(told) = seen.leave.told else {
            let tell = asked + self.finish;
            return if tell <= now || is_stuck { Verdict::Tell } else { Verdict::Wait(tell.min(now + self.goodbye)) };
        };
        let works = seen.working > 0;
        let end = told + self.last;
        let is_over =
            if works { !seen.leave.is_draining && end <= now } else { end.min(said.max(told + self.goodbye)) <= now };
        if is_over { Verdict::Close } else { Verdict::Wait(now + self.goodbye) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict::*, *};

    fn after(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const PATIENCE: Patience = Patience {
        opening: Duration::from_secs(5),
        first_call: Duration::from_secs(30),
        idle: Duration::from_secs(300),
        age: Duration::from_secs(1_000),
        finish: Duration::from_secs(40),
        stuck: Duration::from_secs(20),
        goodbye: Duration::from_secs(1),
        last: Duration::from_secs(5),
    };

    /// A connection that has made no call.
    fn new(opened: Instant) -> Seen {
        Seen {
            opened,
            old: opened + PATIENCE.age,
            has_called: false,
            working: 0,
            open: 0,
            offered: 0,
            called: opened,
            moved: opened,
            taken: opened,
            leave: Leaving::default(),
        }
    }

    #[test]
    fn a_connection_stays_while_it_is_used_and_not_too_old() {
        let start = Instant::now();
        let at = |seconds| start + after(seconds);
        let used = Seen { has_called: true, called: at(100), moved: at(100), taken: at(100), ..new(start) };
        let check =
            |seconds, seen: Seen, expected| assert_eq!(PATIENCE.judge(at(seconds), &seen), expected, "{seen:?}");

        check(0, new(start), Wait(at(20)));
        check(29, new(start), Wait(at(30)));
        check(30, new(start), Leave);
        check(399, used, Wait(at(400)));
        check(400, used, Leave);
        check(400, Seen { open: 1, working: 1, ..used }, Wait(at(420)));
        check(999, Seen { open: 1, working: 1, ..used }, Wait(at(1_000)));
        check(1_000, Seen { open: 1, working: 1, ..used }, Leave);
        check(119, Seen { open: 1, offered: 1, ..used }, Wait(at(120)));
        check(120, Seen { open: 1, offered: 1, ..used }, Leave);
        check(120, Seen { open: 1, offered: 1, moved: at(110), ..used }, Leave);
        check(120, Seen { open: 1, offered: 1, taken: at(110), ..used }, Wait(at(130)));
    }

    #[test]
    fn who_leaves_finishes_its_calls_and_nothing_lasts_for_ever() {
        let start = Instant::now();
        let at = |seconds| start + after(seconds);
        let asked = Leaving { asked: Some(at(100)), ..Leaving::default() };
        let left = Seen { has_called: true, leave: asked, ..new(start) };
        let told = Seen { leave: Leaving { told: Some(at(140)), ..asked }, ..left };
        let drained = Seen { leave: Leaving { is_draining: true, ..told.leave }, ..told };
        let check =
            |seconds, seen: Seen, expected| assert_eq!(PATIENCE.judge(at(seconds), &seen), expected, "{seen:?}");

        check(100, left, Wait(at(101)));
        check(101, left, Close);
        check(101, Seen { called: at(101), ..left }, Wait(at(102)));
        check(101, Seen { moved: at(101), ..left }, Wait(at(102)));
        check(139, Seen { open: 1, ..left }, Wait(at(140)));
        check(140, Seen { open: 1, ..left }, Tell);
        check(101, Seen { open: 1, offered: 1, ..left }, Tell);
        check(140, Seen { open: 1, ..told }, Wait(at(141)));
        check(141, Seen { open: 1, ..told }, Close);
        check(141, Seen { open: 1, moved: at(141), ..told }, Wait(at(142)));
        check(144, Seen { open: 1, working: 1, ..told }, Wait(at(145)));
        check(145, Seen { open: 1, working: 1, ..drained }, Wait(at(146)));
        check(145, Seen { open: 1, working: 1, ..told }, Close);
        check(145, Seen { open: 1, moved: at(145), ..told }, Close);
    }
}
