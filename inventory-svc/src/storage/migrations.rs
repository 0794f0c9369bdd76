//! The schema's history, one file a step. Merchant is the first column of every key.

use sea_orm_migration::{async_trait, prelude::*};
use shared::database::Engine;

mod m20261101_000001_request;
mod m20261101_000002_isku;
mod m20261101_000003_location;
mod m20261101_000004_stock;
mod m20261101_000005_reservation;
mod m20261101_000006_movement;
mod m20261101_000007_request_by_time;
mod m20261124_000001_location;
mod m20261124_000002_reservation_life;
mod m20261124_000003_movement_reason;
mod m20261124_000020_watch;
mod m20261124_000030_isku_word;
mod m20261124_000031_reservation_list;
mod m20261124_000040_digest;
mod m20261124_000041_digest_of_batch;

/// All migrations of inventory-svc, in order.
#[derive(Debug)]
pub(crate) struct Migrations;

#[async_trait::async_trait]
impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261101_000001_request::Migration),
            Box::new(m20261101_000002_isku::Migration),
            Box::new(m20261101_000003_location::Migration),
            Box::new(m20261101_000004_stock::Migration),
            Box::new(m20261101_000005_reservation::Migration),
            Box::new(m20261101_000006_movement::Migration),
            Box::new(m20261101_000007_request_by_time::Migration),
            Box::new(m20261124_000001_location::Migration),
            Box::new(m20261124_000002_reservation_life::Migration),
            Box::new(m20261124_000003_movement_reason::Migration),
            Box::new(m20261124_000020_watch::Migration),
            Box::new(m20261124_000030_isku_word::Migration),
            Box::new(m20261124_000031_reservation_list::Migration),
            Box::new(m20261124_000040_digest::Migration),
            Box::new(m20261124_000041_digest_of_batch::Migration),
        ]
    }
}

fn engine(manager: &SchemaManager<'_>) -> Engine {
    match manager.get_database_backend() {
        sea_orm::DbBackend::Postgres => Engine::Postgres,
        _ => Engine::Sqlite,
    }
}

/// Runs statements in which `CODE`, `UUID` and `HOT` stand for what the engine calls them.
///
/// CODE is text that is compared byte for byte, HOT leaves room in a page for rows that change often.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let (code, uuid, hot) = match engine(manager) {
        Engine::Postgres => ("TEXT COLLATE \"C\"", "UUID", "WITH (fillfactor = 70)"),
        Engine::Sqlite => ("TEXT", "BLOB", ""),
    };
    for statement in statements {
        let sql = statement.replace("CODE", code).replace("UUID", uuid).replace("HOT", hot);
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
