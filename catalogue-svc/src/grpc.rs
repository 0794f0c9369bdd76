//! The gRPC face: proto in, one operation, proto out. Knows no database.

mod availability;
mod category;
mod channel;
mod convert;
mod listing;
mod mapping;
mod order;
pub(crate) mod status;
pub(crate) mod sync;
mod token;

use proto::catalogue::v1::{
    availability_service_server::AvailabilityServiceServer, category_service_server::CategoryServiceServer,
    channel_service_server::ChannelServiceServer, listing_service_server::ListingServiceServer,
    mapping_service_server::MappingServiceServer, order_service_server::OrderServiceServer,
    sync_service_server::SyncServiceServer,
};
use shared::{
    refusal::{Fields, Refusal},
    server::TRANSPORT_BYTES_MAX,
};
use tonic::service::RoutesBuilder;

use crate::catalogue::Catalogue;

/// Every service of the catalogue, over one set of operations.
#[derive(Clone, Debug)]
pub(crate) struct Api(pub(crate) Catalogue);

/// The routes of all services.
pub(crate) fn routes(catalogue: Catalogue) -> RoutesBuilder {
    let api = Api(catalogue);
    let mut routes = RoutesBuilder::default();
    routes
        .add_service(ChannelServiceServer::new(api.clone()))
        .add_service(CategoryServiceServer::new(api.clone()))
        .add_service(ListingServiceServer::new(api.clone()).max_decoding_message_size(TRANSPORT_BYTES_MAX))
        .add_service(MappingServiceServer::new(api.clone()).max_decoding_message_size(TRANSPORT_BYTES_MAX))
        .add_service(AvailabilityServiceServer::new(api.clone()).max_decoding_message_size(TRANSPORT_BYTES_MAX))
        .add_service(OrderServiceServer::new(api.clone()).max_decoding_message_size(TRANSPORT_BYTES_MAX))
        .add_service(SyncServiceServer::new(api).max_decoding_message_size(TRANSPORT_BYTES_MAX));
    routes
}

/// The value that was parsed, or the refusal that names every malformed field.
pub(crate) fn parsed<T>(fields: Fields, value: Option<T>) -> Result<T, Refusal> {
    fields.finish()?;
    value.ok_or_else(|| Refusal::internal(&"a field is malformed and nobody said so"))
}

/// A page: at most `size` of the rows found, and where it goes on if there are more. Pages are read one row longer than they are.
pub(crate) fn page<T>(mut rows: Vec<T>, size: u64) -> (Vec<T>, bool) {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    (rows, more)
}
