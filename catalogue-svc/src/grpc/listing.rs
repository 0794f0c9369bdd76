//! ListingService.

mod request;

use proto::catalogue::v1::{
    AcceptRenameRequest, AcceptRenameResponse, CreateListingRequest, CreateListingResponse, GetListingRequest,
    GetListingResponse, ListListingsRequest, ListListingsResponse, ListingValidation, PublishListingRequest,
    PublishListingResponse, UnpublishListingRequest, UnpublishListingResponse, ValidateListingsRequest,
    ValidateListingsResponse, listing_service_server::ListingService,
};
use shared::{caller::Caller, page_token, refusal::Fields};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{
    Api,
    convert::{listing_key, listing_keys, proto_listing, proto_listing_key, request_id},
    page, parsed, status, token,
};
use crate::catalogue::{AcceptRename, PublishListing, Replay, Scope, UnpublishListing, Validation};

#[tonic::async_trait]
impl ListingService for Api {
    async fn create_listing(
        &self,
        request: Request<CreateListingRequest>,
    ) -> Result<Response<CreateListingResponse>, Status> {
        let caller = Caller::of(&request)?;
        let (request_id, command) = request::create(request.get_ref())?;
        let done = self.0.create_listing(&caller, &request_id, &command).await.map_err(status::of)?;
        Ok(Response::new(CreateListingResponse {
            listing: Some(proto_listing(done.answer)),
            replayed: done.replay == Replay::Yes,
        }))
    }

    async fn get_listing(&self, request: Request<GetListingRequest>) -> Result<Response<GetListingResponse>, Status> {
        let caller = Caller::of(&request)?;
        let mut fields = Fields::default();
        let key = listing_key(&mut fields, "key", request.get_ref().key.as_ref());
        let listing = self.0.get_listing(&caller, &parsed(fields, key)?).await.map_err(status::of)?;
        Ok(Response::new(GetListingResponse { listing: Some(proto_listing(listing)) }))
    }

    async fn list_listings(
        &self,
        request: Request<ListListingsRequest>,
    ) -> Result<Response<ListListingsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let mut query = request::list(request.get_ref())?;
        let size = query.limit;
        let arguments = token::listings(&caller.merchant, &query);
        let after: Option<Uuid> = page_token::decode(&request.get_ref().page_token, &arguments)?;
        query.after = after.unwrap_or_default();
        query.limit = size + 1;
        let found = self.0.list_listings(&caller, &query).await.map_err(status::of)?;
        let (listings, more) = page(found, size);
        let last = listings.last().filter(|_| more);
        let next = last.map(|last| page_token::encode(&arguments, &last.listing.id));
        Ok(Response::new(ListListingsResponse {
            listings: listings.into_iter().map(proto_listing).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn validate_listings(
        &self,
        request: Request<ValidateListingsRequest>,
    ) -> Result<Response<ValidateListingsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let keys = listing_keys(&request.get_ref().keys)?;
        let found = self.0.validate_listings(&caller, &keys).await.map_err(status::of)?;
        Ok(Response::new(ValidateListingsResponse { results: found.into_iter().map(proto_validation).collect() }))
    }

    async fn publish_listing(
        &self,
        request: Request<PublishListingRequest>,
    ) -> Result<Response<PublishListingResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let request_id = request_id(&mut fields, &request.request_id);
        let key = listing_key(&mut fields, "key", request.key.as_ref());
        let (request_id, key) = parsed(fields, request_id.zip(key))?;
        let scope = if request.ready_only { Scope::ReadyOnly } else { Scope::All };
        let command = PublishListing { key, scope, etag: given(request.etag) };
        let done = self.0.publish_listing(&caller, &request_id, &command).await.map_err(status::of)?;
        Ok(Response::new(PublishListingResponse {
            listing: Some(proto_listing(done.answer.listing)),
            published: done.answer.published.iter().map(proto_listing_key).collect(),
            unready: done.answer.unready.into_iter().map(proto_validation).collect(),
            replayed: done.replay == Replay::Yes,
        }))
    }

    async fn unpublish_listing(
        &self,
        request: Request<UnpublishListingRequest>,
    ) -> Result<Response<UnpublishListingResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let request_id = request_id(&mut fields, &request.request_id);
        let key = listing_key(&mut fields, "key", request.key.as_ref());
        let (request_id, key) = parsed(fields, request_id.zip(key))?;
        let command = UnpublishListing { key, etag: given(request.etag) };
        let done = self.0.unpublish_listing(&caller, &request_id, &command).await.map_err(status::of)?;
        Ok(Response::new(UnpublishListingResponse {
            listing: Some(proto_listing(done.answer)),
            replayed: done.replay == Replay::Yes,
        }))
    }

    async fn accept_rename(
        &self,
        request: Request<AcceptRenameRequest>,
    ) -> Result<Response<AcceptRenameResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let request_id = request_id(&mut fields, &request.request_id);
        let key = listing_key(&mut fields, "key", request.key.as_ref());
        let (request_id, key) = parsed(fields, request_id.zip(key))?;
        let command = AcceptRename { key, etag: given(request.etag) };
        let done = self.0.accept_rename(&caller, &request_id, &command).await.map_err(status::of)?;
        Ok(Response::new(AcceptRenameResponse {
            listing: Some(proto_listing(done.answer)),
            replayed: done.replay == Replay::Yes,
        }))
    }
}

fn given(etag: String) -> Option<String> {
    (!etag.is_empty()).then_some(etag)
}

fn proto_validation(validation: Validation) -> ListingValidation {
    ListingValidation {
        key: Some(proto_listing_key(&validation.key)),
        found: validation.listing.is_some(),
        ready: validation.ready,
        listing: validation.listing.map(proto_listing),
    }
}
