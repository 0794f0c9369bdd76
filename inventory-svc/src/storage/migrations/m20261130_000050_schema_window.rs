//! Which binaries each migration admits.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(shared::database::window_table()).await
    }
}
