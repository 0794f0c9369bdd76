//! What is there and what is promised, per ISKU and location.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &["CREATE TABLE stock (
        merchant TEXT NOT NULL,
        isku_id BIGINT NOT NULL,
        location_id BIGINT NOT NULL,
        on_hand BIGINT NOT NULL,
        reserved BIGINT NOT NULL,
        sequence BIGINT NOT NULL,
        PRIMARY KEY (merchant, isku_id, location_id),
        FOREIGN KEY (merchant, isku_id) REFERENCES isku (merchant, isku_id),
        FOREIGN KEY (merchant, location_id) REFERENCES location (merchant, location_id),
        CONSTRAINT stock_never_oversells CHECK (0 <= reserved AND reserved <= on_hand),
        CONSTRAINT stock_sequence CHECK (0 <= sequence)
    ) HOT"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
