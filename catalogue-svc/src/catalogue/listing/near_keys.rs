//! Makes the near keys of listings by the present rule. Listings whose codes are near by it are told at the end of the next sync.

use sea_orm::DbErr;
use shared::database::near_keys::keep;
use tokio::task::JoinHandle;

use crate::{catalogue::Catalogue, storage::listing::near};

impl Catalogue {
    /// Keeps them so until the task is stopped.
    pub(crate) fn near_keys(&self) -> JoinHandle<()> {
        let catalogue = self.clone();
        keep(move || {
            let catalogue = catalogue.clone();
            async move { catalogue.make_near_keys().await }
        })
    }

    /// Makes all near keys anew that a rule before made, in short transactions; answers how many.
    async fn make_near_keys(&self) -> Result<usize, DbErr> {
        let mut made = 0;
        while let Some((merchant, listings)) = near::outdated(&self.database).await? {
            self.database.retrying(|| near::make_anew(&self.database, &merchant, &listings)).await?;
            made += listings.len();
        }
        Ok(made)
    }
}
