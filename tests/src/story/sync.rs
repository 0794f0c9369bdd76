//! Syncs: a whole one in a line, or step by step.

use std::{collections::BTreeMap, sync::Mutex};

use futures::{StreamExt, stream};
use proto::catalogue::v1::{
    AbortSyncRequest, ApproveSyncRequest, CompleteSyncRequest, GetSyncRequest, ListSyncOutcomesRequest,
    ListSyncsRequest, ListingKind, StartSyncRequest, StartSyncResponse, Sync, SyncCounts, SyncItem, SyncItemOutcome,
    SyncOutcome, SyncScope, SyncState, UploadListingsRequest, complete_sync_response::Event,
};
use tonic::Status;

use super::Shop;
use crate::request_id;

/// Items in a chunk.
pub const CHUNK: usize = 500;

/// A finished sync.
#[derive(Clone, Debug)]
pub struct Synced {
    /// The session.
    pub sync: Sync,
    /// What became of each item.
    pub outcomes: Vec<SyncItemOutcome>,
}

/// A listing as a feed states it.
pub fn item(row: i64, csku: &str) -> SyncItem {
    SyncItem {
        row,
        csku: csku.to_owned(),
        kind: ListingKind::Single.into(),
        title: format!("Offer {csku}"),
        ..Default::default()
    }
}

/// The tokens of all sessions that a test has opened.
static TOKENS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

fn keep_token(sync_id: &str, token: &str) {
    TOKENS.lock().expect("nobody has panicked").insert(sync_id.to_owned(), token.to_owned());
}

/// The newest token of a session; empty if none was answered.
pub fn token_of(sync_id: &str) -> String {
    TOKENS.lock().expect("nobody has panicked").get(sync_id).cloned().unwrap_or_default()
}

impl Synced {
    /// Items by outcome.
    pub fn counts(&self) -> SyncCounts {
        self.sync.counts.unwrap_or_default()
    }

    /// The outcome of a row.
    pub fn row(&self, row: i64) -> &SyncItemOutcome {
        self.outcomes.iter().find(|outcome| outcome.row == row).unwrap_or_else(|| panic!("no outcome of row {row}"))
    }

    /// How many items had each outcome and reason.
    pub fn tally(&self) -> BTreeMap<(SyncOutcome, Vec<String>), usize> {
        let mut tally = BTreeMap::new();
        for outcome in &self.outcomes {
            *tally.entry((outcome.outcome(), outcome.reasons.clone())).or_default() += 1;
        }
        tally
    }
}

impl Shop {
    /// Mirrors a whole feed.
    pub async fn sync(&self, items: Vec<SyncItem>) -> Result<Synced, Status> {
        let sync = self.start_sync(SyncScope::Full).await?.sync.expect("a session");
        let count = i64::try_from(items.len()).expect("a count");
        self.upload(&sync.sync_id, 1, &items).await?;
        self.complete(&sync.sync_id, count).await
    }

    /// Opens a session, or finds the open one.
    pub async fn start_sync(&self, scope: SyncScope) -> Result<StartSyncResponse, Status> {
        self.start_sync_as(StartSyncRequest { scope: scope.into(), ..Default::default() }).await
    }

    /// Opens a session as the request says.
    pub async fn start_sync_as(&self, request: StartSyncRequest) -> Result<StartSyncResponse, Status> {
        let request = StartSyncRequest { request_id: request_id(), account: Some(self.key.clone()), ..request };
        let started = self.merchant.syncs.clone().start_sync(request).await?.into_inner();
        if let (Some(sync), false) = (&started.sync, started.upload_token.is_empty()) {
            keep_token(&sync.sync_id, &started.upload_token);
        }
        Ok(started)
    }

    /// Uploads items in chunks, the first of which has a number; returns the last acknowledged number.
    pub async fn upload(&self, sync_id: &str, first: i64, items: &[SyncItem]) -> Result<i64, Status> {
        let chunk = |(number, items): (i64, &[SyncItem])| UploadListingsRequest {
            sync_id: sync_id.to_owned(),
            sequence: number,
            items: items.to_vec(),
            upload_token: token_of(sync_id),
        };
        let chunks: Vec<_> = (first..).zip(items.chunks(CHUNK)).map(chunk).collect();
        self.upload_chunks(chunks).await
    }

    /// Uploads chunks as they are; returns the last acknowledged number.
    pub async fn upload_chunks(&self, chunks: Vec<UploadListingsRequest>) -> Result<i64, Status> {
        let mut answers = self.merchant.syncs.clone().upload_listings(stream::iter(chunks)).await?.into_inner();
        let mut acknowledged = 0;
        while let Some(answer) = answers.next().await {
            acknowledged = answer?.acknowledged_sequence;
        }
        Ok(acknowledged)
    }

    /// Applies what was uploaded.
    pub async fn complete(&self, sync_id: &str, item_count: i64) -> Result<Synced, Status> {
        let request = CompleteSyncRequest { sync_id: sync_id.to_owned(), item_count };
        let mut events = self.merchant.syncs.clone().complete_sync(request).await?.into_inner();
        let mut outcomes = Vec::new();
        while let Some(event) = events.next().await {
            match event?.event.expect("an event") {
                Event::Progress(progress) => assert!(progress.done <= progress.total, "{progress:?}"),
                Event::Outcome(outcome) => outcomes.push(outcome),
                Event::Sync(sync) => return Ok(Synced { sync, outcomes }),
            }
        }
        panic!("the finished session is always last")
    }

    /// Approves what a held session would retire.
    pub async fn approve(&self, sync_id: &str) -> Result<Sync, Status> {
        let request = ApproveSyncRequest { sync_id: sync_id.to_owned() };
        Ok(self.merchant.syncs.clone().approve_sync(request).await?.into_inner().sync.expect("a session"))
    }

    /// The account's sessions, the newest first; only those in a state, if it is set.
    pub async fn sessions(&self, state: SyncState) -> Result<Vec<Sync>, Status> {
        let request =
            ListSyncsRequest { account: Some(self.key.clone()), state: state.into(), ..ListSyncsRequest::default() };
        Ok(self.merchant.syncs.clone().list_syncs(request).await?.into_inner().syncs)
    }

    /// Gives a session up.
    pub async fn abort(&self, sync_id: &str) -> Result<Sync, Status> {
        let request = AbortSyncRequest { sync_id: sync_id.to_owned() };
        Ok(self.merchant.syncs.clone().abort_sync(request).await?.into_inner().sync.expect("a session"))
    }

    /// A session as it is.
    pub async fn session(&self, sync_id: &str) -> Result<Sync, Status> {
        let request = GetSyncRequest { sync_id: sync_id.to_owned() };
        Ok(self.merchant.syncs.clone().get_sync(request).await?.into_inner().sync.expect("a session"))
    }

    /// The recorded outcomes of a session.
    pub async fn outcomes(&self, sync_id: &str) -> Result<Vec<SyncItemOutcome>, Status> {
        let mut outcomes = Vec::new();
        let mut request =
            ListSyncOutcomesRequest { sync_id: sync_id.to_owned(), page_size: 1_000, ..Default::default() };
        loop {
            let page = self.merchant.syncs.clone().list_sync_outcomes(request.clone()).await?.into_inner();
            outcomes.extend(page.outcomes);
            if page.next_page_token.is_empty() {
                return Ok(outcomes);
            }
            request.page_token = page.next_page_token;
        }
    }
}
