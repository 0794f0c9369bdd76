//! Statements on syncs that nobody goes on with, and on what those that are over still hold of the feed. Decides nothing.

use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use shared::{database::Transaction, identity::Merchant, time::Micros};
use uuid::Uuid;

use crate::storage::row::Columns;

/// A session of any merchant.
#[derive(Clone, Debug)]
pub(crate) struct Whose {
    /// The merchant.
    pub(crate) merchant: Merchant,
    /// The session.
    pub(crate) sync_id: Uuid,
}

fn whose(row: &QueryResult) -> Result<Whose, DbErr> {
    let merchant: String = row.col("merchant")?;
    let merchant = Merchant::parse(&merchant).map_err(|problem| DbErr::Type(format!("merchant {problem}")))?;
    Ok(Whose { merchant, sync_id: row.col("sync_id")? })
}

/// Sessions that take uploads or are applied, and that nobody has gone on with since a time.
pub(crate) async fn idle_since(transaction: &Transaction, time: Micros, limit: i64) -> Result<Vec<Whose>, DbErr> {
    // In the words of the index on them.
    let sql = "SELECT merchant, sync_id FROM sync WHERE state IN ('OPEN', 'APPLYING', 'HELD_FOR_REVIEW') \
               AND state <> 'HELD_FOR_REVIEW' AND update_time_us < $1 AND lease_until_us < $1 \
               ORDER BY merchant, account_id LIMIT $2";
    let values = [time.0.into(), limit.into()];
    let found = transaction.query_all_raw(transaction.engine().statement(sql, values)).await?;
    found.iter().map(whose).collect()
}

/// Sessions that need what the feed stated no more, and still hold some of it.
pub(crate) async fn to_forget(transaction: &Transaction, limit: i64) -> Result<Vec<Whose>, DbErr> {
    let sql = "SELECT merchant, sync_id FROM sync WHERE forgotten < uploaded \
               AND state IN ('HELD_FOR_REVIEW', 'COMPLETED', 'ABORTED') ORDER BY merchant, sync_id LIMIT $1";
    let found = transaction.query_all_raw(transaction.engine().statement(sql, [limit.into()])).await?;
    found.iter().map(whose).collect()
}

/// Lets go of what the feed stated in some places of an upload, and notes how far that is.
pub(crate) async fn forget(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    after: i64,
    last: i64,
) -> Result<(), DbErr> {
    let engine = transaction.engine();
    let sql = "UPDATE sync_item SET payload = '' WHERE merchant = $1 AND sync_id = $2 AND place > $3 AND place <= $4";
    let values = [merchant.as_str().into(), sync_id.into(), after.into(), last.into()];
    transaction.execute_raw(engine.statement(sql, values)).await?;
    let sql = "UPDATE sync SET forgotten = $3 WHERE merchant = $1 AND sync_id = $2";
    let values = [merchant.as_str().into(), sync_id.into(), last.into()];
    transaction.execute_raw(engine.statement(sql, values)).await.map(drop)
}
