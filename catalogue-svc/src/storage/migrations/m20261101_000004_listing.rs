//! Listings, and which of them groups offer. `set_key` and `near_key` are what findings are found by.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE listing (
        merchant TEXT NOT NULL,
        id UUID NOT NULL,
        account_id UUID NOT NULL,
        csku CODE,
        channel_listing_id CODE,
        renamed_csku CODE,
        near_key CODE,
        kind TEXT NOT NULL,
        kind_source TEXT NOT NULL,
        title TEXT,
        barcode TEXT,
        length_mm BIGINT,
        width_mm BIGINT,
        height_mm BIGINT,
        weight_g BIGINT,
        stock_tracked BOOLEAN NOT NULL,
        intent TEXT NOT NULL,
        channel_status TEXT,
        channel_quantity BIGINT,
        category_id UUID,
        mapping_revision BIGINT NOT NULL,
        set_key CODE,
        retired BOOLEAN NOT NULL,
        adopted_quantity BIGINT,
        version BIGINT NOT NULL,
        create_time_us BIGINT NOT NULL,
        update_time_us BIGINT NOT NULL,
        PRIMARY KEY (merchant, id),
        FOREIGN KEY (merchant, account_id) REFERENCES seller_account (merchant, id),
        FOREIGN KEY (merchant, category_id) REFERENCES category (merchant, id),
        CONSTRAINT listing_has_a_code CHECK (csku IS NOT NULL OR channel_listing_id IS NOT NULL)
    )",
    "CREATE UNIQUE INDEX listing_by_csku ON listing (merchant, account_id, csku)",
    "CREATE UNIQUE INDEX listing_by_channel_listing_id ON listing (merchant, account_id, channel_listing_id)",
    "CREATE INDEX listing_by_renamed_csku ON listing (merchant, account_id, renamed_csku) WHERE renamed_csku IS NOT NULL",
    "CREATE INDEX listing_by_account ON listing (merchant, account_id, id)",
    "CREATE INDEX listing_by_set_key ON listing (merchant, set_key, account_id)",
    "CREATE INDEX listing_by_near_key ON listing (merchant, account_id, near_key)",
    "CREATE INDEX listing_by_category ON listing (merchant, category_id)",
    "CREATE TABLE group_member (
        merchant TEXT NOT NULL,
        group_id UUID NOT NULL,
        position BIGINT NOT NULL,
        member_id UUID NOT NULL,
        PRIMARY KEY (merchant, group_id, position),
        FOREIGN KEY (merchant, group_id) REFERENCES listing (merchant, id),
        FOREIGN KEY (merchant, member_id) REFERENCES listing (merchant, id)
    )",
    "CREATE UNIQUE INDEX group_member_once ON group_member (merchant, member_id, group_id)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
