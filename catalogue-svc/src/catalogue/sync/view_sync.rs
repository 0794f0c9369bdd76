//! Reads syncs and what became of their items.

use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

use crate::catalogue::{Catalogue, Error};
use crate::{
    domain::{
        self,
        account::AccountKey,
        sync::{outcome::Outcome, session::Session},
    },
    storage::{
        self,
        sync::{self, Lock, item::Told},
    },
};

/// A sync as it is shown.
#[derive(Clone, Debug)]
pub(crate) struct SyncView {
    /// The session, with its counts.
    pub(crate) session: Session,
    /// Its account.
    pub(crate) account: AccountKey,
}

impl Catalogue {
    /// One sync.
    pub(crate) async fn get_sync(&self, merchant: &Merchant, sync_id: Uuid) -> Result<SyncView, Error> {
        let transaction = self.database.snapshot().await?;
        self.load_sync(&transaction, merchant, sync_id).await
    }

    /// Outcomes after a place in the upload.
    pub(crate) async fn sync_outcomes(
        &self,
        merchant: &Merchant,
        sync_id: Uuid,
        only: Option<Outcome>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Told>, Error> {
        let transaction = self.database.snapshot().await?;
        let session = sync::find(&transaction, merchant, sync_id, Lock::No).await?;
        session.ok_or(domain::Error::SyncNotFound { sync_id })?.tell_outcomes()?;
        Ok(sync::item::outcomes(&transaction, merchant, sync_id, only, after, limit).await?)
    }

    /// One sync, as a transaction sees it.
    pub(super) async fn load_sync(
        &self,
        transaction: &Transaction,
        merchant: &Merchant,
        sync_id: Uuid,
    ) -> Result<SyncView, Error> {
        let session = sync::find(transaction, merchant, sync_id, Lock::No).await?;
        let mut session = session.ok_or(domain::Error::SyncNotFound { sync_id })?;
        let (applied, mut counts) = sync::item::counts(transaction, merchant, sync_id).await?;
        counts.retired = session.counts.retired;
        session.applied = applied;
        session.counts = counts;
        let accounts = storage::account::by_ids(transaction, merchant, vec![session.account_id]).await?;
        let account = accounts.into_iter().next().ok_or(domain::Error::SyncNotFound { sync_id })?;
        Ok(SyncView { session, account: account.key })
    }
}
