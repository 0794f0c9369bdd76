//! ISKUs, and the namespace that their codes and aliases share.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE merchant (
        merchant TEXT NOT NULL PRIMARY KEY,
        isku_count BIGINT NOT NULL,
        location_count BIGINT NOT NULL
    )",
    "CREATE TABLE isku (
        merchant TEXT NOT NULL,
        isku_id BIGINT NOT NULL,
        code CODE NOT NULL,
        product_name TEXT,
        length_mm BIGINT,
        width_mm BIGINT,
        height_mm BIGINT,
        weight_g BIGINT,
        cost_currency TEXT,
        cost_units BIGINT,
        cost_nanos BIGINT,
        barcode TEXT,
        incomplete BOOLEAN NOT NULL,
        archived BOOLEAN NOT NULL,
        revision BIGINT NOT NULL,
        create_time_us BIGINT NOT NULL,
        update_time_us BIGINT NOT NULL,
        PRIMARY KEY (merchant, isku_id)
    )",
    "CREATE UNIQUE INDEX isku_by_code ON isku (merchant, code)",
    "CREATE INDEX isku_incomplete ON isku (merchant, code) WHERE incomplete",
    "CREATE TABLE isku_code (
        merchant TEXT NOT NULL,
        code CODE NOT NULL,
        isku_id BIGINT NOT NULL,
        alias BOOLEAN NOT NULL,
        near_key CODE NOT NULL,
        PRIMARY KEY (merchant, code),
        FOREIGN KEY (merchant, isku_id) REFERENCES isku (merchant, isku_id)
    )",
    "CREATE INDEX isku_code_near ON isku_code (merchant, near_key, code)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
