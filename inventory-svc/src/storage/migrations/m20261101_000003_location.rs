//! Places that hold stock.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE location (
        merchant TEXT NOT NULL,
        location_id BIGINT NOT NULL,
        code CODE NOT NULL,
        sellable BOOLEAN NOT NULL,
        priority BIGINT NOT NULL,
        PRIMARY KEY (merchant, location_id)
    )",
    "CREATE UNIQUE INDEX location_by_code ON location (merchant, code)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
