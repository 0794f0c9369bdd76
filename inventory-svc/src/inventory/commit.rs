//! Group commit: whatever is queued becomes the next batch, one transaction applies it, then everybody is answered.
//!
//! There is no timer: an idle lane commits a lone command at once, and what comes meanwhile is the next batch, in which merchants take
//! turns. The commands of one call stay in order, and all lanes together have an end: the places in them are shared fairly by merchant. A
//! caller that has gone, or whose deadline has passed, is left out when the batch is formed; after that its command is applied, if anybody
//! else waits for the batch: one for which nobody does any more is undone whole.
//!
//! On PostgreSQL there is more than one lane when many commands wait: while the database works for one, the service works for another.
//! Where they meet (kits, reservations by their ids), they are to each other as two replicas are.

mod batch;
mod habits;
mod lanes;
mod line;
#[cfg(test)]
mod tests;

use std::{iter, sync::Arc};

use sea_orm::DbErr;
use shared::{
    database::{Database, Engine, Fault, crowded, late, overtaken},
    fair::{Fair, Full, Place},
    identity::Merchant,
    server::Waiting,
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use self::{
    batch::Batch,
    habits::Habits,
    line::{Haste, Line},
};
use super::watch_stock::Watches;
use crate::{
    domain::{
        self, Action, Answered, Command,
        reservation::OrderRef,
        stock::{Applied, WorkingSet},
    },
    planted::{self, Bug},
    settings,
    storage::{
        self, changes,
        working_set::{self, Wanted},
    },
};

/// What a command led to.
pub(super) type Reply = Result<Answered, storage::Error>;

/// A caller that waits for the answer of one command.
struct Caller {
    merchant: Merchant,
    waiting: Waiting,
    haste: Haste,
    reply: oneshot::Sender<Reply>,
    _place: Place<Merchant>,
}

/// Something to be done in the next batch.
enum Job {
    Command(Box<Command>, Caller),
    /// Give back what these reservations hold if they are due.
    Expire(Merchant, Vec<Uuid>, oneshot::Sender<()>),
}

/// The way to the tasks of this process that write stock.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    lanes: Arc<[Lane]>,
    places: Arc<Fair<Merchant>>,
}

/// The way to one of those tasks.
type Lane = mpsc::UnboundedSender<Job>;

impl Queue {
    /// With fewer commands, waiting or being applied, one lane is faster: a transaction costs nearly as much for one as for ten.
    const MANY: usize = 32;

    /// Starts the tasks, which end when the last queue is gone.
    pub(super) fn start(database: Database, settings: &settings::Stock, watches: Arc<Watches>) -> Self {
        let places = Fair::new(settings.queue_max.count());
        let lanes = match database.engine() {
            Engine::Postgres => settings.lanes.count(),
            // There is one writer.
            Engine::Sqlite => 1,
        };
        let batch_max = settings.batch_max.count();
        let committer = || {
            let (database, watches) = (database.clone(), Arc::clone(&watches));
            Committer { database, watches, batch_max, habits: Habits::default() }.start()
        };
        Self { lanes: iter::repeat_with(committer).take(lanes).collect(), places }
    }

    /// Has commands applied in order, and returns what each led to; refused if there is no room for all of them, nor soon.
    pub(super) async fn apply(&self, merchant: &Merchant, commands: Vec<Command>) -> Result<Vec<Reply>, DbErr> {
        let waiting = Waiting::current();
        let mut places = tokio::select! {
            biased;
            places = self.places.take(merchant, commands.len()) => places.map_err(|Full| crowded())?,
            () = waiting.over() => return Err(late()),
        };
        let haste = Haste::of_call(&commands);
        let mut replies = Vec::with_capacity(commands.len());
        let lanes = lanes::of_call(merchant, &commands, self.lanes_used());
        for (command, lane) in commands.into_iter().zip(lanes) {
            let (reply, answer) = oneshot::channel();
            let place = places.split(1).ok_or_else(crowded)?;
            let caller = Caller { merchant: merchant.clone(), waiting: waiting.clone(), haste, reply, _place: place };
            self.send(lane, Job::Command(Box::new(command), caller))?;
            replies.push(answer);
        }
        let mut answers = Vec::with_capacity(replies.len());
        for reply in replies {
            answers.push(reply.await.map_err(|_| stopped())?);
        }
        Ok(answers)
    }

    /// How many lanes there are for what comes now.
    fn lanes_used(&self) -> usize {
        if self.places.taken() < Self::MANY { 1 } else { self.lanes.len() }
    }

    fn send(&self, lane: usize, job: Job) -> Result<(), DbErr> {
        self.lanes.get(lane).ok_or_else(stopped)?.send(job).map_err(|_| stopped())
    }

