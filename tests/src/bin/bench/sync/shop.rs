//! A pair of services, and a shop that is synced with it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, stream};
use proto::catalogue::v1::{
    CategoryPath, ChannelStatus, CompleteSyncRequest, ConnectSellerAccountRequest, ListingKind, SellerAccountKey,
    StartSyncRequest, Sync, SyncItem, SyncScope, UploadListingsRequest, channel_service_client::ChannelServiceClient,
    complete_sync_response::Event, sync_service_client::SyncServiceClient,
};
use tonic::transport::{Channel, Endpoint};

use crate::{
    cpu,
    stage::{Engine, Replica, Stage},
};

/// Items in a chunk.
const CHUNK: usize = 1_000;
/// Categories of the channel.
const CATEGORIES: usize = 200;

/// Both services, each with a database of its own.
#[derive(Debug)]
pub(super) struct Pair {
    /// Ends before inventory-svc.
    catalogue: Replica,
    _inventory: Replica,
    databases: Databases,
}

/// A database of each service.
#[derive(Debug)]
pub(super) struct Databases {
    pub(super) catalogue: String,
    pub(super) inventory: String,
}

/// What is to become of the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Listings are created.
    Created,
    /// Nothing changes.
    Unchanged,
}

impl Pair {
    pub(super) async fn start(stage: &Stage, engine: Engine) -> Result<Self> {
        let databases = Databases { catalogue: stage.database(engine).await, inventory: stage.database(engine).await };
        let inventory = stage.inventory(&databases.inventory)?;
        let catalogue = stage.catalogue(&databases.catalogue, inventory.url())?;
        Ok(Self { catalogue, _inventory: inventory, databases })
    }

    pub(super) fn catalogue_database(&self) -> &str {
        &self.databases.catalogue
    }

    pub(super) fn inventory_database(&self) -> &str {
        &self.databases.inventory
    }

    /// Resident memory of catalogue-svc in MiB: now, and the most that it ever had.
    pub(super) fn catalogue_memory(&self) -> Result<(f64, f64)> {
        cpu::memory(self.catalogue.id())
    }

    /// Databases with the tables of this one, and nothing in them but what every one has.
    pub(super) async fn empty_like_it(&self, stage: &Stage) -> Result<Databases> {
        let pair = Self::start(stage, Engine::Postgres).await?;
        Ok(pair.databases)
    }

    /// Stops the services and takes their databases away.
    pub(super) async fn leave(self, stage: &Stage) {
        let Self { catalogue, _inventory, databases } = self;
        drop((catalogue, _inventory));
        databases.leave(stage).await;
    }

    /// Syncs an account, connected first, with so many listings: how long it took from StartSync to the last outcome.
    pub(super) async fn sync(&self, seller: &str, listings: usize, ask: Ask) -> Result<Duration> {
        let channel = Endpoint::from_shared(self.catalogue.url().to_owned())?.connect().await?;
        let key = SellerAccountKey { channel: "shopify".to_owned(), seller_id: seller.to_owned() };
        if ask == Ask::Created {
            let request = ConnectSellerAccountRequest {
                request_id: format!("connect-{seller}"),
                key: Some(key.clone()),
                ..ConnectSellerAccountRequest::default()
            };
            ChannelServiceClient::new(channel.clone()).connect_seller_account(request).await?;
        }
        let items: Vec<SyncItem> = (0..listings).map(item).collect();
        let begin = Instant::now();
        let sync = Self::synced(channel, key, items).await?;
        let took = begin.elapsed();
        let counts = sync.counts.context("counts")?;
        let done = if ask == Ask::Created { counts.created } else { counts.unchanged };
        ensure!(usize::try_from(done)? == listings, "{ask:?} of {listings}: {counts:?}");
        Ok(took)
    }

    async fn synced(channel: Channel, account: SellerAccountKey, items: Vec<SyncItem>) -> Result<Sync> {
        let mut client = SyncServiceClient::new(channel).max_decoding_message_size(16 << 20);
        let item_count = i64::try_from(items.len())?;
        let request = StartSyncRequest {
            request_id: uuid::Uuid::now_v7().to_string(),
            account: Some(account),
            scope: SyncScope::Full.into(),
            ..StartSyncRequest::default()
        };
        let started = client.start_sync(request).await?.into_inner();
        let sync_id = started.sync.context("a session")?.sync_id;
        let chunks: Vec<_> = (1..)
            .zip(items.chunks(CHUNK))
            .map(|(sequence, items)| UploadListingsRequest {
                sync_id: sync_id.clone(),
                sequence,
                items: items.to_vec(),
                upload_token: started.upload_token.clone(),
            })
            .collect();
        let mut answers = client.upload_listings(stream::iter(chunks)).await?.into_inner();
        while let Some(answer) = answers.next().await {
            answer?;
        }
        let mut events = client.complete_sync(CompleteSyncRequest { sync_id, item_count }).await?.into_inner();
        while let Some(event) = events.next().await {
            if let Some(Event::Sync(sync)) = event?.event {
                return Ok(sync);
            }
        }
        anyhow::bail!("the sync has no end")
    }
}

impl Databases {
    pub(super) async fn leave(self, stage: &Stage) {
        stage.drop(&self.catalogue).await;
        stage.drop(&self.inventory).await;
    }
}

/// A listing as a feed states it: with both codes, a category and a quantity.
fn item(number: usize) -> SyncItem {
    let kind = number % CATEGORIES;
    SyncItem {
        row: i64::try_from(number + 2).unwrap_or(i64::MAX),
        csku: format!("SKU-{number:07}"),
        channel_listing_id: format!("gid-{number:09}"),
        kind: ListingKind::Single.into(),
        title: format!("Thing {number} of a shop that sells many"),
        channel_quantity: Some(i64::try_from(1 + number % 50).unwrap_or(1)),
        channel_status: ChannelStatus::Live.into(),
        categories: vec![CategoryPath {
            channel_category_id: format!("c{kind}"),
            path: vec!["Goods".to_owned(), format!("Kind {kind}")],
        }],
        ..SyncItem::default()
    }
}
