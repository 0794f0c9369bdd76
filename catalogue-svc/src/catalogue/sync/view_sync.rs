//! Reads syncs and what became of their items.

use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

use crate::catalogue::{Catalogue, Error};
use crate::{
    domain::{
        self,
        account::AccountKey,
        sync::session::{Counts, Session},
    },
    storage::{
        self,
        sync::{self, Lock},
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

    /// One sync, as a transaction sees it.
    pub(super) async fn load_sync(
        &self,
        transaction: &Transaction,
        merchant: &Merchant,
        sync_id: Uuid,
    ) -> Result<SyncView, Error> {
        let session = sync::find(transaction, merchant, sync_id, Lock::No).await?;
        let session = session.ok_or(domain::Error::SyncNotFound { sync_id })?;
        let session = Self::counted(transaction, merchant, session).await?;
        let accounts = storage::account::by_ids(transaction, merchant, vec![session.account_id]).await?;
        let account = accounts.into_iter().next().ok_or(domain::Error::SyncNotFound { sync_id })?;
        Ok(SyncView { session, account: account.key })
    }

    /// A session with its items counted.
    pub(super) async fn counted(
        transaction: &Transaction,
        merchant: &Merchant,
        session: Session,
    ) -> Result<Session, Error> {
        let (applied, counts) = sync::item::counts(transaction, merchant, session.sync_id).await?;
        let counts = Counts { retired: session.counts.retired, ..counts };
        Ok(Session { applied, counts, ..session })
    }
}
