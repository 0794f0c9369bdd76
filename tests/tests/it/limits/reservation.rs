//! Limits of reservations and of the orders that they are for.

use proto::{
    inventory::v1::{
        AmendReservationRequest, BatchReserveRequest, Component, ConfirmReservationRequest, ExtendReservationRequest,
        ItemQuantity, ListReservationsRequest, ReleaseReservationRequest, ReserveItem, ReserveRequest,
        ShipReservationRequest, confirm_reservation_request, extend_reservation_request, release_reservation_request,
        reserve_request::Expiration, ship_reservation_request,
    },
    r#type::v1::OrderKey,
};
use tests::{request_id, story::amend_request};
use tonic::Status;

use super::{
    Limit,
    isku::{CHARACTERS, CODE},
    limit,
    world::{Try, isku, key, one_tee},
};

const ITEMS: &str = "1 to 1,000 items";
const LINES: &str = "at most 10,000 lines";
const LISTING_UNITS: &str = "1 to 1,000,000,000";
const TIME: &str = "1 second to 366 days";
const LONGEST: i64 = 366 * 86_400;

pub(super) fn limits() -> Vec<Limit> {
    [orders(), items(), times(), amendments(), withdrawals(), reads()].into_iter().flatten().collect()
}

/// One order whose item is changed.
fn with_item(change: impl FnOnce(&mut ReserveItem)) -> ReserveRequest {
    let mut request = one_tee();
    change(&mut request.items[0]);
    request
}

/// One order whose key is changed.
fn with_key(change: impl FnOnce(&mut OrderKey)) -> ReserveRequest {
    let mut request = one_tee();
    request.order.as_mut().map(change);
    request
}

/// The item of a number, each of a listing of its own.
fn other(n: usize) -> ReserveItem {
    ReserveItem { csku: isku(n), ..one_tee().items.remove(0) }
}

fn plenty(quantity: i64) -> Component {
    Component { isku_code: "PLENTY".to_owned(), quantity }
}

fn orders() -> Vec<Limit> {
    vec![
        limit!(["oms.inventory.v1.ReserveRequest.request_id"], CHARACTERS, "request_id", |t| {
            t.oms.hold(ReserveRequest { request_id: t.text(), ..one_tee() }).await
        }),
        limit!(["oms.type.v1.OrderKey.channel"], "1 to 64 characters", "order.channel", |t| {
            t.oms.hold(with_key(|key| key.channel = t.each(|_| "x").concat())).await
        }),
        limit!(["oms.type.v1.OrderKey.seller_id"], "1 to 254 characters", "order.seller_id", |t| {
            t.oms.hold(with_key(|key| key.seller_id = t.text())).await
        }),
        limit!(["oms.type.v1.OrderKey.order_id"], CHARACTERS, "order.order_id", |t| {
            t.oms.hold(with_key(|key| key.order_id = t.text())).await
        }),
        limit!(["oms.inventory.v1.ReserveRequest.items"], ITEMS, "items", |t| {
            t.oms.hold(ReserveRequest { items: t.each(other), ..one_tee() }).await
        }),
        limit!(["oms.inventory.v1.ReserveRequest.items"], LINES, "items", |t| {
            let items = t.each(|_| one_tee().items.remove(0));
            t.oms.hold(ReserveRequest { items, ..one_tee() }).await
        }),
        limit!(["oms.inventory.v1.ReserveRequest.locations"], "at most 100", "locations", |t| {
            t.oms.hold(ReserveRequest { locations: t.each(|_| "default".to_owned()), ..one_tee() }).await
        }),
        limit!(["oms.inventory.v1.Location.code"], CHARACTERS, "locations[0]", |t| {
            let locations = vec![t.location().await, "default".to_owned()];
            t.oms.hold(ReserveRequest { locations, ..one_tee() }).await
        }),
        limit!(["oms.inventory.v1.BatchReserveRequest.requests"], "1 to 500 requests", "requests", |t| {
            t.oms.hold_all(t.each(|_| one_tee())).await
        }),
        limit!(["oms.inventory.v1.ReservationService.BatchReserve"], "more than 500 requests", "requests", |t| {
            let request = BatchReserveRequest { requests: t.each(|_| one_tee()) };
            t.oms.reservations.clone().batch_reserve(request).await
        }),
    ]
}

