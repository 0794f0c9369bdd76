//! Listings: made, mapped, validated, published.

use proto::catalogue::v1::{
    AcceptRenameRequest, Availability, CreateListingRequest, GetAvailabilityRequest, GetListingRequest,
    ListListingsRequest, ListMappingRevisionsRequest, Listing, ListingKey, ListingKind, ListingReason,
    ListingValidation, MapListingRequest, MapListingResponse, Mapping, MappingComponent, PublishListingRequest,
    PublishListingResponse, RemapListingRequest, RemapListingResponse, UnpublishListingRequest,
    ValidateListingsRequest, listing_key::Code,
};
use tonic::Status;

use super::Shop;
use crate::request_id;

/// ISKU codes with quantities.
pub fn components(of: &[(&str, i64)]) -> Vec<MappingComponent> {
    let component = |(code, quantity): &(&str, i64)| MappingComponent {
        isku_code: (*code).to_owned(),
        quantity: *quantity,
        ..Default::default()
    };
    of.iter().map(component).collect()
}

impl Shop {
    /// A listing by its CSKU.
    pub fn csku(&self, csku: &str) -> ListingKey {
        ListingKey { account: Some(self.key.clone()), code: Some(Code::Csku(csku.to_owned())) }
    }

    /// A listing by the channel's id.
    pub fn id(&self, id: &str) -> ListingKey {
        ListingKey { account: Some(self.key.clone()), code: Some(Code::ChannelListingId(id.to_owned())) }
    }

    /// A request that makes a listing.
    pub fn new_listing(&self, csku: &str, kind: ListingKind) -> CreateListingRequest {
        CreateListingRequest {
            request_id: request_id(),
            account: Some(self.key.clone()),
            csku: csku.to_owned(),
            kind: kind.into(),
            title: format!("Offer {csku}"),
            ..Default::default()
        }
    }

    /// Makes a listing as the request says.
    pub async fn create(&self, request: CreateListingRequest) -> Result<Listing, Status> {
        Ok(self.merchant.listings.clone().create_listing(request).await?.into_inner().listing.expect("a listing"))
    }

    /// Makes a single; without ISKU it takes its default.
    pub async fn single(&self, csku: &str, isku: Option<&str>) -> Result<Listing, Status> {
        let mapping = isku.map(|code| components(&[(code, 1)])).unwrap_or_default();
        self.create(CreateListingRequest { components: mapping, ..self.new_listing(csku, ListingKind::Single) }).await
    }

    /// Makes a kit.
    pub async fn kit(&self, csku: &str, of: &[(&str, i64)]) -> Result<Listing, Status> {
        let request = self.new_listing(csku, ListingKind::Kit);
        self.create(CreateListingRequest { components: components(of), ..request }).await
    }

    /// Makes a group of singles.
    pub async fn group(&self, csku: &str, members: &[&str]) -> Result<Listing, Status> {
        let members = members.iter().map(|member| self.csku(member)).collect();
        self.create(CreateListingRequest { members, ..self.new_listing(csku, ListingKind::Group) }).await
    }

    /// A listing as it is.
    pub async fn listing(&self, key: ListingKey) -> Result<Listing, Status> {
        let request = GetListingRequest { key: Some(key) };
        Ok(self.merchant.listings.clone().get_listing(request).await?.into_inner().listing.expect("a listing"))
    }

    /// Every listing of the account, retired ones left out.
    pub async fn listings(&self) -> Vec<Listing> {
        self.listings_where(ListListingsRequest::default()).await
    }

