//! Revisions of mappings, and which mapped ISKUs are archived as far as inventory-svc last said.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE mapping (
        merchant TEXT NOT NULL,
        listing_id UUID NOT NULL,
        revision BIGINT NOT NULL,
        source TEXT NOT NULL,
        actor TEXT NOT NULL,
        note TEXT NOT NULL,
        create_time_us BIGINT NOT NULL,
        PRIMARY KEY (merchant, listing_id, revision),
        FOREIGN KEY (merchant, listing_id) REFERENCES listing (merchant, id),
        CONSTRAINT mapping_revision CHECK (1 <= revision)
    )",
    "CREATE TABLE mapping_component (
        merchant TEXT NOT NULL,
        listing_id UUID NOT NULL,
        revision BIGINT NOT NULL,
        position BIGINT NOT NULL,
        isku_code CODE NOT NULL,
        isku_id BIGINT,
        quantity BIGINT NOT NULL,
        PRIMARY KEY (merchant, listing_id, revision, position),
        FOREIGN KEY (merchant, listing_id, revision) REFERENCES mapping (merchant, listing_id, revision),
        CONSTRAINT mapping_component_quantity CHECK (1 <= quantity)
    )",
    "CREATE INDEX mapping_component_by_isku_code ON mapping_component (merchant, isku_code, listing_id, revision)",
    "CREATE TABLE archived_isku (
        merchant TEXT NOT NULL,
        isku_id BIGINT NOT NULL,
        PRIMARY KEY (merchant, isku_id)
    )",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
