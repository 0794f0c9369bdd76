//! ListLocations.

use shared::{database::Reads, identity::Merchant};

use super::Inventory;
use crate::{
    domain::location::{DEFAULT_CODE, Location},
    storage::{self, location},
};

impl Inventory {
    /// All of a merchant's locations, by priority; the default one is there before anything was booked.
    pub(crate) async fn list_locations(&self, merchant: &Merchant) -> Result<Vec<Location>, storage::Error> {
        let snapshot = self.database.snapshot().await?;
        let mut locations = Reads::one(&snapshot, merchant, location::all).await?;
        if !locations.iter().any(|location| location.code.as_str() == DEFAULT_CODE) {
            locations.extend(Location::default_location());
        }
        Ok(locations)
    }
}
