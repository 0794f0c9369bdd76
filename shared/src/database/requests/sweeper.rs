//! Records of requests are kept for a while, then swept.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbErr};
use tokio::task::JoinHandle;

use crate::{
    database::{self, Database, Transaction},
    settings,
    time::Micros,
};

/// Removes old records, now and then, until the task is stopped.
pub fn sweeper(database: Database, settings: &settings::Requests) -> JoinHandle<()> {
    let keep = Duration::from_secs(settings.keep_days.get() * 24 * 60 * 60);
    tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_secs(10 * 60));
        loop {
            every.tick().await;
            match sweep(&database, keep).await {
                Ok(swept) => tracing::debug!(swept, "old records of requests are gone"),
                Err(error) => tracing::warn!(%error, "old records of requests stay for now"),
            }
        }
    })
}

/// Removes the records that are older than `keep`, in short transactions; returns how many.
pub async fn sweep(database: &Database, keep: Duration) -> Result<u64, DbErr> {
    /// Records that one transaction removes, at most.
    const CHUNK: u64 = 5_000;
    let keep_us = i64::try_from(keep.as_micros()).unwrap_or(i64::MAX);
    let mut swept = 0_u64;
    loop {
        let transaction = database.begin().await?;
        let before = Micros(database::now(&transaction).await?.0.saturating_sub(keep_us));
        let chunk = sweep_some(&transaction, before, CHUNK).await?;
        if chunk == 0 {
            return Ok(swept);
        }
        transaction.commit().await?;
        swept = swept.saturating_add(chunk);
    }
}

async fn sweep_some(transaction: &Transaction, before: Micros, limit: u64) -> Result<u64, DbErr> {
    let sql = "DELETE FROM request WHERE (merchant, request_id) IN \
               (SELECT merchant, request_id FROM request WHERE create_time_us < $1 ORDER BY create_time_us LIMIT $2)";
    let statement =
        transaction.engine().statement(sql, [before.0.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()]);
    transaction.execute_raw(statement).await.map(|done| done.rows_affected())
}
