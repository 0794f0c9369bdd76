//! What waits in a lane: merchants take turns, and each merchant's own commands are in two rows.

use std::collections::{HashMap, VecDeque};

use shared::identity::Merchant;

use super::Job;
use crate::domain::{Action, Command};

/// Which of a merchant's commands go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Haste {
    /// What frees stock, or ends what was begun.
    First,
    /// What begins something.
    Then,
}

impl Haste {
    /// That of a whole call: its commands stay in order.
    pub(super) fn of_call(commands: &[Command]) -> Self {
        let goes_first = |command: &Command| match &command.action {
            Action::Confirm(_) | Action::Ship(_) | Action::Release(_) => true,
            Action::Create(_)
            | Action::Ensure(_)
            | Action::EnsureAnyway(_)
            | Action::Update(_)
            | Action::Rename(_)
            | Action::Archive(_)
            | Action::Unarchive(_)
            | Action::CreateLocation(_)
            | Action::UpdateLocation(_)
            | Action::Receive(_)
            | Action::Adjust(_)
            | Action::Count(_)
            | Action::Transfer(_)
            | Action::Return(_)
            | Action::Reserve(_)
            | Action::Amend(_)
            | Action::Extend(_) => false,
        };
        if commands.iter().all(goes_first) { Self::First } else { Self::Then }
    }
}

/// Jobs of all merchants.
#[derive(Default)]
pub(super) struct Line {
    merchants: HashMap<Merchant, Own>,
    /// Whoever has a job, once each.
    turns: VecDeque<Merchant>,
}

/// Jobs of one merchant.
#[derive(Default)]
struct Own {
    first: VecDeque<Job>,
    then: VecDeque<Job>,
    /// How many of those that go first have gone since one of the others.
    in_a_row: usize,
}

impl Line {
    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    pub(super) fn add(&mut self, job: Job) {
        let (merchant, haste) = match &job {
            Job::Command(_, caller) => (&caller.merchant, caller.haste),
            Job::Expire(merchant, ..) => (merchant, Haste::First),
        };
        let own = match self.merchants.get_mut(merchant) {
            Some(own) => own,
            None => self.merchants.entry(merchant.clone()).or_default(),
        };
        if own.is_empty() {
            self.turns.push_back(merchant.clone());
        }
        match haste {
            Haste::First => own.first.push_back(job),
            Haste::Then => own.then.push_back(job),
        }
    }

    /// Whether nothing is left of those who have no job.
    #[cfg(test)]
    pub(super) fn merchants_are_forgotten(&self) -> bool {
        self.merchants.len() == self.turns.len()
    }

    /// The next job of whose turn it is.
    pub(super) fn next(&mut self) -> Option<Job> {
        let merchant = self.turns.pop_front()?;
        let own = self.merchants.get_mut(&merchant)?;
        let job = own.next();
        if own.is_empty() {
            self.merchants.remove(&merchant);
        } else {
            self.turns.push_back(merchant);
        }
        job
    }
}

impl Own {
    /// Of so many in a row one is left to the others: nobody waits without an end.
    const ROW: usize = 8;

    fn is_empty(&self) -> bool {
        self.first.is_empty() && self.then.is_empty()
    }

    fn next(&mut self) -> Option<Job> {
        if self.in_a_row + 1 >= Self::ROW && !self.then.is_empty() || self.first.is_empty() {
            self.in_a_row = 0;
            return self.then.pop_front();
        }
        self.in_a_row += 1;
        self.first.pop_front()
    }
}
