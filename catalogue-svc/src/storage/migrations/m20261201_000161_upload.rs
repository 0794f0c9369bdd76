//! Who uploads to a sync, what its chunks are known again by, and how far what the feed stated has been let go of.
//!
//! What releases before it open has no token, and what they end is let go of once more.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE sync ADD COLUMN upload_token TEXT",
    "ALTER TABLE sync ADD COLUMN forgotten BIGINT NOT NULL DEFAULT 0",
    "UPDATE sync SET forgotten = uploaded WHERE state IN ('COMPLETED', 'ABORTED')",
    "CREATE TABLE sync_chunk (
        merchant CODE NOT NULL,
        sync_id UUID NOT NULL,
        sequence BIGINT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (merchant, sync_id, sequence)
    )",
    "CREATE INDEX sync_to_forget ON sync (merchant, sync_id) \
     WHERE forgotten < uploaded AND state IN ('HELD_FOR_REVIEW', 'COMPLETED', 'ABORTED')",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
