//! Reservations can expire, be confirmed, be short of what was ordered, and be returned.
//!
//! A line carries the expiry of its reservation while that can still expire: so what is due on an ISKU is found in one index.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE reservation ADD COLUMN expire_time_us BIGINT",
    "ALTER TABLE reservation ADD COLUMN short BOOLEAN NOT NULL DEFAULT false",
    "ALTER TABLE reservation_item ADD COLUMN ordered BIGINT NOT NULL DEFAULT 0 CHECK (0 <= ordered)",
    "ALTER TABLE reservation_item ADD COLUMN short BIGINT NOT NULL DEFAULT 0 CHECK (0 <= short)",
    "ALTER TABLE reservation_item ADD COLUMN returned BIGINT NOT NULL DEFAULT 0 CHECK (0 <= returned AND returned <= shipped)",
    "UPDATE reservation_item SET ordered = quantity",
    "ALTER TABLE reservation_line ADD COLUMN expire_time_us BIGINT",
    "CREATE INDEX reservation_line_held ON reservation_line (merchant, isku_id, expire_time_us, location_id, reservation_id)
        WHERE held > 0",
    "CREATE INDEX reservation_due ON reservation (expire_time_us, merchant, reservation_id)
        WHERE state = 'HELD' AND expire_time_us IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
