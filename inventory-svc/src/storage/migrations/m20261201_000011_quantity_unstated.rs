//! ISKUs say whether anybody said how many there are; those that are there have been counted.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &["ALTER TABLE isku ADD COLUMN quantity_unstated BOOLEAN NOT NULL DEFAULT false"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
