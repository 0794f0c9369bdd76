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
/// How late what is due may be given back in the ledger before an operator has to look.
const LATE_MAX: Duration = Duration::from_secs(30);

impl Inventory {
    /// Gives back what is due, now and then, until the task is stopped; any number of replicas may do so.
    pub(crate) fn sweeper(&self, settings: &settings::Stock) -> JoinHandle<()> {
        let inventory = self.clone();
        let pace = Duration::from_millis(settings.sweep_interval_ms.get());
        let mut every = interval(pace);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::spawn(async move {
            loop {
                every.tick().await;
                match inventory.expire_due().await {
                    Ok(swept) => swept.tell(pace),
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
            swept.late = swept.late.max(Duration::from_micros(late.unsigned_abs()));
            let mut by_merchant: BTreeMap<Merchant, Vec<Uuid>> = BTreeMap::new();
            for (merchant, reservation_id, _) in &due {
                by_merchant.entry(merchant.clone()).or_default().push(*reservation_id);
            }
            for (merchant, reservation_ids) in by_merchant {
                self.queue.expire(merchant, reservation_ids).await?;
            }
            swept.given_back += due.len();
            if i64::try_from(due.len()).is_ok_and(|found| found < CHUNK) {
                return Ok(swept);
            }
        }
    }
}

/// What one pass has given back.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Swept {
    /// Reservations; of those that another replica looks at in the same moment, both tell.
    pub(crate) given_back: usize,
    /// For how long the longest due of them had been due.
    pub(crate) late: Duration,
}

impl Swept {
    /// Tells the operator how late it was: more than two passes explain is worth a line, and what is much too late a warning.
    fn tell(self, pace: Duration) {
        const TOLD: &str = "gave back what was due";
        let Self { given_back, late } = self;
        let late_ms = u64::try_from(late.as_millis()).unwrap_or(u64::MAX);
        if given_back == 0 {
            return;
        }
        if late > LATE_MAX {
            tracing::warn!(given_back, late_ms, "{TOLD}");
        } else if late > pace.saturating_mul(2) {
            tracing::info!(given_back, late_ms, "{TOLD}");
        } else {
            tracing::debug!(given_back, late_ms, "{TOLD}");
        }
    }
}
