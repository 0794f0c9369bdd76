//! Locations: made, changed, listed.

use proto::inventory::v1::{CreateLocationRequest, ListLocationsRequest, Location, UpdateLocationRequest};
use tonic::Status;

use crate::{Merchant, request_id};

impl Merchant {
    /// A location that orders take from, after those of a lower priority.
    pub async fn location(&self, code: &str, priority: i32) -> Location {
        self.add_location(code, priority, true).await.expect("the location is made")
    }

    /// A location that no order takes from.
    pub async fn store(&self, code: &str) -> Location {
        self.add_location(code, 0, false).await.expect("the location is made")
    }

    /// Makes a location.
    pub async fn add_location(&self, code: &str, priority: i32, sellable: bool) -> Result<Location, Status> {
        let display_name = format!("Place called {code}");
        let request =
            CreateLocationRequest { request_id: request_id(), code: code.to_owned(), display_name, sellable, priority };
        let answer = self.locations.clone().create_location(request).await?;
        Ok(answer.into_inner().location.expect("a location"))
    }

    /// Changes a location as the request says.
    pub async fn change_location(&self, request: UpdateLocationRequest) -> Result<Location, Status> {
        let answer = self.locations.clone().update_location(request).await?;
        Ok(answer.into_inner().location.expect("a location"))
    }

    /// Every location.
    pub async fn all_locations(&self) -> Vec<Location> {
        let answer = self.locations.clone().list_locations(ListLocationsRequest {}).await;
        answer.expect("locations").into_inner().locations
    }
}
