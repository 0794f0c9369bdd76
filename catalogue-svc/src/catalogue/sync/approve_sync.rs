//! Approves what a held sync would retire.

use shared::{caller::Caller, database::now};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    complete_sync::{Listener, Stop},
    view_sync::SyncView,
};
use crate::{
    catalogue::{Catalogue, Error},
    domain::{self, sync::session::State},
    storage::sync::{self, Lock},
};

impl Catalogue {
    /// Retires what a held sync would retire, and ends it; who is cut off calls again, or CompleteSync.
    pub(crate) async fn approve_sync(&self, caller: &Caller, sync_id: Uuid, stop: Stop) -> Result<SyncView, Error> {
        let uploaded = self.database.retrying(|| self.approve_once(caller, sync_id)).await?;
        let (events, mut told) = mpsc::channel(1);
        let listener = Listener { events, stop };
        let silence = async { while told.recv().await.is_some() {} };
        let ending = async {
            let ended = self.complete_sync(caller, sync_id, uploaded, &listener).await;
            drop(listener);
            ended
        };
        let ((), ended) = tokio::join!(silence, ending);
        ended?;
        self.get_sync(&caller.merchant, sync_id).await
    }

    async fn approve_once(&self, caller: &Caller, sync_id: Uuid) -> Result<i64, Error> {
        let merchant = &caller.merchant;
        let transaction = self.database.begin().await?;
        let session = sync::find(&transaction, merchant, sync_id, Lock::Yes).await?;
        let mut session = session.ok_or(domain::Error::SyncNotFound { sync_id })?;
        session.approve()?;
        if session.state == State::HeldForReview {
            session.approved_by.get_or_insert_with(|| caller.actor.clone());
            sync::update(&transaction, merchant, &session, now(&transaction).await?).await?;
        }
        transaction.commit().await?;
        Ok(session.uploaded)
    }
}
