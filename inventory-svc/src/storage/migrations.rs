//! The schema's history, one file a step. Merchant is the first column of every key.
//!
//! A step adds what the release before does not mind (expand), and takes away what no release needs that may still run (contract).
//! A column that comes to a table with digests stays NULL until no release writes those rows without it.

use sea_orm_migration::{async_trait, prelude::*};
use shared::database::{Engine, History};

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
mod m20261130_000050_schema_window;
mod m20261201_000010_near_version;
mod m20261201_000011_quantity_unstated;

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
            Box::new(m20261130_000050_schema_window::Migration),
            Box::new(m20261201_000010_near_version::Migration),
            Box::new(m20261201_000011_quantity_unstated::Migration),
        ]
    }
}

/// The newest migration of the release that `tests/baseline/commit` names: what its binaries need is still there.
const BASELINE: &str = "m20261124_000041_digest_of_batch";

impl History for Migrations {
    /// A migration after which older binaries fail is named here, with itself: they are refused, and upgrades over it are not rolling.
    fn oldest(_version: &str) -> &'static str {
        BASELINE
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
