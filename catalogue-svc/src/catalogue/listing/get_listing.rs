//! Reads one listing.

use shared::caller::Caller;

use super::view::view;
use crate::catalogue::{Catalogue, Error, find};
use crate::domain::listing::{ListingKey, Shown};

impl Catalogue {
    /// One listing with its mapping and reasons, as last known.
    pub async fn get_listing(&self, caller: &Caller, key: &ListingKey) -> Result<Shown, Error> {
        let snapshot = self.database.snapshot().await?;
        let (_, listing) = find::listing(&snapshot, &caller.merchant, key).await?;
        view(&snapshot, &caller.merchant, listing, None).await
    }
}