    /// The listings of the account that a filter leaves, page by page.
    pub async fn listings_where(&self, filter: ListListingsRequest) -> Vec<Listing> {
        let mut listings = Vec::new();
        let mut request = ListListingsRequest { account: Some(self.key.clone()), page_size: 500, ..filter };
        loop {
            let page =
                self.merchant.listings.clone().list_listings(request.clone()).await.expect("a page").into_inner();
            listings.extend(page.listings);
            if page.next_page_token.is_empty() {
                return listings;
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Listings held back by a reason.
    pub async fn held_back_by(&self, reason: ListingReason) -> Vec<Listing> {
        self.listings_where(ListListingsRequest { reason: reason.into(), ..Default::default() }).await
    }

    /// Asks whether listings may go live.
    pub async fn validate(&self, keys: Vec<ListingKey>) -> Result<Vec<ListingValidation>, Status> {
        let request = ValidateListingsRequest { keys };
        Ok(self.merchant.listings.clone().validate_listings(request).await?.into_inner().results)
    }

    /// Makes a listing go live.
    pub async fn publish(&self, key: ListingKey) -> Result<PublishListingResponse, Status> {
        let request = PublishListingRequest { request_id: request_id(), key: Some(key), ..Default::default() };
        Ok(self.merchant.listings.clone().publish_listing(request).await?.into_inner())
    }

    /// Publishes the members of a group that are ready.
    pub async fn publish_ready(&self, key: ListingKey) -> Result<PublishListingResponse, Status> {
        let request =
            PublishListingRequest { request_id: request_id(), key: Some(key), ready_only: true, ..Default::default() };
        Ok(self.merchant.listings.clone().publish_listing(request).await?.into_inner())
    }

    /// Takes a listing off the channel.
    pub async fn unpublish(&self, key: ListingKey) -> Result<Listing, Status> {
        let request = UnpublishListingRequest { request_id: request_id(), key: Some(key), ..Default::default() };
        Ok(self.merchant.listings.clone().unpublish_listing(request).await?.into_inner().listing.expect("a listing"))
    }

    /// Accepts the code that the channel gives a listing.
    pub async fn accept_rename(&self, key: ListingKey) -> Result<Listing, Status> {
        let request = AcceptRenameRequest { request_id: request_id(), key: Some(key), ..Default::default() };
        Ok(self.merchant.listings.clone().accept_rename(request).await?.into_inner().listing.expect("a listing"))
    }

    /// Maps a listing that has no mapping.
    pub async fn map(&self, key: ListingKey, to: &[(&str, i64)]) -> Result<MapListingResponse, Status> {
        self.map_as(MapListingRequest { key: Some(key), components: components(to), ..Default::default() }).await
    }

    /// Turns a single into a kit.
    pub async fn make_kit(&self, key: ListingKey, of: &[(&str, i64)]) -> Result<MapListingResponse, Status> {
        let request =
            MapListingRequest { key: Some(key), components: components(of), make_kit: true, ..Default::default() };
        self.map_as(request).await
    }

    /// Turns a single into a kit, and writes off what a sync adopted for it.
    pub async fn make_kit_and_write_off(
        &self,
        key: ListingKey,
        of: &[(&str, i64)],
    ) -> Result<MapListingResponse, Status> {
        let request = MapListingRequest {
            key: Some(key),
            components: components(of),
            make_kit: true,
            write_off_adopted: true,
            ..Default::default()
        };
        self.map_as(request).await
    }

    /// Maps a listing to the ISKU of its own code, created whatever looks like it.
    pub async fn create_anyway(&self, key: ListingKey) -> Result<MapListingResponse, Status> {
        self.map_as(MapListingRequest { key: Some(key), create_anyway: true, ..Default::default() }).await
    }

    async fn map_as(&self, request: MapListingRequest) -> Result<MapListingResponse, Status> {
        let request = MapListingRequest { request_id: request_id(), ..request };
        Ok(self.merchant.mappings.clone().map_listing(request).await?.into_inner())
    }

    /// Replaces a mapping of which the caller has seen a revision.
    pub async fn remap(&self, key: ListingKey, seen: i64, to: &[(&str, i64)]) -> Result<RemapListingResponse, Status> {
        let request = RemapListingRequest {
            request_id: request_id(),
            key: Some(key),
            components: components(to),
            expected_revision: seen,
            ..Default::default()
        };
        Ok(self.merchant.mappings.clone().remap_listing(request).await?.into_inner())
    }

    /// Shows what a remap would do.
    pub async fn preview_remap(
        &self,
        key: ListingKey,
        seen: i64,
        to: &[(&str, i64)],
    ) -> Result<RemapListingResponse, Status> {
        let request = RemapListingRequest {
            key: Some(key),
            components: components(to),
            expected_revision: seen,
            validate_only: true,
            ..Default::default()
        };
        Ok(self.merchant.mappings.clone().remap_listing(request).await?.into_inner())
    }

    /// Every mapping that a listing ever had, the newest first.
    pub async fn revisions(&self, key: ListingKey) -> Result<Vec<Mapping>, Status> {
        let request = ListMappingRevisionsRequest { key: Some(key), page_size: 1_000, ..Default::default() };
        Ok(self.merchant.mappings.clone().list_mapping_revisions(request).await?.into_inner().mappings)
    }

    /// What a listing may offer.
    pub async fn offer(&self, key: ListingKey) -> Availability {
        let request = GetAvailabilityRequest { keys: vec![key] };
        let answer =
            self.merchant.availability.clone().get_availability(request).await.expect("an answer").into_inner();
        answer.results.into_iter().next().expect("an answer for each key")
    }
}
