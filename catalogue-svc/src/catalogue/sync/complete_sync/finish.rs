//! The end of a sync, in steps behind its lease: what a full one did not bring is listed, judged and retired, and the findings of its
//! account are brought up to date.

mod steps;

use shared::database::{Transaction, now};

use super::{Stop, Work};
use crate::{
    catalogue::{Catalogue, Error, sync::forget_sync::forget},
    domain::{
        self,
        account::Account,
        sync::{
            retirement::{self, Retirement},
            session::{Ending, Session, State},
        },
    },
    storage::{
        account,
        sync::{self, Lock},
    },
};

/// How a step ended.
enum Stepped {
    /// There is another.
    Next,
    /// The sync is completed.
    Completed,
    /// It waits for a person.
    Held(domain::Error),
    /// Somebody else took over, or it was aborted.
    Lost,
}

impl Catalogue {
    /// Ends a sync whose items are all applied, or holds it for review; asked to stop it does so before its next step.
    pub(super) async fn end_sync(&self, work: &Work, stop: &Stop) -> Result<(), Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        while !stop.is_set() {
            match self.database.retrying(|| self.end_step(work)).await? {
                Stepped::Next => {}
                Stepped::Lost => return Ok(()),
                Stepped::Completed => return forget(&self.database, merchant, sync_id).await,
                Stepped::Held(refusal) => {
                    forget(&self.database, merchant, sync_id).await?;
                    return Err(refusal.into());
                }
            }
        }
        Ok(())
    }

    /// One step: a short transaction, after which it is known what comes next.
    async fn end_step(&self, work: &Work) -> Result<Stepped, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.begin().await?;
        let now = now(&transaction).await?;
        if !work.renew(&transaction, now).await? {
            return Ok(Stepped::Lost);
        }
        let session = sync::find(&transaction, merchant, sync_id, Lock::No).await?;
        let mut session = session.ok_or(domain::Error::SyncNotFound { sync_id })?;
        let accounts = account::by_ids(&transaction, merchant, vec![work.account.id]).await?;
        let account = accounts.into_iter().next().ok_or(domain::Error::SyncNotFound { sync_id })?;
        let step = steps::At { transaction: &transaction, merchant, account: &account, now };
        let stepped = match session.ending {
            Ending::Judge => judge(&mut session, &account),
            Ending::Close => {
                close(&transaction, work, &mut session, account).await?;
                Stepped::Completed
            }
            ending => {
                session.ending = step.take(&mut session, ending).await?;
                Stepped::Next
            }
        };
        sync::update(&transaction, merchant, &session, now).await?;
        transaction.commit().await?;
        Ok(stepped)
    }
}

/// Whether what is absent may be retired: by the threshold, or because a person said so.
fn judge(session: &mut Session, account: &Account) -> Stepped {
    let threshold_percent = account.terms.retire_threshold_percent;
    let judged = retirement::judge(session.absent, session.listings_before, threshold_percent);
    if judged == Retirement::Hold && session.approved_by.is_none() {
        session.state = State::HeldForReview;
        session.lease_until = shared::time::Micros(0);
        let Session { sync_id, absent: would_retire, listings_before: listings, .. } = *session;
        return Stepped::Held(domain::Error::SyncHeldForReview { sync_id, would_retire, listings, threshold_percent });
    }
    session.ending = Ending::Retire(0);
    Stepped::Next
}

/// The account is synced, and the session over.
async fn close(transaction: &Transaction, work: &Work, session: &mut Session, account: Account) -> Result<(), Error> {
    let merchant = &work.caller.merchant;
    let now = now(transaction).await?;
    let synced = Account {
        first_sync_due: false,
        last_sync_time: Some(now),
        version: account.version + 1,
        update_time: now,
        ..account
    };
    account::update(transaction, merchant, &synced).await?;
    session.state = State::Completed;
    session.lease_until = shared::time::Micros(0);
    Ok(())
}
