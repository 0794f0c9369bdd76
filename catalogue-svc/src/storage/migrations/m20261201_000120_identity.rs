//! One CSKU may be that of several listings, each with a listing id of its own. What has no listing id goes by its CSKU, which is then
//! unique among what is sold, and among groups. Beside a listing stand only the findings that are open.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "DROP INDEX listing_by_csku",
    "CREATE INDEX listing_by_csku ON listing (merchant, account_id, csku)",
    "CREATE UNIQUE INDEX listing_sold_by_csku ON listing (merchant, account_id, csku)
        WHERE channel_listing_id IS NULL AND kind <> 'GROUP'",
    "CREATE UNIQUE INDEX listing_group_by_csku ON listing (merchant, account_id, csku)
        WHERE channel_listing_id IS NULL AND kind = 'GROUP'",
    "CREATE TABLE former_csku (
        merchant TEXT NOT NULL,
        account_id UUID NOT NULL,
        csku CODE NOT NULL,
        listing_id UUID NOT NULL,
        PRIMARY KEY (merchant, account_id, csku, listing_id),
        FOREIGN KEY (merchant, listing_id) REFERENCES listing (merchant, id)
    )",
    "CREATE INDEX former_csku_by_listing ON former_csku (merchant, listing_id)",
    "ALTER TABLE finding_listing ADD COLUMN open BOOLEAN NOT NULL DEFAULT TRUE",
    "UPDATE finding_listing SET open = FALSE WHERE EXISTS (SELECT 1 FROM finding WHERE finding.merchant = finding_listing.merchant
        AND finding.id = finding_listing.finding_id AND finding.close_time_us IS NOT NULL)",
    "CREATE INDEX finding_listing_open ON finding_listing (merchant, listing_id, finding_id) WHERE open",
    "CREATE TABLE sync_progress (
        merchant TEXT NOT NULL,
        sync_id UUID NOT NULL,
        step BIGINT NOT NULL,
        rank BIGINT NOT NULL,
        place BIGINT NOT NULL,
        PRIMARY KEY (merchant, sync_id),
        FOREIGN KEY (merchant, sync_id) REFERENCES sync (merchant, sync_id) ON DELETE CASCADE
    )",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
