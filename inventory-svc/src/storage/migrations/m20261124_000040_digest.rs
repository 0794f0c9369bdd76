//! Rows of the ledger and of reservations have a digest, also those that are there already.

use sea_orm_migration::{async_trait, prelude::*};

use crate::storage::digest;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

// NULL in what a version before this one inserts. What such a version changes keeps a digest that does not match it any more: replicas are
// of one version, or `verify` tells those rows as damaged.
const UP: &[&str] = &[
    "ALTER TABLE movement ADD COLUMN digest BIGINT",
    "ALTER TABLE reservation ADD COLUMN digest BIGINT",
    "ALTER TABLE reservation_item ADD COLUMN digest BIGINT",
    "ALTER TABLE reservation_line ADD COLUMN digest BIGINT",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await?;
        // From here on damage is found: what is there is taken for sound. Some minutes for ten million rows.
        digest::fill(manager.get_connection(), super::engine(manager), &digest::ALL).await
    }
}
