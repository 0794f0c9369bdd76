//! Applies what was uploaded to a sync: in chunks, each of which is found again after a crash where it was.
//!
//! What states the same as last time goes no further; all else is matched with the listings that there are, before anything is written.
//! Per chunk: the listings are written here, then their ISKUs are ensured there, then mappings and findings are written here. Groups take
//! their members when everything is listed. What a remote call did is found again by its request id. Whoever applies holds a lease and a
//! fence; a second caller waits.

mod barcode;
mod finish;
mod join;
mod list;
mod listener;
mod matching;
mod read;
mod repeats;
mod same;
mod settle;

use std::time::Duration;

use shared::{
    caller::Caller,
    database::{Transaction, now},
    identity::Merchant,
    time::Micros,
};
use tokio::sync::mpsc;
use uuid::Uuid;

use self::listener::tell_progress;
pub(crate) use self::listener::{Event, Listener, Stop};
use super::list_syncs::ListOutcomes;
use crate::catalogue::{Catalogue, Error};
use crate::{
    domain::{
        self,
        account::Account,
        sync::session::{Completion, Session, State},
    },
    storage::{
        self, statistics,
        sync::{
            self, Lock,
            item::{Judged, Stage},
        },
    },
};

/// Items of one step.
const CHUNK: i64 = 500;
/// How long whoever applies a sync may be silent before another takes over.
const LEASE_US: i64 = 10_000_000;
/// How often a second caller looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// How often it counts what is done.
const COUNT_AGAIN_US: i64 = 5_000_000;
/// Items that make no difference to how PostgreSQL looks for one.
const FEW: i64 = 250;

/// The right to apply a sync, until somebody else takes it.
struct Work {
    caller: Caller,
    session: Session,
    account: Account,
    /// Items that were done when it was taken.
    done: i64,
}

enum Taken {
    Mine(Box<Work>),
    Busy,
    Done,
}

/// Why a wait is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waited {
    /// Nobody applies the sync now.
    Free,
    /// Nobody listens any more.
    Gone,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// This many items were done; there may be more to do.
    More(i64),
    /// Nothing was left to do.
    Nothing,
    /// Somebody else took over, or the sync was aborted.
    Lost,
}

impl Catalogue {
    /// Applies a sync to its end and tells every outcome; goes on where an earlier call stopped.
    ///
    /// A listener that is gone stops nothing that has begun; only who waits for another leaves with its listener. Asked to stop it ends
    /// before its next step, and another call goes on at once.
    pub(crate) async fn complete_sync(
        &self,
        caller: &Caller,
        sync_id: Uuid,
        item_count: i64,
        listener: &Listener,
    ) -> Result<(), Error> {
        let Listener { events, stop } = listener;
        while !stop.is_set() {
            match self.database.retrying(|| self.take_sync(caller, sync_id, item_count)).await? {
                Taken::Done => break,
                Taken::Mine(work) => {
                    let done = self.apply(&work, listener).await;
                    if done.is_err() || stop.is_set() {
                        self.let_go(&work).await;
                    }
                    done?;
                }
                Taken::Busy => {
                    if self.wait(&caller.merchant, sync_id, events).await? == Waited::Gone {
                        return Ok(());
                    }
                }
            }
        }
        if stop.is_set() { Ok(()) } else { self.tell_outcomes(caller, sync_id, events).await }
    }

