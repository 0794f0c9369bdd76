//! Findings: while one is open, its kind and subject are unique.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE finding (
        merchant TEXT NOT NULL,
        id UUID NOT NULL,
        kind TEXT NOT NULL,
        subject CODE NOT NULL,
        account_id UUID,
        blocking BOOLEAN NOT NULL,
        isku_codes TEXT NOT NULL,
        detail TEXT NOT NULL,
        open_time_us BIGINT NOT NULL,
        close_time_us BIGINT,
        PRIMARY KEY (merchant, id)
    )",
    "CREATE UNIQUE INDEX finding_open ON finding (merchant, kind, subject) WHERE close_time_us IS NULL",
    "CREATE INDEX finding_by_account ON finding (merchant, account_id, kind) WHERE close_time_us IS NULL",
    "CREATE TABLE finding_listing (
        merchant TEXT NOT NULL,
        finding_id UUID NOT NULL,
        listing_id UUID NOT NULL,
        PRIMARY KEY (merchant, finding_id, listing_id),
        FOREIGN KEY (merchant, finding_id) REFERENCES finding (merchant, id),
        FOREIGN KEY (merchant, listing_id) REFERENCES listing (merchant, id)
    )",
    "CREATE INDEX finding_listing_by_listing ON finding_listing (merchant, listing_id, finding_id)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
