//! The marketplaces' categories; `owner` is the account whose shop owns the tree, empty where the channel has one for all.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE category (
        merchant TEXT NOT NULL,
        id UUID NOT NULL,
        channel CODE NOT NULL,
        owner CODE NOT NULL,
        category_key CODE NOT NULL,
        channel_category_id TEXT,
        path TEXT NOT NULL,
        sort_key CODE NOT NULL,
        create_time_us BIGINT NOT NULL,
        update_time_us BIGINT NOT NULL,
        PRIMARY KEY (merchant, id)
    )",
    "CREATE UNIQUE INDEX category_by_key ON category (merchant, channel, owner, category_key)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
