//! Opens an account's one sync, or finds the open one.

use shared::{caller::Caller, database::now, identity::RequestId, time::Micros};
use uuid::Uuid;

use super::{abort_sync::give_up, view_sync::SyncView};
use crate::catalogue::{Answered, Catalogue, Error, request::Request};
use crate::{
    domain::{
        self,
        account::AccountKey,
        sync::session::{Counts, IskuPolicy, Scope, Session, State},
    },
    storage::{self, sync},
};

/// What a new sync is to be.
#[derive(Clone, Debug)]
pub(crate) struct StartSync {
    /// The account.
    pub(crate) account: AccountKey,
    /// What the items will be.
    pub(crate) scope: Scope,
    /// What it may do with ISKUs.
    pub(crate) iskus: IskuPolicy,
    /// What is uploaded, in the caller's words.
    pub(crate) source: String,
}

/// Whether a session was open already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// It is new.
    New,
    /// It was open.
    Existing,
}

impl Catalogue {
    /// Opens the account's session; one that waited too long for its next chunk is given up.
    pub(crate) async fn start_sync(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &StartSync,
    ) -> Result<(SyncView, Opened), Error> {
        self.database.retrying(|| self.start_sync_once(caller, request_id, command)).await
    }

    async fn start_sync_once(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &StartSync,
    ) -> Result<(SyncView, Opened), Error> {
        let merchant = &caller.merchant;
        let transaction = self.database.begin().await?;
        let request = Request { caller, verb: "start_sync", request_id, command };
        if let Some(Answered { answer: (sync_id, opened), .. }) = request.answered(&transaction).await? {
            return Ok((self.load_sync(&transaction, merchant, sync_id).await?, opened));
        }
        let account = storage::account::get(&transaction, merchant, &command.account).await?;
        let account =
            account.ok_or_else(|| domain::Error::AccountNotFound { channel: command.account.channel.clone() })?;
        let now = now(&transaction).await?;
        let open = sync::find_open(&transaction, merchant, account.id).await?;
        let (sync_id, opened) = match open {
            Some(session) if !session.is_stale(now) => (session.sync_id, Opened::Existing),
            stale => {
                if let Some(session) = stale {
                    give_up(&transaction, merchant, session, now).await?;
                }
                let session = session(command, account.id, now);
                if !sync::insert(&transaction, merchant, &session).await? {
                    return Err(shared::database::overtaken().into());
                }
                (session.sync_id, Opened::New)
            }
        };
        request.record(&transaction, &(sync_id, opened), now).await?;
        let view = self.load_sync(&transaction, merchant, sync_id).await?;
        transaction.commit().await?;
        Ok((view, opened))
    }
}

fn session(command: &StartSync, account_id: Uuid, now: Micros) -> Session {
    Session {
        sync_id: Uuid::now_v7(),
        account_id,
        scope: command.scope,
        state: State::Open,
        iskus: command.iskus.clone(),
        source: command.source.clone(),
        acknowledged_sequence: 0,
        uploaded: 0,
        applied: 0,
        counts: Counts::default(),
        listings_before: 0,
        fence: 0,
        lease_until: Micros(0),
        create_time: now,
        update_time: now,
    }
}
