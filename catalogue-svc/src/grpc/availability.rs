//! AvailabilityService.

use proto::catalogue::v1::{
    Availability as ProtoAvailability, AvailabilityRule, GetAvailabilityRequest, GetAvailabilityResponse,
    availability_service_server::AvailabilityService,
};
use shared::caller::Caller;
use tonic::{Request, Response, Status};

use super::{
    Api,
    convert::{listing_keys, proto_listing_key, proto_offer},
    status,
};
use crate::catalogue::Availability;

#[tonic::async_trait]
impl AvailabilityService for Api {
    async fn get_availability(
        &self,
        request: Request<GetAvailabilityRequest>,
    ) -> Result<Response<GetAvailabilityResponse>, Status> {
        let caller = Caller::of(&request)?;
        let keys = listing_keys(&request.get_ref().keys)?;
        let found = self.0.get_availability(&caller, &keys).await.map_err(status::of)?;
        Ok(Response::new(GetAvailabilityResponse { results: found.into_iter().map(proto_availability).collect() }))
    }
}

fn proto_availability(availability: Availability) -> ProtoAvailability {
    let key = proto_listing_key(&availability.key);
    match availability.available {
        Some(available) => {
            let members = available.members.into_iter().map(proto_availability).collect();
            proto_offer(key, available.offer, members)
        }
        None => ProtoAvailability {
            key: Some(key),
            quantity: None,
            rule: AvailabilityRule::NotFound.into(),
            limiting_isku_code: String::new(),
            members: vec![],
        },
    }
}
