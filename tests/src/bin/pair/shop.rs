//! What the sample shop's people do with the pair, through its API like any client; each verb answers with what there is to tell.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use proto::catalogue::v1::{
    AllocateOrderRequest, AllocateOrderResponse, Availability, Finding, FindingState, GetAvailabilityRequest,
    GetListingRequest, ListFindingsRequest, ListListingsRequest, Listing, ListingKey, MapListingRequest,
    MappingComponent, OrderLine, PublishListingRequest, SellerAccountKey,
    availability_service_client::AvailabilityServiceClient, listing_key, listing_service_client::ListingServiceClient,
    mapping_service_client::MappingServiceClient, order_line, order_service_client::OrderServiceClient,
};
use proto::inventory::v1::{VerifyStockRequest, VerifyStockResponse, stock_service_client::StockServiceClient};
use tonic::{Code, Status, transport::Channel};

/// The channel that the sample's listings are on.
pub(crate) const CHANNEL: &str = "sample-my";
/// The seller that they belong to.
pub(crate) const SELLER: &str = "tea@shop.example";

/// The sample shop, with both services.
pub(crate) struct Shop {
    inventory: Channel,
    catalogue: Channel,
}

/// What a call was refused for.
pub(crate) struct Refused {
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) metadata: BTreeMap<String, String>,
}

impl Shop {
    pub(crate) async fn open(inventory: &str, catalogue: &str) -> Result<Self> {
        let connect = async |url: &str| Channel::from_shared(url.to_owned())?.connect().await.context(url.to_owned());
        Ok(Self { inventory: connect(inventory).await?, catalogue: connect(catalogue).await? })
    }

    /// All listings of the account.
    pub(crate) async fn listings(&self) -> Result<Vec<Listing>> {
        let mut client = ListingServiceClient::new(self.catalogue.clone());
        let (mut listings, mut page_token) = (Vec::new(), String::new());
        loop {
            let request =
                ListListingsRequest { account: Some(account()), page_size: 1_000, page_token, ..Default::default() };
            let page = client.list_listings(request).await?.into_inner();
            listings.extend(page.listings);
            if page.next_page_token.is_empty() {
                return Ok(listings);
            }
            page_token = page.next_page_token;
        }
    }

    pub(crate) async fn listing(&self, key: &ListingKey) -> Result<Listing> {
        let request = GetListingRequest { key: Some(key.clone()) };
        let answer = ListingServiceClient::new(self.catalogue.clone()).get_listing(request).await?.into_inner();
        answer.listing.context("the answer has no listing")
    }

    /// Makes a listing go live, or tells why not.
    pub(crate) async fn publish(&self, key: &ListingKey) -> Result<Result<Listing, Refused>> {
        let request_id = format!("pair:publish:{}", uuid::Uuid::now_v7());
        let request = PublishListingRequest { request_id, key: Some(key.clone()), ..Default::default() };
        let answer = ListingServiceClient::new(self.catalogue.clone()).publish_listing(request).await;
        refusable(answer.map(|answer| answer.into_inner().listing))
    }

    /// Maps a listing to one ISKU, or tells why not.
    pub(crate) async fn map(&self, key: &ListingKey, isku_code: &str) -> Result<Result<Listing, Refused>> {
        let request_id = format!("pair:map:{}", uuid::Uuid::now_v7());
        let components = vec![MappingComponent { isku_code: isku_code.to_owned(), quantity: 1, isku_id: 0 }];
        let request = MapListingRequest { request_id, key: Some(key.clone()), components, ..Default::default() };
        let answer = MappingServiceClient::new(self.catalogue.clone()).map_listing(request).await;
        refusable(answer.map(|answer| answer.into_inner().listing))
    }

    /// The account's open findings.
    pub(crate) async fn findings(&self) -> Result<Vec<Finding>> {
        let state = FindingState::Open.into();
        let request = ListFindingsRequest { account: Some(account()), state, page_size: 1_000, ..Default::default() };
        Ok(MappingServiceClient::new(self.catalogue.clone()).list_findings(request).await?.into_inner().findings)
    }

    /// What a listing may offer now.
    pub(crate) async fn availability(&self, key: &ListingKey) -> Result<Availability> {
        let request = GetAvailabilityRequest { keys: vec![key.clone()] };
        let answer =
            AvailabilityServiceClient::new(self.catalogue.clone()).get_availability(request).await?.into_inner();
        answer.results.into_iter().next().context("the answer has no result")
    }

    /// Reserves what an order sells. An order is reserved once, so the same call again answers the same.
    pub(crate) async fn order(&self, order_id: &str, lines: &[(&str, i64)]) -> Result<AllocateOrderResponse> {
        let line = |(csku, quantity): &(&str, i64)| OrderLine {
            code: Some(order_line::Code::Csku((*csku).to_owned())),
            quantity: *quantity,
        };
        let request = AllocateOrderRequest {
            request_id: format!("pair:order:{order_id}"),
            account: Some(account()),
            order_id: order_id.to_owned(),
            lines: lines.iter().map(line).collect(),
            ..Default::default()
        };
        Ok(OrderServiceClient::new(self.catalogue.clone()).allocate_order(request).await?.into_inner())
    }

    /// Proves the ledger.
    pub(crate) async fn verify(&self) -> Result<VerifyStockResponse> {
        Ok(StockServiceClient::new(self.inventory.clone()).verify_stock(VerifyStockRequest {}).await?.into_inner())
    }
}

pub(crate) fn account() -> SellerAccountKey {
    SellerAccountKey { channel: CHANNEL.to_owned(), seller_id: SELLER.to_owned() }
}

/// Names a listing by its CSKU.
pub(crate) fn csku(code: &str) -> ListingKey {
    ListingKey { account: Some(account()), code: Some(listing_key::Code::Csku(code.to_owned())) }
}

/// Names a listing by the channel's id.
pub(crate) fn listing_id(id: &str) -> ListingKey {
    ListingKey { account: Some(account()), code: Some(listing_key::Code::ChannelListingId(id.to_owned())) }
}

/// A refusal is an answer; anything else that went wrong is an error.
fn refusable(answer: Result<Option<Listing>, Status>) -> Result<Result<Listing, Refused>> {
    match answer {
        Ok(Some(listing)) => Ok(Ok(listing)),
        Ok(None) => bail!("the answer has no listing"),
        Err(status) => match shared::client::reason(&status) {
            Some((reason, metadata)) if status.code() == Code::FailedPrecondition => {
                let metadata = metadata.into_iter().collect();
                Ok(Err(Refused { reason, message: status.message().to_owned(), metadata }))
            }
            _ => Err(status.into()),
        },
    }
}
