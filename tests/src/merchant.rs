//! A merchant at the pair's door: every generated client, with the merchant's credential.

use proto::{
    catalogue::v1::{
        availability_service_client::AvailabilityServiceClient, category_service_client::CategoryServiceClient,
        channel_service_client::ChannelServiceClient, listing_service_client::ListingServiceClient,
        mapping_service_client::MappingServiceClient, order_service_client::OrderServiceClient,
        sync_service_client::SyncServiceClient,
    },
    inventory::v1::{
        isku_service_client::IskuServiceClient, location_service_client::LocationServiceClient,
        reservation_service_client::ReservationServiceClient, stock_service_client::StockServiceClient,
    },
};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};
use uuid::Uuid;

/// The credential that a call carries.
#[derive(Clone, Debug, Default)]
pub struct Credential {
    /// The token; none for a call without credential.
    pub token: Option<String>,
    /// The merchant to act for, where the credential does not imply it.
    pub merchant: Option<String>,
}

/// A connection with a credential.
pub type Wire = InterceptedService<Channel, Credential>;

/// Every client of one merchant. The clients are public: a test may always speak plainly.
#[derive(Clone, Debug)]
pub struct Merchant {
    /// `IskuService`.
    pub iskus: IskuServiceClient<Wire>,
    /// `LocationService`.
    pub locations: LocationServiceClient<Wire>,
    /// `StockService`.
    pub stock: StockServiceClient<Wire>,
    /// `ReservationService`.
    pub reservations: ReservationServiceClient<Wire>,
    /// `ChannelService`.
    pub channels: ChannelServiceClient<Wire>,
    /// `CategoryService`.
    pub categories: CategoryServiceClient<Wire>,
    /// `ListingService`.
    pub listings: ListingServiceClient<Wire>,
    /// `MappingService`.
    pub mappings: MappingServiceClient<Wire>,
    /// `SyncService`.
    pub syncs: SyncServiceClient<Wire>,
    /// `AvailabilityService`.
    pub availability: AvailabilityServiceClient<Wire>,
    /// `OrderService`.
    pub orders: OrderServiceClient<Wire>,
}

/// A request id that no other call uses.
pub fn request_id() -> String {
    Uuid::now_v7().to_string()
}

/// A connection that is made with the first call.
pub fn channel(url: &str) -> Channel {
    Channel::from_shared(url.to_owned()).expect("a URL").connect_lazy()
}

impl Merchant {
    /// The clients of whoever holds the credential.
    pub fn at(inventory: &str, catalogue: &str, credential: &Credential) -> Self {
        let inventory = InterceptedService::new(channel(inventory), credential.clone());
        let catalogue = InterceptedService::new(channel(catalogue), credential.clone());
        Self {
            iskus: IskuServiceClient::new(inventory.clone()),
            locations: LocationServiceClient::new(inventory.clone()),
            stock: StockServiceClient::new(inventory.clone()),
            reservations: ReservationServiceClient::new(inventory),
            channels: ChannelServiceClient::new(catalogue.clone()),
            categories: CategoryServiceClient::new(catalogue.clone()),
            listings: ListingServiceClient::new(catalogue.clone()),
            mappings: MappingServiceClient::new(catalogue.clone()),
            syncs: SyncServiceClient::new(catalogue.clone()),
            availability: AvailabilityServiceClient::new(catalogue.clone()),
            orders: OrderServiceClient::new(catalogue),
        }
    }
}

impl Credential {
    /// A token that implies its merchant.
    pub fn token(token: &str) -> Self {
        Self { token: Some(token.to_owned()), merchant: None }
    }

    /// What the metadata says.
    pub fn write<T>(&self, request: &mut Request<T>) {
        let ascii = |text: &str| text.parse::<MetadataValue<Ascii>>().expect("printable");
        if let Some(token) = &self.token {
            request.metadata_mut().insert("authorization", ascii(&format!("Bearer {token}")));
        }
        if let Some(merchant) = &self.merchant {
            request.metadata_mut().insert("oms-merchant", ascii(merchant));
        }
    }
}

impl Interceptor for Credential {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        self.write(&mut request);
        Ok(request)
    }
}
