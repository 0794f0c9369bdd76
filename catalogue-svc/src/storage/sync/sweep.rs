//! Statements that remove syncs which were over long ago: their items first, bit by bit, then the sessions. Decides nothing.

use sea_orm::{ConnectionTrait, DbErr};
use shared::{database::Transaction, time::Micros};

const OVER: &str = "sync.state IN ('COMPLETED', 'ABORTED') AND sync.update_time_us < $1";

/// Removes items of syncs that were over before a time; returns how many.
pub(crate) async fn items(transaction: &Transaction, before: Micros, limit: u64) -> Result<u64, DbErr> {
    let sql = format!(
        "DELETE FROM sync_item WHERE (merchant, sync_id, place) IN (SELECT item.merchant, item.sync_id, item.place \
         FROM sync CROSS JOIN sync_item item WHERE {OVER} \
         AND item.merchant = sync.merchant AND item.sync_id = sync.sync_id LIMIT $2)"
    );
    execute(transaction, sql, before, limit).await
}

/// Removes what the chunks of such syncs were known again by; returns how many.
pub(crate) async fn chunks(transaction: &Transaction, before: Micros, limit: u64) -> Result<u64, DbErr> {
    let sql = format!(
        "DELETE FROM sync_chunk WHERE (merchant, sync_id, sequence) IN (SELECT chunk.merchant, chunk.sync_id, chunk.sequence \
         FROM sync CROSS JOIN sync_chunk chunk WHERE {OVER} \
         AND chunk.merchant = sync.merchant AND chunk.sync_id = sync.sync_id LIMIT $2)"
    );
    execute(transaction, sql, before, limit).await
}

/// Removes sessions that were over before a time and have no items left; returns how many.
pub(crate) async fn sessions(transaction: &Transaction, before: Micros, limit: u64) -> Result<u64, DbErr> {
    let sql = format!(
        "DELETE FROM sync WHERE (merchant, sync_id) IN (SELECT sync.merchant, sync.sync_id FROM sync WHERE {OVER} \
         AND NOT EXISTS (SELECT 1 FROM sync_item item WHERE item.merchant = sync.merchant AND item.sync_id = sync.sync_id) \
         LIMIT $2)"
    );
    execute(transaction, sql, before, limit).await
}

async fn execute(transaction: &Transaction, sql: String, before: Micros, limit: u64) -> Result<u64, DbErr> {
    let values = [before.0.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    Ok(transaction.execute_raw(transaction.engine().statement(sql, values)).await?.rows_affected())
}
