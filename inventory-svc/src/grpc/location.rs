//! LocationService.

use proto::inventory::v1::{
    CreateLocationRequest, CreateLocationResponse, ListLocationsRequest, ListLocationsResponse, Location,
    UpdateLocationRequest, UpdateLocationResponse, location_service_server::LocationService,
};
use shared::caller::Caller;
use tonic::{Request, Response, Status};

use super::{Api, read, status, unexpected, write};
use crate::domain::Answer;

#[tonic::async_trait]
impl LocationService for Api {
    async fn create_location(
        &self,
        request: Request<CreateLocationRequest>,
    ) -> Result<Response<CreateLocationResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::create_location).await?;
        Ok(Response::new(CreateLocationResponse { location: Some(located(&answer)?), replayed }))
    }

    async fn update_location(
        &self,
        request: Request<UpdateLocationRequest>,
    ) -> Result<Response<UpdateLocationResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::update_location).await?;
        Ok(Response::new(UpdateLocationResponse { location: Some(located(&answer)?), replayed }))
    }

    async fn list_locations(
        &self,
        request: Request<ListLocationsRequest>,
    ) -> Result<Response<ListLocationsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let locations = self.inventory.list_locations(&caller.merchant).await.map_err(status::of)?;
        Ok(Response::new(ListLocationsResponse { locations: locations.iter().map(write::location).collect() }))
    }
}

fn located(answer: &Answer) -> Result<Location, Status> {
    let Answer::Located(location) = answer else { return Err(unexpected(answer)) };
    Ok(write::location(location))
}
