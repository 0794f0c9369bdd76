//! The service that a file is sent to: its account, and the session.

use std::time::{Duration, SystemTime};

use proto::catalogue::v1::{
    AbortSyncRequest, ApproveSyncRequest, ConnectSellerAccountRequest, SellerAccountKey, StartSyncRequest,
    StartSyncResponse, Sync, SyncScope, SyncState, channel_service_client::ChannelServiceClient,
    mapping_service_client::MappingServiceClient, sync_service_client::SyncServiceClient,
};
use shared::{
    auth::MERCHANT_HEADER,
    client::{self, Balanced, Upstream, reason},
    identity::Merchant,
    settings::Between,
};
use tonic::{Code, Request, Status};
use uuid::Uuid;

use super::{Exit, Failure, Plan, report, survey::Survey};
use crate::domain::sync::session::{Scope, Session};

/// How long a single call may take.
const CALL_MS: u64 = 30_000;
/// How long an upload or a completion may take.
const STREAM: Duration = Duration::from_secs(6 * 60 * 60);

/// No lease of an upload is longer.
const LEASE_MAX: Duration = Duration::from_micros(Session::UPLOAD_LEASE_US.unsigned_abs());

/// How soon a session is asked for again whose lease should be over.
const AGAIN: Duration = Duration::from_secs(1);

/// A running catalogue-svc, and for which account it is called.
pub(super) struct Service {
    upstream: Upstream,
    merchant: Option<Merchant>,
    pub(super) account: SellerAccountKey,
    start: StartSyncRequest,
    held: Held,
}

/// What becomes of a sync of the account that is held for review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// A person is told.
    Tell,
    /// It goes on.
    Approve,
    /// It is given up.
    Abort,
}

/// Turns what the service refused into what a person reads.
pub(super) fn refused(status: &Status) -> Failure {
    let told = match reason(status) {
        Some((reason, _)) => format!("{reason}: {}", status.message()),
        None if matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled) => {
            format!("the service cannot be reached, or went away ({}); run again to go on", status.message())
        }
        None => format!("{:?}: {}", status.code(), status.message()),
    };
    Failure(Exit::Refused, told)
}

/// A session to upload to, or to complete.
pub(super) struct Opened {
    pub(super) sync: Sync,
    /// What its chunks must name.
    pub(super) token: String,
}

/// Waits for the end of the lease of a session that somebody else uploads to; refused if they go on with it meanwhile.
async fn leave_alone(sync: &Sync, before: &mut Option<Sync>) -> Result<(), Failure> {
    let left = match before {
        Some(before) if before.lease_expire_time != sync.lease_expire_time => {
            let told = "somebody else uploads to this account: run again when they are done";
            return Err(Failure(Exit::Refused, format!("{told} (sync {})", sync.sync_id)));
        }
        // The service's clock is behind ours.
        Some(_) => AGAIN,
        None => left(sync),
    };
    if before.is_none() {
        let seconds = left.as_secs();
        eprintln!("somebody has uploaded to this account until a moment ago: going on in {seconds} s unless they do");
    }
    *before = Some(sync.clone());
    tokio::time::sleep(left).await;
    Ok(())
}

/// How long the lease of an upload still is by our clock, but no longer than a lease.
fn left(sync: &Sync) -> Duration {
    let end = sync.lease_expire_time.and_then(|time| SystemTime::try_from(time).ok());
    let left = end.and_then(|end| end.duration_since(SystemTime::now()).ok()).unwrap_or_default();
    left.min(LEASE_MAX) + AGAIN
}

impl Service {
    pub(super) fn new(plan: &Plan, own_address: &str) -> Result<Self, Failure> {
        let args = &plan.args;
        let settings = client::Settings {
            url: args.server.clone().unwrap_or_else(|| format!("http://{own_address}")),
            token_file: args.token_file.clone().unwrap_or_default(),
            deadline_ms: Between::nearest(CALL_MS),
        };
        let upstream = Upstream::new(&settings).map_err(|error| Failure(Exit::Usage, format!("--server: {error}")))?;
        let account = SellerAccountKey {
            channel: plan.channel.as_str().to_owned(),
            seller_id: plan.seller_id.as_received().to_owned(),
        };
        let held = match (args.approve, args.abort_held) {
            (true, _) => Held::Approve,
            (false, true) => Held::Abort,
            (false, false) => Held::Tell,
        };
        let scope = match plan.scope {
            Scope::Full => SyncScope::Full,
            Scope::Partial => SyncScope::Partial,
        };
        let start = StartSyncRequest {
            request_id: String::new(),
            account: Some(account.clone()),
            scope: scope.into(),
            create_missing_iskus: Some(!args.no_create_iskus),
            adopt_opening_stock: Some(!args.no_opening_stock),
            opening_location: args.opening_location.clone(),
            source: String::new(),
        };
        Ok(Self { upstream, merchant: plan.merchant.clone(), account, start, held })
    }

