//! Makes the near keys of codes by the present rule.

use sea_orm::DbErr;
use shared::database::near_keys::keep;
use tokio::task::JoinHandle;

use super::Inventory;
use crate::storage;

impl Inventory {
    /// Keeps them so until the task is stopped.
    pub(crate) fn near_keys(&self) -> JoinHandle<()> {
        let inventory = self.clone();
        keep(move || {
            let inventory = inventory.clone();
            async move { inventory.make_near_keys().await }
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
