//! A batch: commands of any merchants with those who wait for their answers.

use sea_orm::DbErr;
use shared::{database::late, identity::Merchant, server::Waiting};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Caller, Job};
use crate::{
    domain::{self, Answered, Command},
    storage,
};

/// Commands with their callers, place by place, and reservations to be looked at.
#[derive(Default)]
pub(super) struct Batch {
    commands: Vec<Command>,
    callers: Vec<Caller>,
    due: Vec<(Merchant, Vec<Uuid>)>,
    /// Who waits for those reservations.
    sweepers: Vec<oneshot::Sender<()>>,
}

/// What a batch does for one merchant.
#[derive(Clone)]
pub(super) struct Group<'a> {
    pub(super) merchant: &'a Merchant,
    pub(super) commands: &'a [Command],
    pub(super) due: Vec<Uuid>,
}

impl Batch {
    /// Takes a job in, unless nobody waits for it any more.
    pub(super) fn add(&mut self, job: Job) {
        match job {
            Job::Command(_, caller) if caller.waiting.is_over() || caller.reply.is_closed() => {
                // Who has gone does not hear it.
                let _ = caller.reply.send(Err(late().into()));
            }
            Job::Command(command, caller) => {
                self.commands.push(*command);
                self.callers.push(caller);
            }
            Job::Expire(merchant, reservation_ids, sweeper) => {
                self.due.push((merchant, reservation_ids));
                self.sweepers.push(sweeper);
            }
        }
    }

    /// How many commands it has.
    pub(super) fn len(&self) -> usize {
        self.commands.len()
    }

    /// Who waits for it. A sweeper waits for ever.
    pub(super) fn waiting(&self) -> Waiting {
        let callers = self.callers.iter().map(|caller| caller.waiting.clone());
        Waiting::together(callers.chain(self.sweepers.iter().map(|_| Waiting::default())))
    }

    /// The same with one merchant after the other; each merchant's commands stay in order.
    pub(super) fn sorted(mut self) -> Self {
        let mut jobs: Vec<(Command, Caller)> = self.commands.into_iter().zip(self.callers).collect();
        jobs.sort_by(|(_, a), (_, b)| a.merchant.cmp(&b.merchant));
        (self.commands, self.callers) = jobs.into_iter().unzip();
        self
    }

    /// What it does for each merchant, by name: the outermost order of all locks.
    pub(super) fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        let mut groups: Vec<Group<'_>> = vec![];
        let mut rest = self.commands.as_slice();
        for callers in self.callers.chunk_by(|a, b| a.merchant == b.merchant) {
            let Some(first) = callers.first() else { continue };
            let (commands, after) = rest.split_at(callers.len());
            rest = after;
            groups.push(Group { merchant: &first.merchant, commands, due: vec![] });
        }
        for (merchant, reservation_ids) in &self.due {
            match groups.iter_mut().find(|group| group.merchant == merchant) {
                Some(group) => group.due.extend(reservation_ids),
                None => groups.push(Group { merchant, commands: &[], due: reservation_ids.clone() }),
            }
        }
        groups.sort_by(|a, b| a.merchant.cmp(b.merchant));
        groups.into_iter()
    }

    /// Tells every caller what its command led to.
    pub(super) fn answer(self, results: Vec<Result<Answered, domain::Error>>) {
        for (caller, result) in self.callers.into_iter().zip(results) {
            // Who has gone since does not hear it.
            let _ = caller.reply.send(result.map_err(storage::Error::from));
        }
        for sweeper in self.sweepers {
            let _ = sweeper.send(());
        }
    }

    /// Tells every caller that its command could not be applied.
    pub(super) fn fail(self, error: &DbErr) {
        for caller in self.callers {
            // Who has gone since does not hear it.
            let _ = caller.reply.send(Err(error.clone().into()));
        }
    }

    /// Two batches of half the commands each.
    pub(super) fn halves(mut self) -> (Self, Self) {
        let middle = self.commands.len() / 2;
        let commands = self.commands.split_off(middle);
        let callers = self.callers.split_off(middle);
        (self, Self { commands, callers, due: vec![], sweepers: vec![] })
    }
}
