//! Gives a sync up; what was applied stays.

use shared::{
    database::{Transaction, now},
    identity::Merchant,
    time::Micros,
};
use uuid::Uuid;

use super::view_sync::SyncView;
use crate::catalogue::{Catalogue, Error};
use crate::{
    domain::{
        self,
        sync::session::{Session, State},
    },
    storage::sync::{self, Lock},
};

impl Catalogue {
    /// Gives a session up; whoever applies it stops before its next step.
    pub(crate) async fn abort_sync(&self, merchant: &Merchant, sync_id: Uuid) -> Result<SyncView, Error> {
        self.database.retrying(|| self.abort_sync_once(merchant, sync_id)).await
    }

    async fn abort_sync_once(&self, merchant: &Merchant, sync_id: Uuid) -> Result<SyncView, Error> {
        let transaction = self.database.begin().await?;
        let session = sync::find(&transaction, merchant, sync_id, Lock::Yes).await?;
        let session = session.ok_or(domain::Error::SyncNotFound { sync_id })?;
        session.abort()?;
        if session.state != State::Aborted {
            give_up(&transaction, merchant, session, now(&transaction).await?).await?;
        }
        let view = self.load_sync(&transaction, merchant, sync_id).await?;
        transaction.commit().await?;
        Ok(view)
    }
}

/// Gives a session up: whoever applies it loses it, and what the feed stated is let go of.
pub(super) async fn give_up(
    transaction: &Transaction,
    merchant: &Merchant,
    session: Session,
    now: Micros,
) -> Result<(), Error> {
    let fence = session.fence.saturating_add(1);
    let aborted = Session { state: State::Aborted, fence, lease_until: Micros(0), ..session };
    sync::update(transaction, merchant, &aborted, now).await?;
    Ok(sync::item::forget_payloads(transaction, merchant, aborted.sync_id).await?)
}
