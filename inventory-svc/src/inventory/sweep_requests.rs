//! Records of requests are kept for a while, then swept.

use std::time::Duration;

use sea_orm::DbErr;
use shared::{
    database::{self, requests},
    time::Micros,
};

use super::Inventory;

/// Records that one transaction removes, at most.
const CHUNK: i64 = 5_000;

impl Inventory {
    /// Removes the records that are older than `keep`; returns how many.
    pub(crate) async fn sweep_requests(&self, keep: Duration) -> Result<u64, DbErr> {
        let keep_us = i64::try_from(keep.as_micros()).unwrap_or(i64::MAX);
        let mut swept = 0_u64;
        loop {
            let transaction = self.database.begin().await?;
            let before = Micros(database::now(&transaction).await?.0.saturating_sub(keep_us));
            let chunk = requests::sweep(&transaction, before, CHUNK).await?;
            transaction.commit().await?;
            swept = swept.saturating_add(chunk);
            if i64::try_from(chunk).is_ok_and(|chunk| chunk < CHUNK) {
                return Ok(swept);
            }
        }
    }
}
