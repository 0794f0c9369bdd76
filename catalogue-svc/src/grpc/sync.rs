//! SyncService.

pub(crate) mod item;
mod shown;

use prost::Message;
use proto::catalogue::v1::{
    AbortSyncRequest, AbortSyncResponse, ApproveSyncRequest, ApproveSyncResponse, CompleteSyncRequest,
    CompleteSyncResponse, GetSyncRequest, GetSyncResponse, ListSyncOutcomesRequest, ListSyncOutcomesResponse,
    ListSyncsRequest, ListSyncsResponse, StartSyncRequest, StartSyncResponse, SyncOutcome, SyncScope, SyncState,
    UploadListingsRequest, UploadListingsResponse, sync_service_server::SyncService,
};
use shared::{
    caller::Caller,
    code::Code,
    identity::Merchant,
    page_token,
    refusal::Fields,
    server::{Answers, Tasks},
};
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::{
    Api,
    convert::{account_filter, account_key, page_size, request_id, text},
    page, parsed, status, token,
};
use crate::{
    catalogue::{
        Catalogue,
        sync::complete_sync::{Event, Listener, Stop},
        sync::list_syncs::{FIRST_ABSENT, ListOutcomes, ListSyncs},
        sync::start_sync::{Opened, StartSync},
    },
    domain::sync::{
        outcome::Outcome,
        session::{Arriving, ChunkDigest, IskuPolicy, Missing, Opening, Scope, State},
    },
};

/// Items of a chunk at most.
const CHUNK_MAX: usize = 1_000;
/// Acknowledgements, and events of a completion, that wait for a slow caller at most.
const ACKNOWLEDGED: usize = 4;
const EVENTS: usize = 64;
/// Characters of a source at most.
const SOURCE_LENGTH_MAX: usize = 256;

fn sync_id(fields: &mut Fields, text: &str) -> Option<Uuid> {
    fields.take("sync_id", Uuid::parse_str(text).map_err(|_| "must be a UUID"))
}

fn start(request: &StartSyncRequest) -> Result<(shared::identity::RequestId, StartSync), Status> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let account = account_key(&mut fields, "account", request.account.as_ref());
    let scope = match SyncScope::try_from(request.scope) {
        Ok(SyncScope::Unspecified | SyncScope::Full) => Some(Scope::Full),
        Ok(SyncScope::Partial) => Some(Scope::Partial),
        Err(_) => fields.take("scope", Err("must be FULL or PARTIAL")),
    };
    let location = match request.opening_location.trim() {
        "" => Some("default".to_owned()),
        location => fields.take("opening_location", Code::parse(location)).map(|code| code.as_str().to_owned()),
    };
    let source = text(&mut fields, "source", &request.source, SOURCE_LENGTH_MAX).unwrap_or_default();
    let missing = if request.create_missing_iskus.unwrap_or(true) { Missing::Create } else { Missing::Leave };
    let opening = if request.adopt_opening_stock.unwrap_or(true) { Opening::Adopt } else { Opening::Empty };
    let command = || {
        let iskus = IskuPolicy { missing, opening, opening_location: location? };
        Some((request_id?, StartSync { account: account?, scope: scope?, iskus, source }))
    };
    Ok(parsed(fields, command())?)
}

fn outcome(fields: &mut Fields, value: i32) -> Option<Outcome> {
    match SyncOutcome::try_from(value) {
        Ok(SyncOutcome::Unspecified) => None,
        Ok(SyncOutcome::Created) => Some(Outcome::Created),
        Ok(SyncOutcome::Updated) => Some(Outcome::Updated),
        Ok(SyncOutcome::Unchanged) => Some(Outcome::Unchanged),
        Ok(SyncOutcome::Finding) => Some(Outcome::Finding),
        Ok(SyncOutcome::Rejected) => Some(Outcome::Rejected),
        Ok(SyncOutcome::Retired) => Some(Outcome::Retired),
        Ok(SyncOutcome::WouldRetire) => Some(Outcome::WouldRetire),
        Err(_) => fields.take("outcome", Err("is not an outcome")),
    }
}

