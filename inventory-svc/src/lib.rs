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
pub use shared::start::StartError;
use shared::{
    database::{Database, Plans, requests, schema::Table},
    server::{Running, TRANSPORT_BYTES_MAX},
    start::{self, Opened, Patience, Start},
};
use tonic::service::RoutesBuilder;

pub use self::{
    restored::restored,
    settings::Settings,
    verify::{Proven, verify},
};
use crate::{grpc::Api, inventory::Inventory, storage::migrations::Migrations};

/// Takes its port, waits for its database and its schema (which it brings up to date if so set), and serves.
pub async fn start(settings: Settings) -> Result<Running, StartError> {
    started(settings, Patience::Endless).await
}

async fn started(settings: Settings, patience: Patience) -> Result<Running, StartError> {
    let start = Start {
        server: &settings.server,
        database: &settings.database,
        auth: &settings.auth,
        services: vec![
            isku_service_server::SERVICE_NAME,
            location_service_server::SERVICE_NAME,
            stock_service_server::SERVICE_NAME,
            reservation_service_server::SERVICE_NAME,
        ],
        descriptors: api::DESCRIPTORS,
        plans: PLANS,
        patience,
    };
    start.run::<Migrations>(|database| opened(database, &settings)).await
}

fn opened(database: Database, settings: &Settings) -> Opened {
    let inventory = Inventory::new(database.clone(), settings);
    let api = Api::new(inventory.clone());
    let mut routes = RoutesBuilder::default();
    routes
        .add_service(IskuServiceServer::new(api.clone()).max_decoding_message_size(TRANSPORT_BYTES_MAX))
        .add_service(LocationServiceServer::new(api.clone()).max_decoding_message_size(TRANSPORT_BYTES_MAX))
        .add_service(StockServiceServer::new(api.clone()).max_decoding_message_size(TRANSPORT_BYTES_MAX))
        .add_service(ReservationServiceServer::new(api).max_decoding_message_size(TRANSPORT_BYTES_MAX));
    let tasks = vec![
        requests::sweeper(database, &settings.requests),
        inventory.sweeper(&settings.stock),
        inventory.near_keys(),
    ];
    Opened { routes, tasks }
}

/// Brings the schema up to date; of several at once one does, the others wait and find nothing to do.
pub async fn migrate(settings: &Settings) -> Result<(), StartError> {
    start::migrate::<Migrations>(&settings.database, PLANS).await
}

/// Every table as the statements know it; the migrations have to have made the same.
pub fn tables() -> Vec<Table> {
    storage::tables()
}

/// The database of a command, which has to be there with its schema.
async fn existing(settings: &Settings) -> Result<Database, StartError> {
    start::existing::<Migrations>(&settings.database, PLANS).await
}

const PLANS: Plans = Plans::Kept;

#[cfg(test)]
mod smoke;
