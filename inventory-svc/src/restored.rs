//! `inventory-svc restored`: the database was restored from a backup, and watches must not go on as if nothing had happened.

use crate::{Settings, StartError, existing, storage};

/// Begins another epoch for every merchant; returns how many there are.
pub async fn restored(settings: &Settings) -> Result<u64, StartError> {
    let database = existing(settings).await?;
    let transaction = database.begin().await?;
    let merchants = storage::watch::restored(&transaction).await?;
    transaction.commit().await?;
    database.close().await?;
    Ok(merchants)
}
