//! Gives a sync up; what was applied stays.

use shared::{database::now, identity::Merchant};
use uuid::Uuid;

use super::{
    forget_sync::{forget, give_up},
    view_sync::SyncView,
};
use crate::catalogue::{Catalogue, Error};
use crate::{
    domain::{self, sync::session::State},
    storage::sync::{self, Lock},
};

impl Catalogue {
    /// Gives a session up; whoever applies it stops before its next step.
    pub(crate) async fn abort_sync(&self, merchant: &Merchant, sync_id: Uuid) -> Result<SyncView, Error> {
        let view = self.database.retrying(|| self.abort_sync_once(merchant, sync_id)).await?;
        forget(&self.database, merchant, sync_id).await?;
        Ok(view)
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
