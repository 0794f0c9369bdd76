//! Locations get a name for people and a revision.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE location ADD COLUMN display_name TEXT",
    "ALTER TABLE location ADD COLUMN revision BIGINT NOT NULL DEFAULT 1",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
