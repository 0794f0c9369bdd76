//! The end of a sync in steps, what it would retire, who approved that, and listings that the channel has not shown yet.
//!
//! What was made here before it is taken to have been shown.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE sync ADD COLUMN ending TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE sync ADD COLUMN ending_after TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE sync ADD COLUMN absent BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE sync ADD COLUMN approved_by TEXT",
    "CREATE INDEX sync_by_account ON sync (merchant, account_id, sync_id)",
    "CREATE TABLE sync_absent (
        merchant CODE NOT NULL,
        sync_id UUID NOT NULL,
        number BIGINT NOT NULL,
        listing_id UUID NOT NULL,
        csku CODE,
        channel_listing_id CODE,
        retired BOOLEAN NOT NULL,
        PRIMARY KEY (merchant, sync_id, number)
    )",
    "ALTER TABLE listing ADD COLUMN waiting BOOLEAN NOT NULL DEFAULT FALSE",
    "CREATE INDEX listing_waiting ON listing (merchant, account_id, id) WHERE waiting",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
