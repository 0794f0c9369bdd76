//! Opens an account's one sync, or finds the open one.

use shared::{
    caller::Caller,
    database::{Transaction, now},
    identity::{Merchant, RequestId},
    time::Micros,
};
use uuid::Uuid;

use super::{
    forget_sync::{forget, give_up},
    view_sync::SyncView,
};
use crate::catalogue::{Answered, Catalogue, Error, request::Request};
use crate::{
    domain::{
        self,
        account::AccountKey,
        sync::session::{Counts, Ending, IskuPolicy, Scope, Session, State, UploadToken},
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

/// A session as it is opened or found.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    /// The session.
    pub(crate) view: SyncView,
    /// Whether it was open already.
    pub(crate) opened: Opened,
    /// What its chunks must name, if it is the caller's.
    pub(crate) token: Option<UploadToken>,
}

/// What a request for a session found.
struct Found {
    sync_id: Uuid,
    opened: Opened,
    /// The session that it gave up.
    given_up: Option<Uuid>,
}

impl Catalogue {
    /// Opens the account's session; one that waited too long for somebody to go on with it is given up.
    pub(crate) async fn start_sync(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &StartSync,
    ) -> Result<Started, Error> {
        let (started, given_up) = self.database.retrying(|| self.start_sync_once(caller, request_id, command)).await?;
        if let Some(sync_id) = given_up {
            forget(&self.database, &caller.merchant, sync_id).await?;
        }
        Ok(started)
    }

    async fn start_sync_once(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &StartSync,
    ) -> Result<(Started, Option<Uuid>), Error> {
        let merchant = &caller.merchant;
        let transaction = self.database.begin().await?;
        let request = Request { caller, verb: "start_sync", request_id, command };
        if let Some(Answered { answer: (sync_id, opened), .. }) = request.answered(&transaction).await? {
            return Ok((self.started(&transaction, merchant, request_id, sync_id, opened).await?, None));
        }
        let account = storage::account::get(&transaction, merchant, &command.account).await?;
        let account =
            account.ok_or_else(|| domain::Error::AccountNotFound { channel: command.account.channel.clone() })?;
        let now = now(&transaction).await?;
        let found = find_or_open(&transaction, merchant, request_id, &session(command, account.id, now)).await?;
        request.record(&transaction, &(found.sync_id, found.opened), now).await?;
        let started = self.started(&transaction, merchant, request_id, found.sync_id, found.opened).await?;
        transaction.commit().await?;
        Ok((started, found.given_up))
    }

    /// What whoever asked is told: the token, too, if it is still theirs.
    async fn started(
        &self,
        transaction: &Transaction,
        merchant: &Merchant,
        request_id: &RequestId,
        sync_id: Uuid,
        opened: Opened,
    ) -> Result<Started, Error> {
        let view = self.load_sync(transaction, merchant, sync_id).await?;
        let own = UploadToken::of(sync_id, request_id.as_str());
        let token = view.session.upload_token.clone().filter(|token| *token == own);
        Ok(Started { view, opened, token })
    }
}

/// The account's open session, taken over if nobody uploads to it any more, or the new one.
async fn find_or_open(
    transaction: &Transaction,
    merchant: &Merchant,
    request_id: &RequestId,
    new: &Session,
) -> Result<Found, Error> {
    let now = new.create_time;
    let owned = |session: Session| Session {
        upload_token: Some(UploadToken::of(session.sync_id, request_id.as_str())),
        lease_until: Session::upload_lease(now),
        ..session
    };
    let mut given_up = None;
    if let Some(open) = sync::find_open(transaction, merchant, new.account_id).await? {
        let sync_id = open.sync_id;
        if !open.is_stale(now) {
            if open.may_be_taken_over(now) {
                sync::update(transaction, merchant, &owned(open), now).await?;
            }
            return Ok(Found { sync_id, opened: Opened::Existing, given_up });
        }
        give_up(transaction, merchant, open, now).await?;
        given_up = Some(sync_id);
    }
    let new = owned(new.clone());
    if !sync::insert(transaction, merchant, &new).await? {
        return Err(shared::database::overtaken().into());
    }
    Ok(Found { sync_id: new.sync_id, opened: Opened::New, given_up })
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
        upload_token: None,
        ending: Ending::Shown,
        absent: 0,
        approved_by: None,
        forgotten: 0,
        create_time: now,
        update_time: now,
    }
}