fn items() -> Vec<Limit> {
    vec![
        limit!(["oms.inventory.v1.ReserveItem.csku"], CHARACTERS, "items[0].csku", |t| {
            t.oms.hold(with_item(|item| item.csku = t.text())).await
        }),
        limit!(["oms.inventory.v1.ReserveItem.mapping_revision"], "0 or more", "items[0].mapping_revision", |t| {
            t.oms.hold(with_item(|item| item.mapping_revision = t.size)).await
        }),
        limit!(["oms.inventory.v1.ReserveItem.quantity"], LISTING_UNITS, "items[0].quantity", |t| {
            t.oms.hold(with_item(|item| item.quantity = t.size)).await
        }),
        limit!(["oms.inventory.v1.ReserveItem.components"], "1 to 100 components", "items[0].components", |t| {
            t.oms.hold(with_item(|item| item.components = t.each(|_| plenty(1)))).await
        }),
        limit!(CODE, CHARACTERS, "items[0].components[0].isku_code", |t| {
            let isku_code = t.isku().await;
            t.oms.hold(with_item(|item| item.components[0].isku_code = isku_code)).await
        }),
        limit!(["oms.inventory.v1.Component.quantity"], "1 to 1,000,000", "items[0].components[0].quantity", |t| t
            .oms
            .hold(with_item(|item| item.components[0].quantity = t.size))
            .await),
    ]
}

fn times() -> Vec<Limit> {
    let ttl = |seconds| prost_types::Duration { seconds, nanos: 0 };
    vec![
        limit!(["oms.inventory.v1.ReserveRequest.ttl"], TIME, "ttl", |t| {
            t.oms.hold(ReserveRequest { expiration: Some(Expiration::Ttl(ttl(t.size))), ..one_tee() }).await
        })
        .at(&[1, LONGEST], &[0, -1, LONGEST + 1]),
        limit!(["oms.inventory.v1.ExtendReservationRequest.ttl"], TIME, "ttl", |t| {
            let order = t.order(1).await;
            t.oms.extend(&order, t.size).await
        })
        .at(&[1, LONGEST], &[0, -1, LONGEST + 1]),
        limit!(["oms.inventory.v1.ExtendReservationRequest.request_id"], CHARACTERS, "request_id", |t| {
            let target = Some(extend_reservation_request::Target::Order(key(&t.order(1).await)));
            let expiration = Some(extend_reservation_request::Expiration::Ttl(ttl(60)));
            let request = ExtendReservationRequest { request_id: t.text(), target, expiration };
            t.oms.reservations.clone().extend_reservation(request).await
        }),
        limit!(["oms.inventory.v1.ConfirmReservationRequest.request_id"], CHARACTERS, "request_id", |t| {
            let target = Some(confirm_reservation_request::Target::Order(key(&t.order(1).await)));
            let request = ConfirmReservationRequest { request_id: t.text(), target };
            t.oms.reservations.clone().confirm_reservation(request).await
        }),
    ]
}

/// Amends an order of one unit, as the change of the request says.
async fn amend(t: &Try, change: impl FnOnce(AmendReservationRequest) -> AmendReservationRequest) -> Result<(), Status> {
    let order = t.order(1).await;
    let request = change(amend_request(&order, &[("TEE", 1, &[])]));
    t.oms.reshape(request).await.map(drop)
}

fn amendments() -> Vec<Limit> {
    vec![
        limit!(["oms.inventory.v1.AmendReservationRequest.request_id"], CHARACTERS, "request_id", |t| {
            amend(&t, |request| AmendReservationRequest { request_id: t.text(), ..request }).await
        }),
        limit!(["oms.inventory.v1.AmendReservationRequest.items"], ITEMS, "items", |t| {
            let items = t.each(other);
            amend(&t, |request| AmendReservationRequest { items, ..request }).await
        }),
        limit!(["oms.inventory.v1.AmendReservationRequest.items"], LINES, "items", |t| {
            let items = t.each(|_| one_tee().items.remove(0));
            amend(&t, |request| AmendReservationRequest { items, ..request }).await
        }),
        limit!(["oms.inventory.v1.AmendReservationRequest.locations"], "at most 100", "locations", |t| {
            let locations = t.each(|_| "default".to_owned());
            amend(&t, |request| AmendReservationRequest { locations, ..request }).await
        }),
    ]
}

fn units(csku: &str, quantity: i64) -> ItemQuantity {
    ItemQuantity { csku: csku.to_owned(), quantity }
}

async fn ship(t: &Try, order: &str, items: Vec<ItemQuantity>, document: String) -> Result<(), Status> {
    let target = Some(ship_reservation_request::Target::Order(key(order)));
    let request = ShipReservationRequest { request_id: request_id(), target, items, document };
    t.oms.reservations.clone().ship_reservation(request).await.map(drop)
}