    /// Has reservations looked at that may be due, in the next batch.
    pub(super) async fn expire(&self, merchant: Merchant, reservation_ids: Vec<Uuid>) -> Result<(), DbErr> {
        let (done, wait) = oneshot::channel();
        let lane = lanes::of(&merchant, None, self.lanes_used());
        self.send(lane, Job::Expire(merchant, reservation_ids, done))?;
        wait.await.map_err(|_| stopped())
    }
}

/// A task that commits is gone: it ends with the process, or by a defect of ours.
fn stopped() -> DbErr {
    DbErr::Custom("the task that commits has stopped".to_owned())
}

/// One of the tasks of this process that write stock.
struct Committer {
    database: Database,
    watches: Arc<Watches>,
    batch_max: usize,
    habits: Habits,
}

impl Committer {
    fn start(self) -> Lane {
        let (lane, queue) = mpsc::unbounded_channel();
        tokio::spawn(self.run(queue));
        lane
    }

    async fn run(self, mut queue: mpsc::UnboundedReceiver<Job>) {
        let mut line = Line::default();
        loop {
            if line.is_empty() {
                let Some(first) = queue.recv().await else { return };
                line.add(first);
            }
            while let Ok(next) = queue.try_recv() {
                line.add(next);
            }
            let mut batch = Batch::default();
            while batch.len() < self.batch_max
                && let Some(next) = line.next()
            {
                batch.add(next);
            }
            self.settle(batch.sorted()).await;
        }
    }

    /// Applies a batch, and answers everybody in it; one that fails for good is split until the command at fault is alone.
    async fn settle(&self, batch: Batch) {
        let mut batches = vec![batch];
        while let Some(batch) = batches.pop() {
            let done = batch.waiting().scope(self.database.retrying(|| self.attempt(&batch))).await;
            match done {
                Ok(results) => batch.answer(results),
                Err(error) => match Fault::of(&error) {
                    Fault::Contention | Fault::Other if batch.len() > 1 => {
                        tracing::warn!(%error, commands = batch.len(), "a batch failed, splitting it");
                        let (first, second) = batch.halves();
                        batches.extend([second, first]);
                    }
                    _ => batch.fail(&error),
                },
            }
        }
    }

    /// One transaction: load the facts, ask the domain, write the decision; for one merchant after the other, in the order of their names.
    async fn attempt(&self, batch: &Batch) -> Result<Vec<Result<Answered, domain::Error>>, DbErr> {
        let mut wanted: Vec<Wanted> = batch.groups().map(|group| Wanted::new(group.due)).collect();
        self.habits.apply_to(&mut wanted);
        'facts: loop {
            let transaction = self.database.begin().await?;
            let mut results = Vec::with_capacity(batch.len());
            let mut is_changed = false;
            let mut unrecorded = vec![];
            for (group, wanted) in batch.groups().zip(&mut wanted) {
                let (mut facts, moment) =
                    working_set::load(&transaction, group.merchant, group.commands, wanted).await?;
                let Applied { results: own, changes, lacking } = facts.apply(group.commands);
                if !lacking.is_nothing() {
                    wanted.add(lacking);
                    transaction.rollback().await?;
                    continue 'facts;
                }
                let refused = refused_orders(&facts, group.commands, &own);
                if working_set::is_reserved_meanwhile(&transaction, group.merchant, &refused).await? {
                    self.habits.note_known_order();
                    return Err(overtaken());
                }
                if !changes.is_nothing() {
                    let written = changes::write(&transaction, group.merchant, &changes, moment).await;
                    written.inspect_err(|_| self.habits.note_known_order())?;
                    is_changed = true;
                    if planted::has(Bug::RequestAfterEffect) {
                        unrecorded.push((group.merchant, changes, moment.now));
                    }
                }
                self.habits.note(&own);
                results.extend(own);
            }
            if is_changed {
                planted::commit(transaction).await?;
                for (merchant, changes, now) in unrecorded {
                    let transaction = self.database.begin().await?;
                    changes::record(&transaction, merchant, &changes, now).await?;
                    transaction.commit().await?;
                }
                self.watches.committed();
            } else {
                transaction.rollback().await?;
            }
            return Ok(results);
        }
    }
}

/// The orders that were found unreserved and cannot be reserved.
fn refused_orders(
    facts: &WorkingSet,
    commands: &[Command],
    results: &[Result<Answered, domain::Error>],
) -> Vec<OrderRef> {
    let refused = commands.iter().zip(results).filter(|(_, result)| result.is_err());
    let orders = refused.filter_map(|(command, _)| match &command.action {
        Action::Reserve(order) => Some(OrderRef::from(&order.key)),
        _ => None,
    });
    orders.filter(|order| !facts.orders.contains_key(order)).collect()
}
