//! inventory-svc: ISKUs, their stock, and the ledger that proves it.

mod domain;
mod grpc;
pub mod import;
mod inventory;
mod planted;
mod restored;
mod settings;
mod storage;
mod verify;

use proto::inventory::{
    self as api,
    v1::{
        isku_service_server::{self, IskuServiceServer},
        location_service_server::{self, LocationServiceServer},
        reservation_service_server::{self, ReservationServiceServer},
        stock_service_server::{self, StockServiceServer},
    },
};
use sea_orm::DbErr;
use shared::{
    auth::{Authenticator, CredentialsError},
    database::{self, ConnectError, Database, Plans, requests, schema::Table},
    server::{Bound, MESSAGE_BYTES_MAX, Running, ServeError, Service},
};
use tonic::service::RoutesBuilder;

pub use self::{
    restored::restored,
    settings::Settings,
    verify::{Proven, verify},
};
use crate::{grpc::Api, inventory::Inventory, storage::migrations::Migrations};

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The schema cannot be brought up to date, or the database does not answer.
    #[error("the database refuses")]
    Database(#[from] DbErr),
    /// The schema lacks migrations that this binary needs.
    #[error("the schema is not up to date: run `inventory-svc migrate`")]
    Schema,
    /// The credentials file is refused.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The port cannot be served.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

/// Binds, connects, brings the schema up to date if so set, and serves.
pub async fn start(settings: Settings) -> Result<Running, StartError> {
    let bound = Bound::bind(&settings.server, Authenticator::new(&settings.auth)?).await?;
    let database = connect(&settings).await?;
    if settings.database.migrate {
        database::migrate::<Migrations>(&database).await?;
    }
    let inventory = Inventory::new(database.clone(), &settings);
    let api = Api::new(inventory.clone());
    let mut routes = RoutesBuilder::default();
    routes
        .add_service(IskuServiceServer::new(api.clone()).max_decoding_message_size(MESSAGE_BYTES_MAX))
        .add_service(LocationServiceServer::new(api.clone()).max_decoding_message_size(MESSAGE_BYTES_MAX))
        .add_service(StockServiceServer::new(api.clone()).max_decoding_message_size(MESSAGE_BYTES_MAX))
        .add_service(ReservationServiceServer::new(api).max_decoding_message_size(MESSAGE_BYTES_MAX));
    let watched = database.clone();
    let service = Service {
        names: vec![
            isku_service_server::SERVICE_NAME,
            location_service_server::SERVICE_NAME,
            stock_service_server::SERVICE_NAME,
            reservation_service_server::SERVICE_NAME,
        ],
        descriptors: api::DESCRIPTORS,
        routes,
        ready: Box::new(move || Box::pin(is_ready(watched.clone()))),
    };
    let server = bound.serve(service).await?;
    let sweepers = [requests::sweeper(database.clone(), &settings.requests), inventory.sweeper(&settings.stock)];
    Ok(server.with(database, sweepers))
}

/// Whether the database can do its work and has the schema that this binary needs; a newer one is fine.
async fn is_ready(database: Database) -> bool {
    database.ping().await.is_ok() && has_schema(&database).await.unwrap_or(false)
}

async fn has_schema(database: &Database) -> Result<bool, DbErr> {
    Ok(database::pending::<Migrations>(database).await?.is_empty())
}

/// Brings the schema up to date; of several at once one does, the others wait and find nothing to do.
pub async fn migrate(settings: &Settings) -> Result<(), StartError> {
    let database = connect(settings).await?;
    database::migrate::<Migrations>(&database).await?;
    Ok(database.close().await?)
}

/// Every table as the statements know it; the migrations have to have made the same.
pub fn tables() -> Vec<Table> {
    storage::tables()
}

async fn connect(settings: &Settings) -> Result<Database, StartError> {
    Ok(Database::connect(&settings.database, Plans::Kept).await?)
}

#[cfg(test)]
mod smoke;