    /// Waits, only reading, until nobody holds the lease any more, or nobody listens.
    async fn wait(&self, merchant: &Merchant, sync_id: Uuid, events: &mpsc::Sender<Event>) -> Result<Waited, Error> {
        let mut counted: Option<Micros> = None;
        loop {
            let snapshot = self.database.snapshot().await?;
            let session = sync::find(&snapshot, merchant, sync_id, Lock::No).await?;
            let session = session.ok_or(domain::Error::SyncNotFound { sync_id })?;
            let now = now(&snapshot).await?;
            if session.state != State::Applying || session.lease_until <= now {
                break;
            }
            // All items are counted for it.
            if counted.is_none_or(|counted| now.0.saturating_sub(counted.0) >= COUNT_AGAIN_US) {
                let (done, _) = sync::item::counts(&snapshot, merchant, sync_id).await?;
                counted = Some(now);
                tell_progress(events, done, session.uploaded);
            }
            snapshot.rollback().await?;
            tokio::select! {
                () = events.closed() => return Ok(Waited::Gone),
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
        Ok(Waited::Free)
    }

    /// Takes the lease, unless somebody holds it.
    async fn take_sync(&self, caller: &Caller, sync_id: Uuid, item_count: i64) -> Result<Taken, Error> {
        let merchant = &caller.merchant;
        let transaction = self.database.begin().await?;
        let session = sync::find(&transaction, merchant, sync_id, Lock::Yes).await?;
        let mut session = session.ok_or(domain::Error::SyncNotFound { sync_id })?;
        let now = now(&transaction).await?;
        match session.complete(item_count)? {
            Completion::Done => return Ok(Taken::Done),
            Completion::GoOn if session.state == State::Applying && session.lease_until > now => {
                return Ok(Taken::Busy);
            }
            Completion::GoOn => {}
            Completion::Begin => {
                session.listings_before = sync::presence::count(&transaction, merchant, session.account_id).await?;
                self.set_repeated_aside(&transaction, merchant, &session, now).await?;
            }
        }
        session.state = State::Applying;
        session.fence = session.fence.saturating_add(1);
        session.lease_until = lease(now);
        sync::update(&transaction, merchant, &session, now).await?;
        let (done, _) = sync::item::counts(&transaction, merchant, sync_id).await?;
        let accounts = storage::account::by_ids(&transaction, merchant, vec![session.account_id]).await?;
        let account = accounts.into_iter().next().ok_or(domain::Error::SyncNotFound { sync_id })?;
        transaction.commit().await?;
        Ok(Taken::Mine(Box::new(Work { caller: caller.clone(), session, account, done })))
    }

    /// Works until nothing is left, or the lease is lost.
    async fn apply(&self, work: &Work, listener: &Listener) -> Result<(), Error> {
        let mut done = work.done;
        let mut is_matched = false;
        let mut count_again = 0;
        while !listener.stop.is_set() {
            if done >= count_again {
                statistics::refresh(&self.database).await?;
                count_again = done.max(FEW).saturating_mul(4);
            }
            // What an interrupted run has listed is settled before anything else is listed.
            let mut step = self.settle_chunk(work).await?;
            if step == Step::Nothing && !is_matched {
                step = self.same_chunk(work).await?;
                if step == Step::Nothing {
                    step = self.database.retrying(|| self.match_chunk(work)).await?;
                    is_matched = step == Step::Nothing;
                }
            }
            if step == Step::Nothing {
                step = self.database.retrying(|| self.list_chunk(work)).await?;
            }
            if step == Step::Nothing {
                step = self.database.retrying(|| self.join_chunk(work)).await?;
            }
            match step {
                Step::Lost => return Ok(()),
                Step::Nothing => return self.end_sync(work, &listener.stop).await,
                Step::More(items) => {
                    done += items;
                    tell_progress(&listener.events, done, work.session.uploaded);
                }
            }
        }
        Ok(())
    }

    /// Gives the lease back after an error, so that the next caller need not wait for its end.
    async fn let_go(&self, work: &Work) {
        let given_back = async {
            let transaction = self.database.begin().await?;
            let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
            sync::renew(&transaction, merchant, sync_id, work.session.fence, Micros(0)).await?;
            transaction.commit().await
        };
        if let Err(error) = given_back.await {
            tracing::warn!(%error, "could not give back the lease of a sync");
        }
    }

    /// Writes what became of items that go no further.
    async fn set_aside(&self, work: &Work, aside: &[Judged]) -> Result<Step, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.begin().await?;
        let now = now(&transaction).await?;
        if !work.renew(&transaction, now).await? {
            return Ok(Step::Lost);
        }
        sync::item::judge(&transaction, merchant, sync_id, aside).await?;
        transaction.commit().await?;
        Ok(Step::More(done(aside)))
    }

    async fn tell_outcomes(&self, caller: &Caller, sync_id: Uuid, events: &mpsc::Sender<Event>) -> Result<(), Error> {
        let mut after = 0;
        loop {
            let query = ListOutcomes { only: None, after, limit: 1_000 };
            let page = self.sync_outcomes(&caller.merchant, sync_id, query).await?;
            let Some(last) = page.last() else { break };
            after = last.place;
            for told in page {
                if events.send(Event::Outcome(told)).await.is_err() {
                    return Ok(());
                }
            }
        }
        let view = self.get_sync(&caller.merchant, sync_id).await?;
        let _ = events.send(Event::Finished(Box::new(view))).await;
        Ok(())
    }
}

/// How many of these items are done.
fn done(judged: &[Judged]) -> i64 {
    let done = judged.iter().filter(|judged| judged.stage == Stage::Done).count();
    i64::try_from(done).unwrap_or(i64::MAX)
}

/// When a lease ends that begins now.
fn lease(now: Micros) -> Micros {
    Micros(now.0.saturating_add(LEASE_US))
}

impl Work {
    /// Extends the lease; `false` if it was lost.
    async fn renew(&self, transaction: &Transaction, now: Micros) -> Result<bool, Error> {
        let (merchant, session) = (&self.caller.merchant, &self.session);
        Ok(sync::renew(transaction, merchant, session.sync_id, session.fence, lease(now)).await?)
    }
}
