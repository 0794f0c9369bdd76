//! Lists what a listing ever sold.

use shared::caller::Caller;

use crate::catalogue::{Catalogue, Error, find};
use crate::{
    domain::{listing::ListingKey, mapping::Mapping},
    storage,
};

impl Catalogue {
    /// Revisions before `before`, the newest first.
    pub async fn list_mapping_revisions(
        &self,
        caller: &Caller,
        key: &ListingKey,
        before: i64,
        limit: u64,
    ) -> Result<Vec<Mapping>, Error> {
        let snapshot = self.database.snapshot().await?;
        let (_, listing) = find::listing(&snapshot, &caller.merchant, key).await?;
        Ok(storage::mapping::revisions(&snapshot, &caller.merchant, listing.id, before, limit).await?)
    }
}
