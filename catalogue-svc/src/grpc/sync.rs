//! SyncService.

pub(crate) mod item;
mod shown;

use std::pin::Pin;

use futures::Stream;
use proto::catalogue::v1::{
    AbortSyncRequest, AbortSyncResponse, CompleteSyncRequest, CompleteSyncResponse, GetSyncRequest, GetSyncResponse,
    ListSyncOutcomesRequest, ListSyncOutcomesResponse, StartSyncRequest, StartSyncResponse, SyncOutcome, SyncScope,
    UploadListingsRequest, UploadListingsResponse, sync_service_server::SyncService,
};
use shared::{caller::Caller, code::Code, identity::Merchant, page_token, refusal::Fields, server::Tasks};
use tokio::sync::mpsc;
use tokio_stream::{StreamExt, wrappers::ReceiverStream};
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::{
    Api,
    convert::{account_key, page_size, request_id, text},
    page, parsed, status,
};
use crate::{
    catalogue::{
        Catalogue,
        sync::complete_sync::Event,
        sync::start_sync::{Opened, StartSync},
    },
    domain::sync::{
        outcome::Outcome,
        session::{IskuPolicy, Missing, Opening, Scope},
    },
};

/// Items of a chunk at most.
const CHUNK_MAX: usize = 1_000;
/// Characters of a source at most.
const SOURCE_LENGTH_MAX: usize = 256;

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

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
        Err(_) => fields.take("outcome", Err("is not an outcome")),
    }
}

#[tonic::async_trait]
impl SyncService for Api {
    type UploadListingsStream = Answers<UploadListingsResponse>;
    type CompleteSyncStream = Answers<CompleteSyncResponse>;

    async fn start_sync(&self, request: Request<StartSyncRequest>) -> Result<Response<StartSyncResponse>, Status> {
        let caller = Caller::of(&request)?;
        let (request_id, command) = start(request.get_ref())?;
        let (view, opened) = self.0.start_sync(&caller, &request_id, &command).await.map_err(status::of)?;
        Ok(Response::new(StartSyncResponse { sync: Some(shown::sync(&view)), existing: opened == Opened::Existing }))
    }

    async fn upload_listings(
        &self,
        request: Request<Streaming<UploadListingsRequest>>,
    ) -> Result<Response<Self::UploadListingsStream>, Status> {
        let merchant = Caller::of(&request)?.merchant;
        let tasks = Tasks::of(&request)?;
        let (sender, receiver) = mpsc::channel(4);
        let catalogue = self.0.clone();
        let mut chunks = request.into_inner();
        tasks.spawn(async move {
            while let Some(chunk) = chunks.next().await {
                let answer = match chunk {
                    Ok(chunk) => stage(&catalogue, &merchant, chunk).await,
                    // It is refused, or the caller is gone: what is stored stays.
                    Err(status) => Err(status),
                };
                let refused = answer.is_err();
                if sender.send(answer).await.is_err() || refused {
                    return;
                }
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
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
        let (sender, receiver) = mpsc::channel(64);
        let (events, mut told) = mpsc::channel::<Event>(64);
        let catalogue = self.0.clone();
        // What has begun is applied to its end even if the caller goes away.
        tasks.spawn(async move {
            let answers = &sender;
            // The receiver goes with the caller: who waits for another completion sees that nobody listens.
            let telling = async move {
                loop {
                    let event = tokio::select! {
                        event = told.recv() => event,
                        () = answers.closed() => None,
                    };
                    let Some(event) = event else { return };
                    if answers.send(Ok(shown::event(event))).await.is_err() {
                        return;
                    }
                }
            };
            let applying = async {
                let done = catalogue.complete_sync(&caller, id, item_count, &events).await;
                drop(events);
                done
            };
            let ((), done) = tokio::join!(telling, applying);
            if let Err(error) = done {
                let _ = sender.send(Err(status::of(error))).await;
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
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
        let after = page_token::decode(&request.page_token, &arguments)?.unwrap_or(0_i64);
        let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
        let told = self.0.sync_outcomes(&merchant, id, only, after, limit).await.map_err(status::of)?;
        let (told, more) = page(told, size);
        let next = told.last().filter(|_| more).map(|last| page_token::encode(&arguments, &last.place));
        Ok(Response::new(ListSyncOutcomesResponse {
            outcomes: told.into_iter().map(shown::outcome).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }
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
    let items: Vec<_> = chunk.items.into_iter().map(item::from_proto).collect();
    let acknowledged_sequence = catalogue.stage_sync(merchant, id, chunk.sequence, &items).await.map_err(status::of)?;
    Ok(UploadListingsResponse { acknowledged_sequence })
}