async fn release(t: &Try, order: &str, items: Vec<ItemQuantity>, note: String) -> Result<(), Status> {
    let target = Some(release_reservation_request::Target::Order(key(order)));
    let request = ReleaseReservationRequest { request_id: request_id(), target, items, note };
    t.oms.reservations.clone().release_reservation(request).await.map(drop)
}

fn withdrawals() -> Vec<Limit> {
    const WITHDRAWN: &str = "at most 1,000 items";
    vec![
        limit!(["oms.inventory.v1.ShipReservationRequest.request_id"], CHARACTERS, "request_id", |t| {
            let target = Some(ship_reservation_request::Target::Order(key(&t.order(1).await)));
            let request = ShipReservationRequest { request_id: t.text(), target, ..Default::default() };
            t.oms.reservations.clone().ship_reservation(request).await
        }),
        limit!(["oms.inventory.v1.ShipReservationRequest.items"], WITHDRAWN, "items", |t| {
            let order = t.order_of_each().await;
            ship(&t, &order, t.each(|n| units(&isku(n), 1)), String::new()).await
        }),
        limit!(["oms.inventory.v1.ShipReservationRequest.items"], LINES, "items", |t| {
            let order = t.order(10_000).await;
            ship(&t, &order, t.each(|_| units("TEE", 1)), String::new()).await
        }),
        limit!(["oms.inventory.v1.ShipReservationRequest.document"], "at most 128 characters", "document", |t| {
            let order = t.order(1).await;
            ship(&t, &order, vec![], t.text()).await
        }),
        limit!(["oms.inventory.v1.ItemQuantity.quantity"], LISTING_UNITS, "items[0].quantity", |t| {
            let order = t.order(1_000_000_000).await;
            ship(&t, &order, vec![units("TEE", t.size)], String::new()).await
        }),
        limit!(["oms.inventory.v1.ItemQuantity.csku"], CHARACTERS, "items[0].csku", |t| {
            let csku = t.text();
            let order = t.order_of(&csku, 1).await;
            ship(&t, &order, vec![units(&csku, 1)], String::new()).await
        }),
        limit!(["oms.inventory.v1.ReleaseReservationRequest.request_id"], CHARACTERS, "request_id", |t| {
            let target = Some(release_reservation_request::Target::Order(key(&t.order(1).await)));
            let request = ReleaseReservationRequest { request_id: t.text(), target, ..Default::default() };
            t.oms.reservations.clone().release_reservation(request).await
        }),
        limit!(["oms.inventory.v1.ReleaseReservationRequest.items"], WITHDRAWN, "items", |t| {
            let order = t.order_of_each().await;
            release(&t, &order, t.each(|n| units(&isku(n), 1)), String::new()).await
        }),
        limit!(["oms.inventory.v1.ReleaseReservationRequest.items"], LINES, "items", |t| {
            let order = t.order(10_000).await;
            release(&t, &order, t.each(|_| units("TEE", 1)), String::new()).await
        }),
        limit!(["oms.inventory.v1.ReleaseReservationRequest.note"], "at most 512 characters", "note", |t| {
            let order = t.order(1).await;
            release(&t, &order, vec![], t.text()).await
        }),
    ]
}

fn reads() -> Vec<Limit> {
    let filter = ListReservationsRequest::default;
    vec![
        limit!(["oms.inventory.v1.ListReservationsRequest.page_size"], "1 to 1,000; 100 if zero", "page_size", |t| {
            let page_size = i32::try_from(t.size).unwrap();
            t.oms.reservations.clone().list_reservations(ListReservationsRequest { page_size, ..filter() }).await
        }),
        limit!(CODE, CHARACTERS, "isku_code", |t| {
            t.oms.reservations_of(ListReservationsRequest { isku_code: t.isku().await, ..filter() }).await
        })
        .or_empty(),
        limit!(["oms.inventory.v1.ListReservationsRequest.cskus"], "at most 10", "cskus", |t| {
            t.oms.reservations_of(ListReservationsRequest { cskus: t.each(|n| n.to_string()), ..filter() }).await
        }),
        limit!(["oms.type.v1.OrderKey.channel"], "1 to 64 characters", "channel", |t| {
            let channel = t.each(|_| "x").concat();
            t.oms.reservations_of(ListReservationsRequest { channel, ..filter() }).await
        })
        .or_empty(),
        limit!(["oms.type.v1.OrderKey.seller_id"], "1 to 254 characters", "seller_id", |t| {
            let (channel, seller_id) = ("shop".to_owned(), t.text());
            t.oms.reservations_of(ListReservationsRequest { channel, seller_id, ..filter() }).await
        })
        .or_empty(),
    ]
}
