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

use sea_orm::DbErr;
use shared::{
    auth::{Authenticator, CredentialsError},
    client::UpstreamError,
    database::{self, ConnectError, Database, Plans, schema::Table},
    server::{Bound, Running, ServeError, Service},
};

pub use self::settings::Settings;
use self::{catalogue::Catalogue, inventory_client::InventoryClient, storage::migrations::Migrations};

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The schema cannot be brought up to date.
    #[error("cannot migrate the database")]
    Migrate(#[from] DbErr),
    /// The schema is older than this binary, and it may not migrate by itself.
    #[error("the schema lacks {}: run `catalogue-svc migrate`", .0.join(", "))]
    Outdated(Vec<String>),
    /// The credentials cannot be used.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// inventory-svc cannot be called with these settings.
    #[error("inventory: {0}")]
    Inventory(#[from] UpstreamError),
    /// The port cannot be served.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

/// Starts the service: takes its port, opens its database, serves.
pub async fn start(settings: Settings) -> Result<Running, StartError> {
    let bound = Bound::bind(&settings.server, Authenticator::new(&settings.auth)?).await?;
    let database = open(&settings).await?;
    let inventory = InventoryClient::new(&settings.inventory)?;
    let pinged = database.clone();
    let service = Service {
        names: vec![
            "oms.catalogue.v1.AvailabilityService",
            "oms.catalogue.v1.CategoryService",
            "oms.catalogue.v1.ChannelService",
            "oms.catalogue.v1.ListingService",
            "oms.catalogue.v1.MappingService",
            "oms.catalogue.v1.OrderService",
            "oms.catalogue.v1.SyncService",
        ],
        descriptors: proto::catalogue::DESCRIPTORS,
        routes: grpc::routes(Catalogue::new(database.clone(), inventory)),
        ready: Box::new(move || {
            let database = pinged.clone();
            Box::pin(async move { database.ping().await.is_ok() })
        }),
    };
    let server = bound.serve(service).await?;
    let sweeper = sweeper::sweeper(database.clone(), &settings);
    Ok(server.with(database, [sweeper]))
}

/// Brings the schema up to date; of two at once the second waits and finds nothing to do.
pub async fn migrate(settings: &Settings) -> Result<(), StartError> {
    let database = Database::connect(&settings.database, Plans::Fresh).await?;
    Ok(database::migrate::<Migrations>(&database).await?)
}

/// Every table as the statements know it; the migrations have to have made the same.
pub fn tables() -> Vec<Table> {
    storage::tables()
}

async fn open(settings: &Settings) -> Result<Database, StartError> {
    let database = Database::connect(&settings.database, Plans::Fresh).await?;
    if settings.database.migrate {
        database::migrate::<Migrations>(&database).await?;
    }
    let missing = database::pending::<Migrations>(&database).await?;
    if missing.is_empty() { Ok(database) } else { Err(StartError::Outdated(missing)) }
}