fn state(fields: &mut Fields, value: i32) -> Option<State> {
    match SyncState::try_from(value) {
        Ok(SyncState::Unspecified) => None,
        Ok(SyncState::Open) => Some(State::Open),
        Ok(SyncState::Applying) => Some(State::Applying),
        Ok(SyncState::HeldForReview) => Some(State::HeldForReview),
        Ok(SyncState::Completed) => Some(State::Completed),
        Ok(SyncState::Aborted) => Some(State::Aborted),
        Err(_) => fields.take("state", Err("is not a state")),
    }
}

#[tonic::async_trait]
impl SyncService for Api {
    type UploadListingsStream = Answers<UploadListingsResponse>;
    type CompleteSyncStream = Answers<CompleteSyncResponse>;

    async fn start_sync(&self, request: Request<StartSyncRequest>) -> Result<Response<StartSyncResponse>, Status> {
        let caller = Caller::of(&request)?;
        let (request_id, command) = start(request.get_ref())?;
        let started = self.0.start_sync(&caller, &request_id, &command).await.map_err(status::of)?;
        Ok(Response::new(StartSyncResponse {
            sync: Some(shown::sync(&started.view)),
            existing: started.opened == Opened::Existing,
            upload_token: started.token.map(|token| token.as_str().to_owned()).unwrap_or_default(),
        }))
    }

    async fn upload_listings(
        &self,
        request: Request<Streaming<UploadListingsRequest>>,
    ) -> Result<Response<Self::UploadListingsStream>, Status> {
        let merchant = Caller::of(&request)?.merchant;
        let tasks = Tasks::of(&request)?;
        let catalogue = self.0.clone();
        let mut chunks = request.into_inner();
        let staging = tasks.clone();
        Ok(Response::new(tasks.stream(ACKNOWLEDGED, |sender| async move {
            while let Some(chunk) = chunks.next().await {
                // A chunk that has arrived is stored even if its caller is gone.
                let (catalogue, merchant, chunk) = (catalogue.clone(), merchant.clone(), chunk?);
                let answer = staging.run(async move { stage(&catalogue, &merchant, chunk).await }).await??;
                if sender.send(answer).await.is_err() {
                    break;
                }
            }
            Ok(())
        })))
    }

    async fn complete_sync(
        &self,
        request: Request<CompleteSyncRequest>,
    ) -> Result<Response<Self::CompleteSyncStream>, Status> {
        let caller = Caller::of(&request)?;
        let tasks = Tasks::of(&request)?;
        let CompleteSyncRequest { sync_id: id, item_count } = request.into_inner();
        let mut fields = Fields::default();
        let id = sync_id(&mut fields, &id);
        if item_count < 0 {
            fields.add("item_count", "must be 0 or more");
        }
        let id = parsed(fields, id)?;
        let (events, mut told) = mpsc::channel::<Event>(EVENTS);
        let (stop, leaving) = (Stop::default(), tasks.leaving());
        let listener = Listener { events, stop: stop.clone() };
        let catalogue = self.0.clone();
        let completing = tasks.clone();
        Ok(Response::new(tasks.stream(EVENTS, |sender| async move {
            // What has begun is applied to its end even if the caller goes away, unless the service has to end.
            let applying = completing.run(async move {
                let applied = catalogue.complete_sync(&caller, id, item_count, &listener);
                tokio::select! {
                    done = applied => done,
                    () = stopped(leaving, &stop) => Ok(()),
                }
            });
            let telling = async {
                while let Some(event) = told.recv().await {
                    if sender.send(shown::event(event)).await.is_err() {
                        break;
                    }
                }
            };
            let ((), done) = tokio::join!(telling, applying);
            done?.map_err(status::of)
        })))
    }

    async fn approve_sync(
        &self,
        request: Request<ApproveSyncRequest>,
    ) -> Result<Response<ApproveSyncResponse>, Status> {
        let caller = Caller::of(&request)?;
        let tasks = Tasks::of(&request)?;
        let mut fields = Fields::default();
        let id = sync_id(&mut fields, &request.get_ref().sync_id);
        let id = parsed(fields, id)?;
        let stop = Stop::default();
        tokio::select! {
            approved = self.0.approve_sync(&caller, id, stop.clone()) => {
                let view = approved.map_err(status::of)?;
                Ok(Response::new(ApproveSyncResponse { sync: Some(shown::sync(&view)) }))
            }
            never = stopped(tasks.leaving(), &stop) => never,
        }
    }

