//! ReservationService.

use proto::inventory::v1::{
    self as wire, AmendReservationRequest, AmendReservationResponse, BatchReserveRequest, BatchReserveResponse,
    BatchReserveResult, ConfirmReservationRequest, ConfirmReservationResponse, ExtendReservationRequest,
    ExtendReservationResponse, GetReservationRequest, GetReservationResponse, ListReservationsRequest,
    ListReservationsResponse, ReleaseReservationRequest, ReleaseReservationResponse, ReserveRequest, ReserveResponse,
    ShipReservationRequest, ShipReservationResponse, batch_reserve_result::Result as BatchResult,
    reservation_service_server::ReservationService,
};
use shared::{
    caller::Caller,
    page_token,
    refusal::{Fields, Refusal},
};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{Api, read, status, unexpected, write};
use crate::domain::{
    self, Answer, Answered,
    answer::{Given, Origin},
};

const BATCH_MAX: usize = 500;

#[tonic::async_trait]
impl ReservationService for Api {
    async fn reserve(&self, request: Request<ReserveRequest>) -> Result<Response<ReserveResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::reserve).await?;
        reserved(&answer, replayed).map(Response::new)
    }

    async fn batch_reserve(
        &self,
        request: Request<BatchReserveRequest>,
    ) -> Result<Response<BatchReserveResponse>, Status> {
        let caller = Caller::of(&request)?;
        let requests = request.into_inner().requests;
        let mut fields = Fields::default();
        read::count(&mut fields, "requests", requests.len(), 1, BATCH_MAX);
        fields.finish()?;
        let (mut sound, mut read) = (vec![], vec![]);
        for request in &requests {
            read.push(read::reserve(request).map(|requested| sound.push(requested)));
        }
        let answers = self.inventory.apply_all(&caller, sound).await;
        let mut answers = answers.map_err(status::of)?.into_iter();
        let result = |read: Result<(), Refusal>| match read {
            Err(refusal) => Ok(BatchResult::Refusal(write::refusal(refusal))),
            Ok(()) => batch_result(answers.next()),
        };
        let results = read.into_iter().map(result).collect::<Result<Vec<_>, Status>>()?;
        let results = results.into_iter().map(|result| BatchReserveResult { result: Some(result) }).collect();
        Ok(Response::new(BatchReserveResponse { results }))
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

    async fn list_reservations(
        &self,
        request: Request<ListReservationsRequest>,
    ) -> Result<Response<ListReservationsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let (query, size) = read::reservation_query(&request)?;
        let arguments = (
            ("ListReservations", caller.merchant.as_str(), request.page_size),
            (request.state, &query.isku_code, &query.cskus, &query.channel, &query.seller_id, request.short_only),
        );
        let before: Option<Uuid> = page_token::decode(&request.page_token, &arguments)?;
        let page = self.inventory.list_reservations(&caller.merchant, &query, before, size).await;
        let (reservations, next) = page.map_err(status::of)?;
        let next_page_token = next.map(|id| page_token::encode(&arguments, &id)).unwrap_or_default();
        let reservations = reservations.iter().map(write::reservation).collect();
        Ok(Response::new(ListReservationsResponse { reservations, next_page_token }))
    }

    async fn confirm_reservation(
        &self,
        request: Request<ConfirmReservationRequest>,
    ) -> Result<Response<ConfirmReservationResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::confirm).await?;
        let Answer::Confirmed(reservation) = &answer else { return Err(unexpected(&answer)) };
        Ok(Response::new(ConfirmReservationResponse { reservation: Some(write::reservation(reservation)), replayed }))
    }

    async fn amend_reservation(
        &self,
        request: Request<AmendReservationRequest>,
    ) -> Result<Response<AmendReservationResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::amend).await?;
        let Answer::Amended(reservation) = &answer else { return Err(unexpected(&answer)) };
        Ok(Response::new(AmendReservationResponse { reservation: Some(write::reservation(reservation)), replayed }))
    }

    async fn extend_reservation(
        &self,
        request: Request<ExtendReservationRequest>,
    ) -> Result<Response<ExtendReservationResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::extend).await?;
        let Answer::Extended(reservation) = &answer else { return Err(unexpected(&answer)) };
        Ok(Response::new(ExtendReservationResponse { reservation: Some(write::reservation(reservation)), replayed }))
    }

    async fn ship_reservation(
        &self,
        request: Request<ShipReservationRequest>,
    ) -> Result<Response<ShipReservationResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::ship).await?;
        let Answer::Shipped(reservation) = &answer else { return Err(unexpected(&answer)) };
        Ok(Response::new(ShipReservationResponse { reservation: Some(write::reservation(reservation)), replayed }))
    }

    async fn release_reservation(
        &self,
        request: Request<ReleaseReservationRequest>,
    ) -> Result<Response<ReleaseReservationResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::release).await?;
        let Answer::Released(reservation) = &answer else { return Err(unexpected(&answer)) };
        Ok(Response::new(ReleaseReservationResponse { reservation: Some(write::reservation(reservation)), replayed }))
    }
}

fn reserved(answer: &Answer, replayed: bool) -> Result<wire::ReserveResponse, Status> {
    let Answer::Reserved { reservation, origin } = answer else { return Err(unexpected(answer)) };
    let existing = *origin == Origin::Existing;
    Ok(ReserveResponse { reservation: Some(write::reservation(reservation)), replayed, existing })
}

fn batch_result(answered: Option<Result<Answered, domain::Error>>) -> Result<BatchResult, Status> {
    match answered {
        Some(Ok(Answered { answer, given })) => reserved(&answer, given == Given::Before).map(BatchResult::Reserved),
        Some(Err(error)) => Ok(BatchResult::Refusal(write::refusal(status::refusal(&error)))),
        None => Err(Refusal::internal(&"a request of a batch got no answer").into()),
    }
}
