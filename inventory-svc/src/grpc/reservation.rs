//! ReservationService.

use proto::inventory::v1::{
    GetReservationRequest, GetReservationResponse, ReleaseReservationRequest, ReleaseReservationResponse,
    ReserveRequest, ReserveResponse, ShipReservationRequest, ShipReservationResponse,
    reservation_service_server::ReservationService,
};
use shared::{caller::Caller, refusal::Fields};
use tonic::{Request, Response, Status};

use super::{Api, read, status, unexpected, write};
use crate::domain::{
    Answer, Answered,
    command::{Given, Origin},
};

#[tonic::async_trait]
impl ReservationService for Api {
    async fn reserve(&self, request: Request<ReserveRequest>) -> Result<Response<ReserveResponse>, Status> {
        let caller = Caller::of(&request)?;
        let requested = read::reserve(request.get_ref())?;
        let Answered { answer, given } = self.inventory.apply(&caller, requested).await.map_err(status::of)?;
        let Answer::Reserved { reservation, origin } = &answer else { return Err(unexpected(&answer)) };
        Ok(Response::new(ReserveResponse {
            reservation: Some(write::reservation(reservation)),
            replayed: given == Given::Before,
            existing: *origin == Origin::Existing,
        }))
    }

    async fn get_reservation(
        &self,
        request: Request<GetReservationRequest>,
    ) -> Result<Response<GetReservationResponse>, Status> {
        let caller = Caller::of(&request)?;
        let mut fields = Fields::default();
        let target = read::target(&mut fields, request.get_ref().target.as_ref().map(Into::into));
        let target = read::done(fields, target)?;
        let found = self.inventory.get_reservation(&caller.merchant, &target).await.map_err(status::of)?;
        Ok(Response::new(GetReservationResponse { reservation: Some(write::reservation(&found)) }))
    }

    async fn ship_reservation(
        &self,
        request: Request<ShipReservationRequest>,
    ) -> Result<Response<ShipReservationResponse>, Status> {
        let caller = Caller::of(&request)?;
        let requested = read::ship(request.get_ref())?;
        let Answered { answer, given } = self.inventory.apply(&caller, requested).await.map_err(status::of)?;
        let Answer::Shipped(reservation) = &answer else { return Err(unexpected(&answer)) };
        let reservation = Some(write::reservation(reservation));
        Ok(Response::new(ShipReservationResponse { reservation, replayed: given == Given::Before }))
    }

    async fn release_reservation(
        &self,
        request: Request<ReleaseReservationRequest>,
    ) -> Result<Response<ReleaseReservationResponse>, Status> {
        let caller = Caller::of(&request)?;
        let requested = read::release(request.get_ref())?;
        let Answered { answer, given } = self.inventory.apply(&caller, requested).await.map_err(status::of)?;
        let Answer::Released(reservation) = &answer else { return Err(unexpected(&answer)) };
        let reservation = Some(write::reservation(reservation));
        Ok(Response::new(ReleaseReservationResponse { reservation, replayed: given == Given::Before }))
    }
}
