//! What is due is given back: for every decision at once, and in the ledger before long.

use std::{collections::BTreeMap, time::Duration};

use sea_orm::DbErr;
use shared::identity::Merchant;
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};
use uuid::Uuid;

use super::Inventory;
use crate::{settings, storage::reservation};

/// Reservations that one pass gives back at a time.
const CHUNK: i64 = 500;
/// How late a due reservation may be written before an operator should know.
const LAG_MAX: Duration = Duration::from_secs(30);

impl Inventory {
    /// Gives back what is due, now and then, until the task is stopped; any number of replicas may do so.
    pub(crate) fn sweeper(&self, settings: &settings::Stock) -> JoinHandle<()> {
        let inventory = self.clone();
        let mut every = interval(Duration::from_millis(settings.sweep_interval_ms.max(1)));
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::spawn(async move {
            loop {
                every.tick().await;
                match inventory.expire_due().await {
                    Ok(Swept { lag, .. }) if lag > LAG_MAX => {
                        tracing::warn!(lag_ms = lag.as_millis(), "reservations that are due are given back late");
                    }
                    Ok(Swept { reservations: 0, .. }) => {}
                    Ok(Swept { reservations, lag }) => {
                        tracing::debug!(reservations, lag_ms = lag.as_millis(), "gave back what was due");
                    }
                    Err(error) => tracing::warn!(%error, "reservations that are due stay in the ledger for now"),
                }
            }
        })
    }

    /// Gives back everything that is due now.
    pub(crate) async fn expire_due(&self) -> Result<Swept, DbErr> {
        let mut swept = Swept::default();
        loop {
            let due = reservation::due(&self.database, CHUNK).await?;
            let late = due.first().map_or(0, |(_, _, late_us)| *late_us);
            swept.lag = swept.lag.max(Duration::from_micros(late.unsigned_abs()));
            let mut by_merchant: BTreeMap<Merchant, Vec<Uuid>> = BTreeMap::new();
            for (merchant, reservation_id, _) in &due {
                by_merchant.entry(merchant.clone()).or_default().push(*reservation_id);
            }
            for (merchant, reservation_ids) in by_merchant {
                self.queue.expire(merchant, reservation_ids).await?;
            }
            swept.reservations += due.len();
            if i64::try_from(due.len()).is_ok_and(|found| found < CHUNK) {
                return Ok(swept);
            }
        }
    }
}

/// What one pass has given back.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Swept {
    pub(crate) reservations: usize,
    /// For how long the longest due of them had been due.
    pub(crate) lag: Duration,
}
