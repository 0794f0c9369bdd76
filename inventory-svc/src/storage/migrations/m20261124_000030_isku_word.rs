//! The words and barcodes that ISKUs are found by, also those that are there already.

use sea_orm_migration::{async_trait, prelude::*};

use crate::storage::isku_word;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

// The key finds the words of an ISKU, the index finds the ISKUs of a word.
const UP: &[&str] = &[
    "CREATE TABLE isku_word (
        merchant TEXT NOT NULL,
        isku_id BIGINT NOT NULL,
        word CODE NOT NULL,
        PRIMARY KEY (merchant, isku_id, word),
        FOREIGN KEY (merchant, isku_id) REFERENCES isku (merchant, isku_id)
    )",
    "CREATE INDEX isku_word_by_word ON isku_word (merchant, word, isku_id)",
    "CREATE INDEX isku_by_barcode ON isku (merchant, barcode, isku_id) WHERE barcode IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await?;
        // Here and not in SQL: neither engine can fold words as the service does.
        isku_word::fill(manager.get_connection(), super::engine(manager)).await
    }
}
