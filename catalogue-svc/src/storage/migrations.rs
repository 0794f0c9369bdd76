//! The schema's history, one file a step. Merchant is the first column of every key.

use sea_orm_migration::{async_trait, prelude::*};

mod m20261101_000001_request;
mod m20261101_000002_seller_account;
mod m20261101_000003_category;
mod m20261101_000004_listing;
mod m20261101_000005_mapping;
mod m20261101_000006_finding;
mod m20261101_000008_request_by_time;
mod m20261101_000009_sync_by_time;
mod m20261124_000010_adopted;

/// All migrations of catalogue-svc, in order.
#[derive(Debug)]
pub(crate) struct Migrations;

#[async_trait::async_trait]
impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261101_000001_request::Migration),
            Box::new(m20261101_000002_seller_account::Migration),
            Box::new(m20261101_000003_category::Migration),
            Box::new(m20261101_000004_listing::Migration),
            Box::new(m20261101_000005_mapping::Migration),
            Box::new(m20261101_000006_finding::Migration),
            Box::new(super::sync::migration::Syncs),
            Box::new(m20261101_000008_request_by_time::Migration),
            Box::new(m20261101_000009_sync_by_time::Migration),
            Box::new(m20261124_000010_adopted::Migration),
        ]
    }
}

/// Runs statements in which `CODE` and `UUID` stand for what the engine calls them; CODE is text that is compared byte for byte.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let (code, uuid) = match manager.get_database_backend() {
        sea_orm::DbBackend::Postgres => ("TEXT COLLATE \"C\"", "UUID"),
        _ => ("TEXT", "BLOB"),
    };
    for statement in statements {
        let sql = statement.replace("CODE", code).replace("UUID", uuid);
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
