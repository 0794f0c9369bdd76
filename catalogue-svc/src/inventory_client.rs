//! Calls to inventory-svc: the catalogue's words in and out, statuses turned back into domain answers by their reason.

mod convert;
mod refused;

use proto::inventory::v1::{
    AdjustLine, AdjustStockRequest, AdjustmentReason, EnsureIskusRequest, GetReservationRequest,
    ListReservationsRequest, ReleaseReservationRequest, ReserveRequest, ResolveIskusRequest, get_reservation_request,
    isku_service_client::IskuServiceClient, release_reservation_request,
    reservation_service_client::ReservationServiceClient, stock_service_client::StockServiceClient,
};
use shared::{
    client::{Balanced, Settings, Upstream, UpstreamError},
    code::Code,
    identity::{Merchant, OrderKey, RequestId},
    measure::Dimensions,
    money::Money,
};
use tonic::Status;

use crate::domain::{
    Error as Refused,
    account::{AccountKey, OnSameGoods},
    adopted::WriteOff,
    isku::{Candidate, Isku, Resolution},
    open_reservation::{OpenReservations, Rest},
    order::{Fill, Order, ReserveItem},
};

/// inventory-svc, as the catalogue calls it.
#[derive(Clone, Debug)]
pub struct InventoryClient(Upstream);

/// Why a call did not succeed.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// inventory-svc refuses it, or is away.
    Refused(Refused),
    /// The request id was used there with other content.
    RequestIdReused,
    /// Less would be left on hand than is promised: the stock is not what it was when it was looked at.
    BelowReserved,
    /// The time is over; what became of the call is unknown.
    Deadline,
    /// An answer that the catalogue does not understand: an error of ours.
    Unexpected(String),
}

/// Whether an order was reserved before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// By another request.
    Yes,
    /// By this very request, earlier.
    Replayed,
    /// By this one.
    #[default]
    No,
}

/// An ISKU that has to be there.
#[derive(Clone, Debug, PartialEq)]
pub struct EnsureItem {
    /// Makes the item repeatable.
    pub request_id: RequestId,
    /// The code.
    pub code: Code,
    /// What the goods are called.
    pub product_name: Option<String>,
    /// Outer dimensions of one unit.
    pub dimensions: Option<Dimensions>,
    /// Weight of one unit in grams.
    pub weight_g: Option<i64>,
    /// What one unit costs.
    pub cost_price: Option<Money>,
    /// Barcode.
    pub barcode: Option<String>,
    /// Location and units to open with, if the call creates the ISKU.
    pub opening_stock: Option<(String, i64)>,
    /// Whether it is created although it may be the goods of another ISKU.
    pub on_same_goods: OnSameGoods,
}

/// What became of an ISKU that has to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ensured {
    /// It was created, with its opening stock.
    Created(Isku),
    /// It was there, and nothing contradicts it.
    Exists(Isku),
    /// It was there, and these fields contradict it.
    ExistsDifferent(Isku, Vec<String>),
    /// It was not there, and may be the goods of these, the best first; or its code is mangled. Nothing was created.
    SameGoods(Vec<Candidate>),
    /// Refused, by reason and sentence.
    Rejected {
        /// Stable name.
        reason: String,
        /// For the person who reads it.
        problem: String,
    },
}

impl InventoryClient {
    /// The most codes or items of one call.
    pub const BATCH_MAX: usize = 1_000;

    /// Prepares calls; connects with the first one.
    pub fn new(settings: &Settings) -> Result<Self, UpstreamError> {
        Upstream::new(settings).map(Self)
    }

    /// Tells what codes name, with stock. Of more than [`Self::BATCH_MAX`] codes each thousand is one snapshot.
    pub async fn resolve(&self, merchant: &Merchant, mut codes: Vec<Code>) -> Result<Resolution, Failure> {
        codes.sort_unstable();
        codes.dedup();
        let mut resolved = Vec::with_capacity(codes.len());
        for batch in codes.chunks(Self::BATCH_MAX) {
            let message = ResolveIskusRequest { codes: batch.iter().map(|code| code.as_str().to_owned()).collect() };
            let answer = self.0.call(|channel| {
                let request = self.0.request(merchant, message.clone());
                async move { iskus(channel).resolve_iskus(request).await }
            });
            let results = answer.await.map_err(failure)?.results;
            if results.len() != batch.len() {
                return Err(Failure::Unexpected("ResolveIskus answered another number of codes".to_owned()));
            }
            for (code, result) in batch.iter().zip(results) {
                resolved.push((code.clone(), convert::resolved(result)?));
            }
        }
        Ok(resolved.into_iter().collect())
    }

    /// Sees to it that ISKUs are there; answers in input order. At most [`Self::BATCH_MAX`] items.
    pub async fn ensure(&self, merchant: &Merchant, items: &[EnsureItem]) -> Result<Vec<Ensured>, Failure> {
        if items.is_empty() {
            return Ok(vec![]);
        }
        let message = EnsureIskusRequest { items: items.iter().map(convert::ensure_item).collect() };
        let answer = self.0.call(|channel| {
            let request = self.0.request(merchant, message.clone());
            async move { iskus(channel).ensure_iskus(request).await }
        });
        let results = answer.await.map_err(failure)?.results;
        if results.len() != items.len() {
            return Err(Failure::Unexpected("EnsureIskus answered another number of items".to_owned()));
        }
        results.into_iter().map(convert::ensured).collect()
    }

