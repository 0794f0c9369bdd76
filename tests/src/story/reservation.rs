//! Reservations, as an order service makes them without a catalogue.

use proto::{
    inventory::v1::{
        Component, GetReservationRequest, ItemQuantity, ReleaseReservationRequest, Reservation, ReserveItem,
        ReserveRequest, ReserveResponse, ShipReservationRequest, get_reservation_request, release_reservation_request,
        ship_reservation_request,
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

    /// The reservation of an order.
    pub async fn reservation(&self, order: &str) -> Result<Reservation, Status> {
        let target = Some(get_reservation_request::Target::Order(order_key(order)));
        let answer = self.reservations.clone().get_reservation(GetReservationRequest { target }).await?;
        Ok(answer.into_inner().reservation.expect("a reservation"))
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
    let item = |(csku, quantity, components): &Sold<'_>| ReserveItem {
        csku: (*csku).to_owned(),
        mapping_revision: 1,
        quantity: *quantity,
        components: components.iter().map(component).collect(),
    };
    ReserveRequest {
        request_id: request_id(),
        order: Some(order_key(order)),
        items: sold.iter().map(item).collect(),
        locations: Vec::new(),
    }
}

fn component((code, quantity): &(&str, i64)) -> Component {
    Component { isku_code: (*code).to_owned(), quantity: *quantity }
}

fn items(units: &[(&str, i64)]) -> Vec<ItemQuantity> {
    units.iter().map(|(csku, quantity)| ItemQuantity { csku: (*csku).to_owned(), quantity: *quantity }).collect()
}
