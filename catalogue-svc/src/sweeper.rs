//! What is kept for a while, then swept: records of answered requests, and syncs that are over with the outcomes of their items.

use std::time::Duration;

use sea_orm::DbErr;
use shared::{
    database::{self, Database, requests},
    time::Micros,
};
use tokio::task::JoinHandle;

use crate::{catalogue::sync::forget_sync::abandon, settings::Settings, storage::sync::sweep};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Sweeps now and then until the task is stopped.
pub(crate) fn sweeper(database: Database, settings: &Settings) -> JoinHandle<()> {
    let days = |days: u64| DAY * u32::try_from(days).unwrap_or(u32::MAX);
    let requests = settings.requests.keep_days.get();
    // A repeated StartSync is answered with its sync: that is kept at least as long as the record of the request.
    let (requests, syncs) = (days(requests), days(settings.syncs.keep_days.get().max(requests)));
    tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_secs(10 * 60));
        loop {
            every.tick().await;
            let swept =
                async { Ok::<_, DbErr>((requests::sweep(&database, requests).await?, over(&database, syncs).await?)) };
            match swept.await {
                Ok((requests, rows)) => tracing::debug!(requests, rows, "old requests and syncs are gone"),
                Err(error) => tracing::warn!(%error, "old requests and syncs stay for now"),
            }
            if let Err(error) = abandon(&database).await {
                tracing::warn!(?error, "syncs that nobody goes on with stay for now");
            }
        }
    })
}

/// Removes syncs that have been over for longer than `keep`, in short transactions; returns how many rows.
async fn over(database: &Database, keep: Duration) -> Result<u64, DbErr> {
    /// Rows that one transaction removes, at most.
    const CHUNK: u64 = 5_000;
    let keep_us = i64::try_from(keep.as_micros()).unwrap_or(i64::MAX);
    let mut swept = 0_u64;
    loop {
        let transaction = database.begin().await?;
        let before = Micros(database::now(&transaction).await?.0.saturating_sub(keep_us));
        let items = sweep::items(&transaction, before, CHUNK).await?;
        let items = items.saturating_add(sweep::chunks(&transaction, before, CHUNK).await?);
        let sessions = if items < CHUNK { sweep::sessions(&transaction, before, CHUNK).await? } else { 0 };
        if items == 0 && sessions == 0 {
            transaction.rollback().await?;
            return Ok(swept);
        }
        transaction.commit().await?;
        swept = swept.saturating_add(items).saturating_add(sessions);
        if items < CHUNK && sessions < CHUNK {
            return Ok(swept);
        }
    }
}
