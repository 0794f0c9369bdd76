//! Keeps the near keys of all codes those of the present rule, while the service is at work.

use std::time::Duration;

use sea_orm::DbErr;
use shared::code::near;
use tokio::{task::JoinHandle, time::interval};

use super::Inventory;
use crate::storage;

/// An older release that still runs may add codes by its own rule.
const PACE: Duration = Duration::from_secs(60);

impl Inventory {
    /// Makes near keys anew that a rule before made, now and then, until the task is stopped; any number of replicas may do so.
    pub(crate) fn near_keys(&self) -> JoinHandle<()> {
        let inventory = self.clone();
        tokio::spawn(async move {
            let mut every = interval(PACE);
            loop {
                every.tick().await;
                match inventory.make_near_keys().await {
                    Ok(0) => {}
                    Ok(codes) => {
                        tracing::info!(codes, version = near::VERSION, "near keys are made by the present rule")
                    }
                    Err(error) => tracing::warn!(%error, "near keys stay those of a rule before for now"),
                }
            }
        })
    }

    /// Makes all near keys anew that a rule before made, in short transactions; answers how many.
    pub(crate) async fn make_near_keys(&self) -> Result<usize, DbErr> {
        let mut made = 0;
        while let Some((merchant, codes)) = storage::near::outdated(&self.database).await? {
            self.database.retrying(|| storage::near::make_anew(&self.database, &merchant, &codes)).await?;
            made += codes.len();
        }
        Ok(made)
    }
}
