//! The schema's history, one file a step. Merchant is the first column of every key.
//!
//! A step adds what the release before does not mind (expand), and takes away what no release needs that may still run (contract).
//! A column that comes to a table with digests stays NULL until no release writes those rows without it.

use sea_orm_migration::{async_trait, prelude::*};
use shared::database::History;

mod m20261101_000001_request;
mod m20261101_000002_seller_account;
mod m20261101_000003_category;
mod m20261101_000004_listing;
mod m20261101_000005_mapping;
mod m20261101_000006_finding;
mod m20261101_000008_request_by_time;
mod m20261101_000009_sync_by_time;
mod m20261124_000010_adopted;
mod m20261130_000050_schema_window;
mod m20261201_000120_identity;
mod m20261201_000121_feed;
mod m20261201_000161_upload;
mod m20261201_000162_near_version;
mod m20261201_000170_same_goods;
mod m20261201_000180_review;

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
            Box::new(m20261130_000050_schema_window::Migration),
            Box::new(m20261201_000120_identity::Migration),
            Box::new(m20261201_000121_feed::Migration),
            Box::new(m20261201_000161_upload::Migration),
            Box::new(m20261201_000162_near_version::Migration),
            Box::new(m20261201_000170_same_goods::Migration),
            Box::new(m20261201_000180_review::Migration),
        ]
    }
}

/// The newest migration of the release that `tests/baseline/commit` names: what its binaries need is still there.
const BASELINE: &str = "m20261124_000010_adopted";

impl History for Migrations {
    /// A migration after which older binaries fail is named here, with itself: they are refused, and upgrades over it are not rolling.
    fn oldest(_version: &str) -> &'static str {
        BASELINE
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_ascend_and_admit_a_version_that_was_there_before() {
        let names: Vec<String> = Migrations::migrations().iter().map(|own| own.name().to_owned()).collect();

        assert!(names.is_sorted(), "{names:?}");
        assert!(names.iter().any(|name| name == BASELINE));
        for name in &names {
            let oldest = Migrations::oldest(name);
            assert!(names.iter().any(|own| own == oldest) && oldest >= BASELINE, "{name} admits {oldest}");
        }
    }
}