    async fn list_syncs(&self, request: Request<ListSyncsRequest>) -> Result<Response<ListSyncsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let account = account_filter(&mut fields, "account", request.account.as_ref());
        let state = state(&mut fields, request.state);
        let size = page_size(&mut fields, request.page_size);
        parsed(fields, Some(()))?;
        let arguments = ("ListSyncs", caller.merchant.as_str(), token::account(&account), request.state, size);
        let before: Option<Uuid> = page_token::decode(&request.page_token, &arguments)?;
        let query =
            ListSyncs { account: account.clone(), state, before: before.unwrap_or(Uuid::max()), limit: size + 1 };
        let found = self.0.list_syncs(&caller, &query).await.map_err(status::of)?;
        let (found, more) = page(found, size);
        let next = found.last().filter(|_| more).map(|last| page_token::encode(&arguments, &last.session.sync_id));
        Ok(Response::new(ListSyncsResponse {
            syncs: found.iter().map(shown::sync).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn abort_sync(&self, request: Request<AbortSyncRequest>) -> Result<Response<AbortSyncResponse>, Status> {
        let merchant = Caller::of(&request)?.merchant;
        let mut fields = Fields::default();
        let id = sync_id(&mut fields, &request.get_ref().sync_id);
        let view = self.0.abort_sync(&merchant, parsed(fields, id)?).await.map_err(status::of)?;
        Ok(Response::new(AbortSyncResponse { sync: Some(shown::sync(&view)) }))
    }

    async fn get_sync(&self, request: Request<GetSyncRequest>) -> Result<Response<GetSyncResponse>, Status> {
        let merchant = Caller::of(&request)?.merchant;
        let mut fields = Fields::default();
        let id = sync_id(&mut fields, &request.get_ref().sync_id);
        let view = self.0.get_sync(&merchant, parsed(fields, id)?).await.map_err(status::of)?;
        Ok(Response::new(GetSyncResponse { sync: Some(shown::sync(&view)) }))
    }

    async fn list_sync_outcomes(
        &self,
        request: Request<ListSyncOutcomesRequest>,
    ) -> Result<Response<ListSyncOutcomesResponse>, Status> {
        let merchant = Caller::of(&request)?.merchant;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let id = sync_id(&mut fields, &request.sync_id);
        let only = outcome(&mut fields, request.outcome);
        let size = page_size(&mut fields, request.page_size);
        let id = parsed(fields, id)?;
        let arguments = (merchant.as_str(), id, request.outcome, request.page_size);
        let after = page_token::decode(&request.page_token, &arguments)?.unwrap_or(FIRST_ABSENT);
        let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
        let query = ListOutcomes { only, after, limit };
        let told = self.0.sync_outcomes(&merchant, id, query).await.map_err(status::of)?;
        let (told, more) = page(told, size);
        let next = told.last().filter(|_| more).map(|last| page_token::encode(&arguments, &last.place));
        Ok(Response::new(ListSyncOutcomesResponse {
            outcomes: told.into_iter().map(shown::outcome).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }
}

/// Asks a completion to stop once the service has to end; it stops by itself.
async fn stopped<T>(leaving: impl Future<Output = ()>, stop: &Stop) -> T {
    leaving.await;
    stop.set();
    std::future::pending().await
}

/// Stores one chunk.
async fn stage(
    catalogue: &Catalogue,
    merchant: &Merchant,
    chunk: UploadListingsRequest,
) -> Result<UploadListingsResponse, Status> {
    let mut fields = Fields::default();
    let id = sync_id(&mut fields, &chunk.sync_id);
    if chunk.sequence < 1 {
        fields.add("sequence", "must be 1 or more");
    }
    if chunk.items.is_empty() || chunk.items.len() > CHUNK_MAX {
        fields.add("items", format!("must be 1 to {CHUNK_MAX}"));
    }
    let id = parsed(fields, id)?;
    let UploadListingsRequest { sequence, items, upload_token, .. } = chunk;
    let content = UploadListingsRequest { items, ..UploadListingsRequest::default() };
    let digest = ChunkDigest::of(&content.encode_to_vec());
    let items: Vec<_> = content.items.into_iter().map(item::from_proto).collect();
    let arriving = Arriving { token: &upload_token, sequence, digest };
    let acknowledged_sequence = catalogue.stage_sync(merchant, id, &arriving, &items).await.map_err(status::of)?;
    Ok(UploadListingsResponse { acknowledged_sequence })
}
