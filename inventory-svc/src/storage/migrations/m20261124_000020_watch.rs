//! The order in which watches tell the ledger, and the epoch of each merchant's ledger.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// `storage::watch` says what a batch is. What was written before all watches is told first: batch 0.
const UP: &[&str] = &[
    "ALTER TABLE movement ADD COLUMN batch BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX movement_by_batch ON movement (merchant, batch, isku_id, location_id, sequence)",
    "ALTER TABLE merchant ADD COLUMN batch_base BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE merchant ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0",
];

/// A replica of the version before writes neither: during a rolling restart the tables fill them in.
const POSTGRES: &[&str] = &[
    "ALTER TABLE movement ALTER COLUMN batch SET DEFAULT
        GREATEST(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)",
    "ALTER TABLE merchant ALTER COLUMN epoch SET DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
    "UPDATE merchant SET epoch = DEFAULT",
];

const SQLITE: &[&str] = &["UPDATE merchant SET epoch = CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await?;
        let own = match manager.get_database_backend() {
            sea_orm::DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        super::run(manager, own).await
    }
}