    pub(super) fn syncs(&self) -> SyncServiceClient<Balanced> {
        SyncServiceClient::new(self.upstream.channel())
    }

    pub(super) fn mappings(&self) -> MappingServiceClient<Balanced> {
        MappingServiceClient::new(self.upstream.channel())
    }

    /// A single call.
    pub(super) fn request<T>(&self, message: T) -> Request<T> {
        let merchant = self.merchant.clone().unwrap_or_else(Merchant::default_merchant);
        let mut request = self.upstream.request(&merchant, message);
        if self.merchant.is_none() {
            // The credential implies it.
            request.metadata_mut().remove(MERCHANT_HEADER);
        }
        request
    }

    /// A call whose stream may go on for long.
    pub(super) fn streaming<T>(&self, message: T) -> Request<T> {
        let mut request = self.request(message);
        request.set_timeout(STREAM);
        request
    }

    /// Connects the account, unless it is connected.
    pub(super) async fn connect_account(&self) -> Result<(), Failure> {
        let request = ConnectSellerAccountRequest {
            request_id: Uuid::now_v7().to_string(),
            key: Some(self.account.clone()),
            ..ConnectSellerAccountRequest::default()
        };
        let mut channels = ChannelServiceClient::new(self.upstream.channel());
        match channels.connect_seller_account(self.request(request)).await {
            Ok(_) => Ok(()),
            Err(status) if status.code() == Code::AlreadyExists => Ok(()),
            Err(status) => Err(refused(&status)),
        }
    }

    /// Opens a session for this file: its own one that was interrupted, or a new one.
    ///
    /// One that somebody else uploads to is left alone: it is waited for until its lease is over, and no longer.
    pub(super) async fn open(&self, survey: &Survey) -> Result<Opened, Failure> {
        let mut left_alone = None;
        loop {
            let request = StartSyncRequest {
                request_id: Uuid::now_v7().to_string(),
                source: survey.source.clone(),
                ..self.start.clone()
            };
            let answer = self.syncs().start_sync(self.request(request)).await.map_err(|status| refused(&status))?;
            let StartSyncResponse { sync, existing, upload_token: token } = answer.into_inner();
            let sync = sync.unwrap_or_default();
            let mine = sync.source == survey.source && sync.scope == self.start.scope;
            match (existing, sync.state()) {
                (true, SyncState::HeldForReview) if self.held == Held::Abort => self.abort(&sync).await?,
                (true, SyncState::HeldForReview) if self.held == Held::Approve => {
                    let sync = self.approve(&sync).await?;
                    if mine {
                        return Ok(Opened { sync, token });
                    }
                }
                (true, SyncState::Open) if token.is_empty() => leave_alone(&sync, &mut left_alone).await?,
                (true, SyncState::Open) if !mine => {
                    eprintln!("another upload of this account was left open: it is aborted");
                    self.abort(&sync).await?;
                }
                (true, SyncState::Applying | SyncState::HeldForReview) if !mine => {
                    eprintln!("another upload of this account was being applied: it is completed first");
                    report::complete(self, &sync.sync_id, sync.uploaded).await?;
                }
                (existing, _) => {
                    if existing {
                        eprintln!("going on with the sync of this file that was left open");
                    }
                    return Ok(Opened { sync, token });
                }
            }
        }
    }

    /// Approves what a held sync would retire.
    async fn approve(&self, sync: &Sync) -> Result<Sync, Failure> {
        let request = ApproveSyncRequest { sync_id: sync.sync_id.clone() };
        let approved = self.syncs().approve_sync(self.streaming(request)).await.map_err(|status| refused(&status))?;
        let sync = approved.into_inner().sync.unwrap_or_default();
        eprintln!("approved: {} listings are retired (sync {})", sync.counts.unwrap_or_default().retired, sync.sync_id);
        Ok(sync)
    }

    async fn abort(&self, sync: &Sync) -> Result<(), Failure> {
        let request = AbortSyncRequest { sync_id: sync.sync_id.clone() };
        self.syncs().abort_sync(self.request(request)).await.map(drop).map_err(|status| refused(&status))
    }
}
