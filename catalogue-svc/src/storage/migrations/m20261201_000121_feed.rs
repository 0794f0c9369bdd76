//! Beside each listing stands a digest of what the feed stated last: what is the same goes no further.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE listing_feed (
        merchant TEXT NOT NULL,
        listing_id UUID NOT NULL,
        digest BIGINT NOT NULL,
        version BIGINT NOT NULL,
        PRIMARY KEY (merchant, listing_id),
        FOREIGN KEY (merchant, listing_id) REFERENCES listing (merchant, id)
    )",
    "ALTER TABLE sync_item ADD COLUMN digest BIGINT",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
