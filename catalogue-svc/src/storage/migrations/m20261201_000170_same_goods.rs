//! Accounts say what becomes of items that may be the goods of other ISKUs, and listings are found by their barcodes.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE seller_account ADD COLUMN on_same_goods TEXT NOT NULL DEFAULT 'ASK'",
    "CREATE INDEX listing_by_barcode ON listing (merchant, account_id, barcode) WHERE barcode IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
