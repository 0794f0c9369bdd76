//! Finds syncs that were over long ago.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] =
    &["CREATE INDEX sync_over_by_time ON sync (update_time_us) WHERE state IN ('COMPLETED', 'ABORTED')"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
