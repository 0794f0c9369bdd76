//! Values that no limit states a number for: unknown names of enums, what repeats, what is absent, what is too much in sum.

use proto::{
    inventory::v1::{
        AdjustStockRequest, Component, CountStockRequest, CreateIskuRequest, ExtendReservationRequest, IskuData,
        ListReservationsRequest, OpeningStock, ReceiveStockRequest, ReserveItem, ReserveRequest, UpdateIskuRequest,
        WatchStockRequest,
    },
    r#type::v1::{Dimensions, Money},
};
use tests::{
    Oms, Refusal, both_engines, refused,
    refused::malformed,
    request_id,
    story::{adjustment, amend_request, count_sheet, reserve_request},
};
use tonic::{Code, Status};

both_engines!(
    a_number_that_no_enum_has_is_refused,
    what_may_not_repeat_is_refused_where_it_repeats,
    what_is_absent_is_named,
    text_has_no_control_characters_but_line_breaks_and_tabs,
    money_has_a_currency_of_three_letters,
    units_of_an_order_are_counted_without_overflow,
);

fn told<T: std::fmt::Debug>(answer: Result<T, Status>) -> Refusal {
    refused(answer)
}

async fn a_number_that_no_enum_has_is_refused(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.reserve("1", &[("TEE", 1, &[("A", 1)])]).await.unwrap();
    for odd in [-1, 99, i32::MIN, i32::MAX] {
        let order = ReserveRequest { fill: odd, ..reserve_request("2", &[("TEE", 1, &[("A", 1)])]) };
        assert_eq!(told(oms.hold(order).await), malformed(&["fill"]));
        let amended =
            proto::inventory::v1::AmendReservationRequest { fill: odd, ..amend_request("1", &[("TEE", 2, &[])]) };
        assert_eq!(told(oms.reshape(amended).await), malformed(&["fill"]));
        let filter = ListReservationsRequest { state: odd, ..Default::default() };
        assert_eq!(told(oms.reservations_of(filter).await), malformed(&["state"]));
        let adjusted = AdjustStockRequest { reason: odd, ..adjustment("A", "", 1) };
        assert_eq!(told(oms.correct(adjusted).await), malformed(&["reason"]));
        let watch = WatchStockRequest { start: odd, ..Default::default() };
        assert_eq!(told(oms.watch_as(watch).await), malformed(&["start"]));
    }
    let why = AdjustStockRequest { reason: 0, ..adjustment("A", "", 1) };
    assert_eq!(told(oms.correct(why).await), malformed(&["reason"]));
    assert_eq!(oms.level("A").await, tests::story::Level::of(5, 1));
}

async fn what_may_not_repeat_is_refused_where_it_repeats(oms: &Oms) {
    oms.isku("Caf\u{e9}").on_hand(5).await;
    let open = |location: &str| OpeningStock { location: location.to_owned(), quantity: 1 };
    let opening_stock = vec![open(""), open("L"), open("default"), open(" L ")];
    let twice = CreateIskuRequest { opening_stock, ..oms.isku("B").request() };
    let item = |quantity, revision| ReserveItem {
        csku: "TEE".to_owned(),
        mapping_revision: revision,
        quantity,
        components: vec![Component { isku_code: "Caf\u{e9}".to_owned(), quantity: 1 }],
    };
    let differ = ReserveRequest { items: vec![item(1, 1), item(1, 2)], ..reserve_request("1", &[]) };
    let agree = ReserveRequest { items: vec![item(1, 1), item(2, 1)], ..reserve_request("1", &[]) };

    let opened = malformed(&["opening_stock[2].location", "opening_stock[3].location"]);
    assert_eq!(told(oms.create(twice).await), opened);
    let counted = oms.count(&[("Caf\u{e9}", 1), ("Cafe\u{301}", 2)]).await;
    assert_eq!(told(counted), malformed(&["lines[1].isku_code"]));
    assert_eq!(told(oms.transfer(("", "default"), &[("Caf\u{e9}", 1)]).await), malformed(&["to_location"]));
    assert_eq!(told(oms.hold(differ).await), malformed(&["items[1]"]));
    assert_eq!(oms.hold(agree).await.unwrap().reservation.unwrap().items[0].held, 3);
}

