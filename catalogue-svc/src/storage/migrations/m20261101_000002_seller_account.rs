//! Shops on channels.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE seller_account (
        merchant TEXT NOT NULL,
        id UUID NOT NULL,
        channel CODE NOT NULL,
        seller_key CODE NOT NULL,
        seller_id TEXT NOT NULL,
        duplicate_policy TEXT NOT NULL,
        buffer BIGINT NOT NULL,
        maximum BIGINT,
        retire_threshold_percent BIGINT NOT NULL,
        locations TEXT NOT NULL,
        first_sync_due BOOLEAN NOT NULL,
        last_sync_time_us BIGINT,
        version BIGINT NOT NULL,
        create_time_us BIGINT NOT NULL,
        update_time_us BIGINT NOT NULL,
        PRIMARY KEY (merchant, id)
    )",
    "CREATE UNIQUE INDEX seller_account_by_key ON seller_account (merchant, channel, seller_key)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
