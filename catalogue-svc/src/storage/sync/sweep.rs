//! Statements that remove syncs which were over long ago: their items first, bit by bit, then the sessions. Decides nothing.

use sea_orm::{ConnectionTrait, DbErr};
use shared::{database::Transaction, time::Micros};

const OVER: &str = "sync.state IN ('COMPLETED', 'ABORTED') AND sync.update_time_us < $1";

/// Removes items of syncs that were over before a time; returns how many.
pub(crate) async fn items(transaction: &Transaction, before: Micros, limit: u64) -> Result<u64, DbErr> {
    of_over(transaction, "sync_item", "place", before, limit).await
}

/// Removes what the chunks of such syncs were known again by; returns how many.
pub(crate) async fn chunks(transaction: &Transaction, before: Micros, limit: u64) -> Result<u64, DbErr> {
    of_over(transaction, "sync_chunk", "sequence", before, limit).await
}

/// Removes rows of such syncs from a table, whose key goes on with a column.
async fn of_over(
    transaction: &Transaction,
    table: &str,
    column: &str,
    before: Micros,
    limit: u64,
) -> Result<u64, DbErr> {
    let theirs = format!("{table}.merchant = sync.merchant AND {table}.sync_id = sync.sync_id");
    let sql = format!(
        "DELETE FROM {table} WHERE (merchant, sync_id, {column}) IN (SELECT {table}.merchant, {table}.sync_id, {table}.{column} \
         FROM sync{} WHERE {OVER} LIMIT $2)",
        transaction.engine().probe(table, &theirs)
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
