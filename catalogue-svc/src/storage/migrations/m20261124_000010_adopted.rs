//! Adopted stock is kept with its ISKU and its location. Until now its ISKU had the CSKU's code; where it was is not known.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE listing ADD COLUMN adopted_isku_code CODE",
    "ALTER TABLE listing ADD COLUMN adopted_location TEXT",
    "UPDATE listing SET adopted_isku_code = csku WHERE adopted_quantity IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
