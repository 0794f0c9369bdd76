//! Lets go of what a feed stated once its sync needs it no more, bit by bit; gives up what nobody goes on with.

use shared::{
    database::{Database, Transaction, now},
    identity::Merchant,
    time::Micros,
};
use uuid::Uuid;

use crate::{
    catalogue::Error,
    domain::sync::session::{Session, State},
    storage::sync::{self, Lock, abandoned},
};

/// Items that one transaction lets go of.
const CHUNK: i64 = 2_000;
/// Sessions that one look finds.
const SESSIONS: i64 = 100;

/// Lets go of what the items of a session state, in short transactions.
pub(super) async fn forget(database: &Database, merchant: &Merchant, sync_id: Uuid) -> Result<(), Error> {
    while database.retrying(|| forget_some(database, merchant, sync_id)).await? {}
    Ok(())
}

/// Lets go of the next items; `false` if none are left, or they are still needed.
async fn forget_some(database: &Database, merchant: &Merchant, sync_id: Uuid) -> Result<bool, Error> {
    let transaction = database.begin().await?;
    let session = sync::find(&transaction, merchant, sync_id, Lock::Yes).await?;
    let left = session.filter(|session| session.needs_no_items() && session.forgotten < session.uploaded);
    let Some(session) = left else {
        transaction.rollback().await?;
        return Ok(false);
    };
    let last = session.forgotten.saturating_add(CHUNK).min(session.uploaded);
    abandoned::forget(&transaction, merchant, sync_id, session.forgotten, last).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Gives a session up: whoever uploads to it or applies it loses it. What its items state is let go of after it.
pub(super) async fn give_up(
    transaction: &Transaction,
    merchant: &Merchant,
    session: Session,
    now: Micros,
) -> Result<(), Error> {
    let fence = session.fence.saturating_add(1);
    let aborted = Session { state: State::Aborted, fence, lease_until: Micros(0), ..session };
    Ok(sync::update(transaction, merchant, &aborted, now).await?)
}

/// Gives up every session that nobody has gone on with for too long, and lets go of what those that are over still hold.
pub(crate) async fn abandon(database: &Database) -> Result<(), Error> {
    let snapshot = database.snapshot().await?;
    let idle = Micros(now(&snapshot).await?.0.saturating_sub(Session::IDLE_MAX_US));
    let stale = abandoned::idle_since(&snapshot, idle, SESSIONS).await?;
    snapshot.rollback().await?;
    for whose in stale {
        database.retrying(|| abandon_one(database, &whose)).await?;
    }

    let snapshot = database.snapshot().await?;
    let holding = abandoned::to_forget(&snapshot, SESSIONS).await?;
    snapshot.rollback().await?;
    for whose in holding {
        forget(database, &whose.merchant, whose.sync_id).await?;
    }
    Ok(())
}

async fn abandon_one(database: &Database, whose: &abandoned::Whose) -> Result<(), Error> {
    let transaction = database.begin().await?;
    let session = sync::find(&transaction, &whose.merchant, whose.sync_id, Lock::Yes).await?;
    let now = now(&transaction).await?;
    let Some(session) = session.filter(|session| session.is_stale(now)) else {
        return Ok(transaction.rollback().await?);
    };
    give_up(&transaction, &whose.merchant, session, now).await?;
    Ok(transaction.commit().await?)
}
