//! The same request of an order again: it takes nothing more, and tells the order as it is now.

use std::time::Duration;

use proto::{
    catalogue::v1::{AllocateOrderRequest, OrderLine, OrderState as State, order_line::Code as Line},
    inventory::v1::{
        ItemQuantity, ReserveRequest, ReturnStockRequest, ShipReservationRequest, reserve_request::Expiration,
        return_stock_request, ship_reservation_request,
    },
    r#type::v1::OrderKey,
};
use tests::{
    Oms, both_engines, refusal, refused, request_id,
    story::{Level, Shop, reserve_request},
};
use tonic::Code;

both_engines!(
    a_request_again_tells_that_its_order_was_cancelled,
    a_request_again_tells_what_was_shipped_and_came_back,
    a_request_again_after_expiry_tells_it_and_a_new_one_reserves_again,
    a_request_again_after_a_remap_is_the_same_order,
    a_request_of_another_order_is_refused,
);

/// The same shop twice, of which only the first one sells.
async fn shops(oms: &Oms) -> (Shop, Shop) {
    let mut shops = vec![];
    for merchant in [oms.acme(), oms.globex()] {
        let shop = merchant.connect("shopify", "shop").await;
        merchant.isku("A").on_hand(5).await;
        shop.single("A", None).await.unwrap();
        shops.push(shop);
    }
    (shops.remove(0), shops.remove(0))
}

fn request(shop: &Shop, order: &str, units: i64) -> AllocateOrderRequest {
    let line = OrderLine { code: Some(Line::Csku("A".to_owned())), quantity: units };
    AllocateOrderRequest { request_id: "the same".to_owned(), ..shop.allocation(order, vec![line]) }
}

/// The order of acme's shop, as inventory-svc knows it.
fn key(order: &str) -> OrderKey {
    OrderKey { channel: "shopify".to_owned(), seller_id: "shop".to_owned(), order_id: order.to_owned() }
}

async fn a_request_again_tells_that_its_order_was_cancelled(oms: &Oms) {
    let (shop, other) = shops(oms).await;
    let first = shop.ask_to_allocate(request(&shop, "1", 2)).await.unwrap();
    let held = shop.ask_to_allocate(request(&shop, "1", 2)).await.unwrap();
    shop.cancel("1").await.unwrap();

    let again = shop.ask_to_allocate(request(&shop, "1", 2)).await.unwrap();
    let of_the_other = other.ask_to_allocate(request(&other, "1", 1)).await.unwrap();

    assert_eq!((first.existing, first.replayed), (false, false));
    assert_eq!((held.existing, held.replayed, held.order), (true, true, first.order));
    assert_eq!((again.existing, again.replayed), (true, true));
    let order = again.order.unwrap();
    assert_eq!((order.state(), order.lines[0].held, order.lines[0].released), (State::Released, 0, 2));
    assert_eq!(oms.level("A").await, Level::of(5, 0));
    assert_eq!((of_the_other.existing, of_the_other.replayed), (false, false));
    assert_eq!(oms.globex().level("A").await, Level::of(5, 1));
}

async fn a_request_again_tells_what_was_shipped_and_came_back(oms: &Oms) {
    let (shop, _other) = shops(oms).await;
    shop.ask_to_allocate(request(&shop, "1", 3)).await.unwrap();
    let units = |quantity| vec![ItemQuantity { csku: "A".to_owned(), quantity }];
    let ship = ShipReservationRequest {
        request_id: request_id(),
        target: Some(ship_reservation_request::Target::Order(key("1"))),
        items: units(2),
        ..Default::default()
    };
    oms.reservations.clone().ship_reservation(ship).await.unwrap();
    let back = ReturnStockRequest {
        request_id: request_id(),
        target: Some(return_stock_request::Target::Order(key("1"))),
        items: units(1),
        ..Default::default()
    };
    oms.stock.clone().return_stock(back).await.unwrap();

    let again = shop.ask_to_allocate(request(&shop, "1", 3)).await.unwrap();

    assert!(again.replayed);
    let order = again.order.unwrap();
    let line = &order.lines[0];
    assert_eq!(order.state(), State::Held);
    assert_eq!((line.quantity, line.held, line.shipped, line.returned, line.released), (3, 1, 2, 1, 0));
    assert_eq!(oms.level("A").await, Level::of(4, 1));
    assert_eq!(oms.globex().level("A").await, Level::of(5, 0));
}

async fn a_request_again_after_expiry_tells_it_and_a_new_one_reserves_again(oms: &Oms) {
    let (shop, _other) = shops(oms).await;
    let basket = ReserveRequest {
        order: Some(key("1")),
        expiration: Some(Expiration::Ttl(prost_types::Duration { seconds: 3_600, nanos: 0 })),
        ..reserve_request("1", &[("A", 2, &[("A", 1)])])
    };
    oms.hold(basket).await.unwrap();
    let first = shop.ask_to_allocate(request(&shop, "1", 2)).await.unwrap();
    oms.let_time_pass(Duration::from_secs(3_600)).await;

    let again = shop.ask_to_allocate(request(&shop, "1", 2)).await.unwrap();
    let anew = shop.sell("1", &[("A", 2)]).await.unwrap();

    assert_eq!((first.existing, first.replayed, first.order.unwrap().state()), (true, false, State::Held));
    assert_eq!((again.existing, again.replayed, again.order.unwrap().state()), (true, true, State::Expired));
    assert_eq!((anew.existing, anew.order.unwrap().state()), (false, State::Held));
    assert_eq!(oms.level("A").await, Level::of(5, 2));
}

async fn a_request_again_after_a_remap_is_the_same_order(oms: &Oms) {
    let (shop, _other) = shops(oms).await;
    oms.isku("B").on_hand(5).await;
    let first = shop.ask_to_allocate(request(&shop, "1", 2)).await.unwrap();
    shop.remap(shop.csku("A"), 1, &[("B", 1)]).await.unwrap();

    let again = shop.ask_to_allocate(request(&shop, "1", 2)).await.unwrap();

    assert_eq!((again.existing, again.replayed, again.order), (true, true, first.order));
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(5, 2), Level::of(5, 0)));
}

async fn a_request_of_another_order_is_refused(oms: &Oms) {
    let (shop, _other) = shops(oms).await;
    shop.ask_to_allocate(request(&shop, "1", 2)).await.unwrap();

    let other_order = refused(shop.ask_to_allocate(request(&shop, "2", 2)).await);
    let other_lines = refused(shop.ask_to_allocate(request(&shop, "1", 3)).await);

    let expected = refusal(Code::InvalidArgument, "REQUEST_ID_REUSED");
    assert_eq!((other_order, other_lines), (expected.clone(), expected));
    assert_eq!(oms.level("A").await, Level::of(5, 2));
}
