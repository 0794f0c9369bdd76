//! catalogue-svc: what is listed on the channels, and which ISKUs that sells.

pub mod catalogue;
pub mod cli;
pub mod domain;
mod grpc;
mod import;
pub mod inventory_client;
pub mod settings;
mod storage;
mod stored;
mod sweeper;

use shared::{
    client::UpstreamError,
    database::{Database, Plans, schema::Table},
    server::Running,
    start::{self, Opened, Patience, Start},
};

pub use self::settings::Settings;
use self::{catalogue::Catalogue, inventory_client::InventoryClient, storage::migrations::Migrations};

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// As every service.
    #[error(transparent)]
    Start(#[from] start::StartError),
    /// inventory-svc cannot be called with these settings.
    #[error("inventory: {0}")]
    Inventory(#[from] UpstreamError),
}

/// Takes its port, waits for its database and its schema (which it brings up to date if so set), and serves.
pub async fn start(settings: Settings) -> Result<Running, StartError> {
    let inventory = InventoryClient::new(&settings.inventory)?;
    let start = Start {
        server: &settings.server,
        database: &settings.database,
        auth: &settings.auth,
        services: vec![
            "oms.catalogue.v1.AvailabilityService",
            "oms.catalogue.v1.CategoryService",
            "oms.catalogue.v1.ChannelService",
            "oms.catalogue.v1.ListingService",
            "oms.catalogue.v1.MappingService",
            "oms.catalogue.v1.OrderService",
            "oms.catalogue.v1.SyncService",
        ],
        descriptors: proto::catalogue::DESCRIPTORS,
        plans: PLANS,
        patience: Patience::Endless,
    };
    let open = |database: Database| {
        let catalogue = Catalogue::new(database.clone(), inventory);
        let tasks = vec![sweeper::sweeper(database, &settings), catalogue.near_keys()];
        Opened { routes: grpc::routes(catalogue), tasks }
    };
    Ok(start.run::<Migrations>(open).await?)
}

/// Brings the schema up to date; of several at once one does, the others wait and find nothing to do.
pub async fn migrate(settings: &Settings) -> Result<(), StartError> {
    Ok(start::migrate::<Migrations>(&settings.database, PLANS).await?)
}

/// Every table as the statements know it; the migrations have to have made the same.
pub fn tables() -> Vec<Table> {
    storage::tables()
}

const PLANS: Plans = Plans::Fresh;