async fn what_is_absent_is_named(oms: &Oms) {
    let extended = oms.reservations.clone().extend_reservation(ExtendReservationRequest::default()).await;
    let watched = oms.watch_as(WatchStockRequest::default()).await;
    let updated =
        oms.change(UpdateIskuRequest { request_id: request_id(), code: "A".to_owned(), ..Default::default() });

    assert_eq!(told(oms.hold(ReserveRequest::default()).await), malformed(&["request_id", "order", "items"]));
    assert_eq!(told(extended), malformed(&["request_id", "target", "expiration"]));
    assert_eq!(told(oms.book(ReceiveStockRequest::default()).await), malformed(&["request_id", "lines"]));
    assert_eq!(told(oms.correct(AdjustStockRequest::default()).await), malformed(&["request_id", "lines", "reason"]));
    assert_eq!(told(watched), malformed(&["start"]));
    assert_eq!(told(updated.await), malformed(&["data"]));
}

async fn text_has_no_control_characters_but_line_breaks_and_tabs(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    for (text, legal) in [("a\tb\r\nc", true), ("a\u{0}b", false), ("a\u{7}", false), ("\u{85}a\u{9f}b", false)] {
        let text = text.to_owned();
        let data = IskuData { product_name: text.clone(), barcode: text.clone(), ..Default::default() };
        let request = UpdateIskuRequest {
            request_id: request_id(),
            code: "A".to_owned(),
            data: Some(data),
            ..Default::default()
        };
        let changed = oms.change(request).await;
        let count = CountStockRequest { document: text.clone(), note: text, ..count_sheet(&[("A", 5)]) };
        let counted = oms.take_stock(count).await;
        if legal {
            assert_eq!(changed.unwrap().product_name, "a\tb\r\nc");
            counted.unwrap();
        } else {
            assert_eq!(told(changed), malformed(&["data.product_name", "data.barcode"]));
            assert_eq!(told(counted), malformed(&["document", "note"]));
        }
    }
}

async fn money_has_a_currency_of_three_letters(oms: &Oms) {
    for currency in ["", "MY", "MYRR", "myr", "M1R", "ΜΥΡ", "MY "] {
        let cost_price = Some(Money { currency_code: currency.to_owned(), units: 1, nanos: 0 });
        let request = CreateIskuRequest { cost_price, ..oms.isku("A").request() };
        assert_eq!(told(oms.create(request).await), malformed(&["cost_price"]), "{currency:?}");
    }
    let flat = Some(Dimensions { length_mm: 1, width_mm: 0, height_mm: 1 });
    let request = CreateIskuRequest { dimensions: flat, ..oms.isku("A").request() };
    assert_eq!(told(oms.create(request).await), malformed(&["dimensions"]));
}

/// 500 items of 1,000,000,000 units, each of 100 components of 1,000,000 units: more than 64 bits hold.
async fn units_of_an_order_are_counted_without_overflow(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let mut order = reserve_request("1", &[("TEE", 1_000_000_000, &[("A", 1_000_000)])]);
    order.items[0].components = vec![order.items[0].components[0].clone(); 100];
    order.items = vec![order.items[0].clone(); 500];

    let refused = told(oms.hold(order.clone()).await);
    order.items.truncate(1);
    let smaller = told(oms.hold(order).await);

    assert_eq!(refused, tests::refusal(Code::FailedPrecondition, "QUANTITY_OVERFLOW").with("isku_code", "A"));
    assert_eq!(smaller.metadata["requested_0"], "100000000000000000");
    assert_eq!(oms.level("A").await, tests::story::Level::of(5, 0));
}
