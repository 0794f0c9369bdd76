//! Reservations, as an order service makes them without a catalogue.

use proto::{
    inventory::v1::{
        AmendReservationRequest, BatchReserveRequest, BatchReserveResult, Component, ConfirmReservationRequest,
        ExtendReservationRequest, GetReservationRequest, ItemQuantity, ListReservationsRequest,
        ReleaseReservationRequest, Reservation, ReserveItem, ReserveRequest, ReserveResponse, ShipReservationRequest,
        amend_reservation_request, confirm_reservation_request, extend_reservation_request, get_reservation_request,
        release_reservation_request, ship_reservation_request,
    },
    r#type::v1::OrderKey,
};
use tonic::Status;

use crate::{Merchant, request_id};

/// One line of an order: a CSKU, how many, and the ISKUs in one unit.
pub type Sold<'a> = (&'a str, i64, &'a [(&'a str, i64)]);

/// The key of an order of one shop.
pub fn order_key(order: &str) -> OrderKey {
    OrderKey { channel: "shop".to_owned(), seller_id: "seller@example.com".to_owned(), order_id: order.to_owned() }
}

impl Merchant {
    /// Reserves what an order needs.
    pub async fn reserve(&self, order: &str, sold: &[Sold<'_>]) -> Result<ReserveResponse, Status> {
        self.hold(reserve_request(order, sold)).await
    }

    /// Reserves as the request says.
    pub async fn hold(&self, request: ReserveRequest) -> Result<ReserveResponse, Status> {
        Ok(self.reservations.clone().reserve(request).await?.into_inner())
    }

    /// Reserves for many orders, each by itself.
    pub async fn hold_all(&self, requests: Vec<ReserveRequest>) -> Result<Vec<BatchReserveResult>, Status> {
        Ok(self.reservations.clone().batch_reserve(BatchReserveRequest { requests }).await?.into_inner().results)
    }

    /// Lets the reservation of an order never be due.
    pub async fn confirm(&self, order: &str) -> Result<Reservation, Status> {
        let target = Some(confirm_reservation_request::Target::Order(order_key(order)));
        let request = ConfirmReservationRequest { request_id: request_id(), target };
        let answer = self.reservations.clone().confirm_reservation(request).await?;
        Ok(answer.into_inner().reservation.expect("a reservation"))
    }

    /// Lets the reservation of an order hold something else.
    pub async fn amend(&self, order: &str, sold: &[Sold<'_>]) -> Result<Reservation, Status> {
        self.reshape(amend_request(order, sold)).await
    }

    /// Amends as the request says.
    pub async fn reshape(&self, request: AmendReservationRequest) -> Result<Reservation, Status> {
        let answer = self.reservations.clone().amend_reservation(request).await?;
        Ok(answer.into_inner().reservation.expect("a reservation"))
    }

    /// Lets the reservation of an order be due so many seconds from now.
    pub async fn extend(&self, order: &str, seconds: i64) -> Result<Reservation, Status> {
        let request = ExtendReservationRequest {
            request_id: request_id(),
            target: Some(extend_reservation_request::Target::Order(order_key(order))),
            expiration: Some(extend_reservation_request::Expiration::Ttl(prost_types::Duration { seconds, nanos: 0 })),
        };
        let answer = self.reservations.clone().extend_reservation(request).await?;
        Ok(answer.into_inner().reservation.expect("a reservation"))
    }

    /// The reservation of an order.
    pub async fn reservation(&self, order: &str) -> Result<Reservation, Status> {
        let target = Some(get_reservation_request::Target::Order(order_key(order)));
        let answer = self.reservations.clone().get_reservation(GetReservationRequest { target }).await?;
        Ok(answer.into_inner().reservation.expect("a reservation"))
    }

    /// The reservations that a filter leaves, page by page, the newest first.
    pub async fn reservations_of(&self, mut filter: ListReservationsRequest) -> Result<Vec<Reservation>, Status> {
        let mut reservations = Vec::new();
        loop {
            let page = self.reservations.clone().list_reservations(filter.clone()).await?.into_inner();
            reservations.extend(page.reservations);
            if page.next_page_token.is_empty() {
                return Ok(reservations);
            }
            filter.page_token = page.next_page_token;
        }
    }

    /// Ships units of an order; all that is held if none are named.
    pub async fn ship(&self, order: &str, units: &[(&str, i64)]) -> Result<Reservation, Status> {
        let target = Some(ship_reservation_request::Target::Order(order_key(order)));
        let request = ShipReservationRequest {
            request_id: request_id(),
            target,
            items: items(units),
            document: "DO-1".to_owned(),
        };
        Ok(self.reservations.clone().ship_reservation(request).await?.into_inner().reservation.expect("a reservation"))
    }

    /// Releases units of an order; all that is held if none are named.
    pub async fn release(&self, order: &str, units: &[(&str, i64)]) -> Result<Reservation, Status> {
        let target = Some(release_reservation_request::Target::Order(order_key(order)));
        let request =
            ReleaseReservationRequest { request_id: request_id(), target, items: items(units), note: String::new() };
        let answer = self.reservations.clone().release_reservation(request).await?;
        Ok(answer.into_inner().reservation.expect("a reservation"))
    }
}

/// The request of a reservation, for a test that changes or repeats it.
pub fn reserve_request(order: &str, sold: &[Sold<'_>]) -> ReserveRequest {
    ReserveRequest {
        request_id: request_id(),
        order: Some(order_key(order)),
        items: sold.iter().map(reserve_item).collect(),
        ..Default::default()
    }
}

/// The request of an amendment, for a test that changes or repeats it.
pub fn amend_request(order: &str, sold: &[Sold<'_>]) -> AmendReservationRequest {
    AmendReservationRequest {
        request_id: request_id(),
        target: Some(amend_reservation_request::Target::Order(order_key(order))),
        items: sold.iter().map(reserve_item).collect(),
        ..Default::default()
    }
}

/// One line of an order as inventory-svc is asked for it.
fn reserve_item((csku, quantity, components): &Sold<'_>) -> ReserveItem {
    ReserveItem {
        csku: (*csku).to_owned(),
        mapping_revision: 1,
        quantity: *quantity,
        components: components.iter().map(component).collect(),
    }
}

fn component((code, quantity): &(&str, i64)) -> Component {
    Component { isku_code: (*code).to_owned(), quantity: *quantity }
}

fn items(units: &[(&str, i64)]) -> Vec<ItemQuantity> {
    units.iter().map(|(csku, quantity)| ItemQuantity { csku: (*csku).to_owned(), quantity: *quantity }).collect()
}