    /// Gives units up where they are, all of them or none.
    pub async fn write_off(
        &self,
        merchant: &Merchant,
        request_id: &RequestId,
        write_off: &WriteOff,
        note: &str,
    ) -> Result<(), Failure> {
        let line = AdjustLine {
            isku_code: write_off.isku_code.as_str().to_owned(),
            location: write_off.location.clone(),
            delta: -write_off.quantity,
        };
        let message = AdjustStockRequest {
            request_id: request_id.as_str().to_owned(),
            lines: vec![line],
            reason: AdjustmentReason::WriteOff.into(),
            note: note.to_owned(),
            ..Default::default()
        };
        let answer = self.0.call(|channel| {
            let request = self.0.request(merchant, message.clone());
            async move { StockServiceClient::new(channel).adjust_stock(request).await }
        });
        answer.await.map(drop).map_err(failure)
    }

    /// Holds what an order needs; the answer is the order as it is now, also if it was reserved before.
    pub async fn reserve(
        &self,
        merchant: &Merchant,
        request_id: &RequestId,
        order: &OrderKey,
        items: &[ReserveItem],
        locations: &[String],
        fill: Fill,
    ) -> Result<(Order, Existing), Failure> {
        let message = ReserveRequest {
            request_id: request_id.as_str().to_owned(),
            order: Some(convert::order_key(order)),
            items: items.iter().map(convert::reserve_item).collect(),
            locations: locations.to_vec(),
            fill: convert::fill(fill).into(),
            // Never due.
            expiration: None,
        };
        let answer = self.0.call(|channel| {
            let request = self.0.request(merchant, message.clone());
            async move { reservations(channel).reserve(request).await }
        });
        let answer = answer.await.map_err(|status| refused::of_reserve(&status))?;
        if answer.replayed {
            return Ok((self.reservation(merchant, order).await?, Existing::Replayed));
        }
        let existing = if answer.existing { Existing::Yes } else { Existing::No };
        Ok((convert::order(order, answer.reservation)?, existing))
    }

    /// What an order holds.
    pub async fn reservation(&self, merchant: &Merchant, order: &OrderKey) -> Result<Order, Failure> {
        let target = Some(get_reservation_request::Target::Order(convert::order_key(order)));
        let message = GetReservationRequest { target };
        let answer = self.0.call(|channel| {
            let request = self.0.request(merchant, message.clone());
            async move { reservations(channel).get_reservation(request).await }
        });
        convert::order(order, answer.await.map_err(failure)?.reservation)
    }

    /// The newest reservations of a seller's orders that hold units of an ISKU for the listing that goes by these names.
    pub async fn open_reservations(
        &self,
        merchant: &Merchant,
        account: &AccountKey,
        names: &[Code],
        isku_code: &Code,
    ) -> Result<OpenReservations, Failure> {
        let message = ListReservationsRequest {
            isku_code: isku_code.as_str().to_owned(),
            channel: account.channel.as_str().to_owned(),
            seller_id: account.seller_id.as_received().to_owned(),
            cskus: names.iter().map(|name| name.as_str().to_owned()).collect(),
            page_size: i32::try_from(OpenReservations::SHOWN_MAX).unwrap_or(i32::MAX),
            ..Default::default()
        };
        let answer = self.0.call(|channel| {
            let request = self.0.request(merchant, message.clone());
            async move { reservations(channel).list_reservations(request).await }
        });
        let page = answer.await.map_err(failure)?;
        let mut shown = vec![];
        for reservation in page.reservations {
            shown.extend(convert::open(reservation, names)?);
        }
        let rest = if page.next_page_token.is_empty() { Rest::None } else { Rest::Some };
        Ok(OpenReservations { shown, rest })
    }

    /// Gives back everything that an order still holds.
    pub async fn release(
        &self,
        merchant: &Merchant,
        request_id: &RequestId,
        order: &OrderKey,
        note: &str,
    ) -> Result<Order, Failure> {
        let message = ReleaseReservationRequest {
            request_id: request_id.as_str().to_owned(),
            target: Some(release_reservation_request::Target::Order(convert::order_key(order))),
            items: vec![],
            note: note.to_owned(),
        };
        let answer = self.0.call(|channel| {
            let request = self.0.request(merchant, message.clone());
            async move { reservations(channel).release_reservation(request).await }
        });
        convert::order(order, answer.await.map_err(failure)?.reservation)
    }
}

/// A thousand ISKUs with their stock at many locations are more than the default of 4 MiB.
const ANSWER_BYTES_MAX: usize = 64 << 20;

fn iskus(channel: Balanced) -> IskuServiceClient<Balanced> {
    IskuServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES_MAX)
}

fn reservations(channel: Balanced) -> ReservationServiceClient<Balanced> {
    ReservationServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES_MAX)
}

fn failure(status: Status) -> Failure {
    refused::failure(&status)
}
