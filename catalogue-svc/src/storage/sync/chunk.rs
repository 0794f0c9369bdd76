//! Statements on the chunks of an upload. Decides nothing.

use sea_orm::{DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

use crate::{
    domain::sync::session::ChunkDigest,
    storage::entity::sync_chunk::{COLUMN, Entity, Model},
};

/// What the chunk that was stored under a number is known again by, if it was stored by a release that kept it as this one does.
pub(crate) async fn digest(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    sequence: i64,
) -> Result<Option<ChunkDigest>, DbErr> {
    let found = Entity::find()
        .filter(COLUMN.merchant.eq(merchant.as_str()))
        .filter(COLUMN.sync_id.eq(sync_id))
        .filter(COLUMN.sequence.eq(sequence))
        .one(transaction)
        .await?;
    Ok(found.and_then(|row| ChunkDigest::stored(&row.digest)))
}

/// Keeps what a chunk is known again by.
pub(crate) async fn insert(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    sequence: i64,
    digest: ChunkDigest,
) -> Result<(), DbErr> {
    let merchant = merchant.as_str().to_owned();
    let row = Model { merchant, sync_id, sequence, digest: digest.text() };
    Entity::insert(row.into_active_model()).exec_without_returning(transaction).await.map(drop)
}
