//! The digest of a movement is also of its batch, also that of one that is there already.

use sea_orm_migration::{async_trait, prelude::*};

use super::m20261124_000040_digest::MOVEMENT;
use crate::storage::digest;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        digest::fill(manager.get_connection(), super::engine(manager), &[MOVEMENT]).await
    }
}
