//! Group commit: whatever is queued becomes the next batch, one transaction applies it, then everybody is answered.
//!
//! There is no timer: an idle queue commits a lone command at once, and what comes meanwhile is the next batch. The queue is in order and
//! has an end: who finds it full is told so at once, who is in it waits for those before it only. A caller that has gone, or whose deadline
//! has passed, is left out when the batch is formed; after that its command is applied.

mod batch;
mod habits;

use std::sync::Arc;

use sea_orm::DbErr;
use shared::{
    database::{Database, Fault, crowded, late, overtaken},
    identity::Merchant,
    server::Waiting,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use uuid::Uuid;

use self::{batch::Batch, habits::Habits};
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
    reply: oneshot::Sender<Reply>,
    _place: OwnedSemaphorePermit,
}

/// Something to be done in the next batch.
enum Job {
    Command(Box<Command>, Caller),
    /// Give back what these reservations hold if they are due.
    Expire(Merchant, Vec<Uuid>, oneshot::Sender<()>),
}

/// The way to the one task of this process that writes stock.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    jobs: mpsc::UnboundedSender<Job>,
    places: Arc<Semaphore>,
}

impl Queue {
    /// Starts the task, which ends when the last queue is gone.
    pub(super) fn start(database: Database, settings: &settings::Stock, watches: Arc<Watches>) -> Self {
        let (jobs, queue) = mpsc::unbounded_channel();
        let places =
            Arc::new(Semaphore::new(settings.queue_max.clamp(settings::Stock::QUEUE_LEAST, Semaphore::MAX_PERMITS)));
        let committer =
            Committer { database, watches, batch_max: settings.batch_max.max(1), habits: Habits::default() };
        tokio::spawn(committer.run(queue));
        Self { jobs, places }
    }

    /// Has commands applied in order, and returns what each led to; refused at once if there is no room for all of them.
    pub(super) async fn apply(&self, merchant: &Merchant, commands: Vec<Command>) -> Result<Vec<Reply>, DbErr> {
        let count = u32::try_from(commands.len()).map_err(|_| crowded())?;
        let mut places = Arc::clone(&self.places).try_acquire_many_owned(count).map_err(|_| crowded())?;
        let mut replies = Vec::with_capacity(commands.len());
        for command in commands {
            let (reply, answer) = oneshot::channel();
            let place = places.split(1).ok_or_else(crowded)?;
            let caller = Caller { merchant: merchant.clone(), waiting: Waiting::current(), reply, _place: place };
            self.jobs.send(Job::Command(Box::new(command), caller)).map_err(|_| stopped())?;
            replies.push(answer);
        }
        let mut answers = Vec::with_capacity(replies.len());
        for reply in replies {
            answers.push(reply.await.map_err(|_| stopped())?);
        }
        Ok(answers)
    }

    /// Has reservations looked at that may be due, in the next batch.
    pub(super) async fn expire(&self, merchant: Merchant, reservation_ids: Vec<Uuid>) -> Result<(), DbErr> {
        let (done, wait) = oneshot::channel();
        self.jobs.send(Job::Expire(merchant, reservation_ids, done)).map_err(|_| stopped())?;
        wait.await.map_err(|_| stopped())
    }
}

/// The task that commits is gone: it ends with the process, or by a defect of ours.
fn stopped() -> DbErr {
    DbErr::Custom("the task that commits has stopped".to_owned())
}

/// The one task of this process that writes stock.
struct Committer {
    database: Database,
    watches: Arc<Watches>,
    batch_max: usize,
    habits: Habits,
}

impl Committer {
    async fn run(self, mut queue: mpsc::UnboundedReceiver<Job>) {
        while let Some(first) = queue.recv().await {
            let mut batch = Batch::default();
            batch.add(first);
            while batch.len() < self.batch_max
                && let Ok(next) = queue.try_recv()
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
            let done = self.database.retrying(|| self.attempt(&batch)).await;
            match done {
                Ok(results) => batch.answer(results),
                Err(error) => match Fault::of(&error) {
                    Fault::Contention | Fault::Other if batch.len() > 1 => {
                        tracing::warn!(%error, commands = batch.len(), "a batch failed, splitting it");
                        let (first, second) = batch.halves();
                        batches.extend([second, first]);
                    }
                    _ => batch.fail(error),
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
                let mut facts = working_set::load(&transaction, group.merchant, group.commands, wanted).await?;
                let now = facts.now;
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
                    let written = changes::write(&transaction, group.merchant, &changes, now).await;
                    written.inspect_err(|_| self.habits.note_known_order())?;
                    is_changed = true;
                    if planted::has(Bug::RequestAfterEffect) {
                        unrecorded.push((group.merchant, changes, now));
                    }
                }
                self.habits.note(&own);
                results.extend(own);
            }
            if is_changed {
                transaction.commit().await?;
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

/// An error that means the same for each of several callers.
fn alike(error: &DbErr) -> DbErr {
    match Fault::of(error) {
        Fault::Crowded => crowded(),
        Fault::Late => late(),
        Fault::Contention => overtaken(),
        Fault::Away | Fault::Lost | Fault::InDoubt | Fault::Other => {
            DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout)
        }
    }
}
