//! Reservations that take what there is, and are changed to what the order wants now.

use std::time::Duration;

use proto::inventory::v1::{
    AmendReservationRequest, BatchReserveRequest, CountStockRequest, ReservationState as State, ReserveFill,
    ReserveRequest, Shortfall, batch_reserve_result::Result as BatchResult, reserve_request::Expiration,
};
use tests::{
    Oms, both_engines, refusal, refused,
    refused::malformed,
    story::{Level, Sold, amend_request, count_sheet, reserve_request},
};
use tonic::Code;

both_engines!(
    a_partial_reservation_takes_what_there_is_and_says_what_is_short,
    a_partial_reservation_of_nothing_waits,
    a_partial_order_asked_for_again_is_the_same,
    a_kit_is_taken_in_whole_units,
    an_amendment_holds_what_the_order_wants_now,
    its_own_hold_counts_as_available,
    an_amendment_that_falls_short_changes_nothing,
    an_item_keeps_the_revision_it_was_made_with,
    an_order_cannot_want_less_than_was_shipped,
    a_confirmed_order_that_was_shipped_stays_confirmed_when_it_wants_more,
    a_shipped_order_keeps_its_time_when_it_wants_more,
    what_is_cancelled_cannot_be_amended,
    an_amended_order_is_known_by_what_it_wants_now,
    units_are_moved_only_where_they_have_to_be,
    each_request_of_a_batch_is_judged_by_itself,
    a_batch_asked_for_twice_holds_once,
    every_bad_field_of_an_amendment_is_named,
);

fn due_in_an_hour(request: ReserveRequest) -> ReserveRequest {
    let hour = prost_types::Duration { seconds: 3_600, nanos: 0 };
    ReserveRequest { expiration: Some(Expiration::Ttl(hour)), ..request }
}

fn partial(order: &str, sold: &[Sold<'_>]) -> ReserveRequest {
    ReserveRequest { fill: ReserveFill::Partial.into(), ..reserve_request(order, sold) }
}

async fn a_partial_reservation_takes_what_there_is_and_says_what_is_short(oms: &Oms) {
    oms.isku("A").on_hand(3).await;
    oms.isku("B").on_hand(9).await;

    let made = oms.hold(partial("1", &[("TEE", 5, &[("A", 1)]), ("CUP", 2, &[("B", 1)])])).await.unwrap();

    let made = made.reservation.unwrap();
    let units: Vec<_> = made.items.iter().map(|own| (own.ordered, own.quantity, own.held, own.short)).collect();
    assert_eq!((made.state(), units), (State::Held, vec![(5, 3, 3, 2), (2, 2, 2, 0)]));
    assert_eq!(oms.level("A").await, Level::of(3, 3));
    assert_eq!(oms.reservation("1").await.unwrap(), made);
}

async fn a_partial_reservation_of_nothing_waits(oms: &Oms) {
    oms.isku("A").await;

    let made = oms.hold(partial("1", &[("TEE", 5, &[("A", 1)])])).await.unwrap().reservation.unwrap();
    oms.receive(&[("A", 9)]).await.unwrap();
    let topped_up = oms.amend("1", &[("TEE", 5, &[])]).await.unwrap();

    assert_eq!((made.state(), made.items[0].held, made.items[0].short), (State::Held, 0, 5));
    assert_eq!((topped_up.items[0].held, topped_up.items[0].short), (5, 0));
    assert_eq!(topped_up.items[0].components, made.items[0].components);
    oms.hold(partial("2", &[("TEE", 9, &[("A", 1)])])).await.unwrap();
    assert_eq!(oms.release("2", &[]).await.unwrap().state(), State::Released);
    oms.hold(partial("3", &[("TEE", 9, &[("A", 1)])])).await.unwrap();
    let gone = oms.release("3", &[("TEE", 4)]).await.unwrap();
    assert_eq!((gone.state(), gone.items[0].short), (State::Held, 5));
}

async fn a_partial_order_asked_for_again_is_the_same(oms: &Oms) {
    oms.isku("A").on_hand(3).await;
    let first = oms.hold(partial("1", &[("TEE", 5, &[("A", 1)])])).await.unwrap();
    oms.receive(&[("A", 9)]).await.unwrap();

    let again = oms.hold(partial("1", &[("TEE", 5, &[("A", 1)])])).await.unwrap();
    let other = refused(oms.hold(partial("1", &[("TEE", 3, &[("A", 1)])])).await);

    assert!(again.existing);
    assert_eq!(again.reservation, first.reservation);
    assert_eq!(other.kind(), (Code::AlreadyExists, "ORDER_DIFFERS"));
}

async fn a_kit_is_taken_in_whole_units(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(9).await;

    let made = oms.hold(partial("1", &[("BOX", 4, &[("A", 2), ("B", 1)])])).await.unwrap().reservation.unwrap();

    assert_eq!((made.items[0].held, made.items[0].short), (2, 2));
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(5, 4), Level::of(9, 2)));
}

async fn an_amendment_holds_what_the_order_wants_now(oms: &Oms) {
    oms.isku("A").on_hand(9).await;
    oms.isku("B").on_hand(9).await;
    oms.reserve("1", &[("TEE", 5, &[("A", 1)]), ("CUP", 1, &[("B", 1)])]).await.unwrap();
    oms.ship("1", &[("TEE", 1)]).await.unwrap();

    let after = oms.amend("1", &[("TEE", 3, &[]), ("BOX", 2, &[("A", 1), ("B", 2)])]).await.unwrap();

    let units: Vec<_> =
        after.items.iter().map(|own| (own.csku.as_str(), own.ordered, own.held, own.shipped, own.released)).collect();
    assert_eq!(units, [("TEE", 3, 2, 1, 2), ("CUP", 0, 0, 0, 1), ("BOX", 2, 2, 0, 0)]);
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(8, 4), Level::of(9, 4)));
    assert_eq!(oms.reservation("1").await.unwrap(), after);
    assert_eq!(oms.ship("1", &[]).await.unwrap().state(), State::Shipped);
}

async fn its_own_hold_counts_as_available(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.reserve("1", &[("TEE", 5, &[("A", 1)])]).await.unwrap();

    let after = oms.amend("1", &[("TEE", 1, &[]), ("PAIR", 2, &[("A", 2)])]).await.unwrap();

    assert_eq!(after.items.iter().map(|own| own.held).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(oms.level("A").await, Level::of(5, 5));
}

async fn an_amendment_that_falls_short_changes_nothing(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let before = oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap().reservation.unwrap();

    let short = refused(oms.amend("1", &[("TEE", 7, &[])]).await);
    assert_eq!(oms.reservation("1").await.unwrap(), before);
    let request =
        AmendReservationRequest { fill: ReserveFill::Partial.into(), ..amend_request("1", &[("TEE", 7, &[])]) };
    let partly = oms.reshape(request).await.unwrap();

    let expected = refusal(Code::FailedPrecondition, "INSUFFICIENT_STOCK").with("short_count", 1);
    assert_eq!(short, expected.with("isku_code_0", "A").with("requested_0", 7).with("available_0", 5));
    assert_eq!((partly.items[0].held, partly.items[0].short, partly.items[0].ordered), (5, 2, 7));
}

async fn an_item_keeps_the_revision_it_was_made_with(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(5).await;
    oms.reserve("1", &[("TEE", 1, &[("A", 1)])]).await.unwrap();
    let mut request = amend_request("1", &[("TEE", 2, &[("B", 1)])]);
    request.items[0].mapping_revision = 9;

    let after = oms.reshape(request).await.unwrap();

    assert_eq!((after.items[0].mapping_revision, after.items[0].components[0].isku_code.as_str()), (1, "A"));
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(5, 2), Level::of(5, 0)));
}

async fn an_order_cannot_want_less_than_was_shipped(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await.unwrap();
    oms.ship("1", &[("TEE", 2)]).await.unwrap();

    let less = refused(oms.amend("1", &[("TEE", 1, &[])]).await);
    let none = refused(oms.amend("1", &[("CUP", 1, &[("A", 1)])]).await);

    let expected = refusal(Code::FailedPrecondition, "LESS_THAN_SHIPPED").with("csku", "TEE").with("shipped", 2);
    assert_eq!((less, none), (expected.clone().with("ordered", 1), expected.with("ordered", 0)));
    assert_eq!(oms.amend("1", &[("TEE", 2, &[])]).await.unwrap().state(), State::Shipped);
}

async fn a_confirmed_order_that_was_shipped_stays_confirmed_when_it_wants_more(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.hold(due_in_an_hour(reserve_request("1", &[("TEE", 2, &[("A", 1)])]))).await.unwrap();
    oms.confirm("1").await.unwrap();
    assert_eq!(oms.ship("1", &[]).await.unwrap().state(), State::Shipped);

    let more = oms.amend("1", &[("TEE", 4, &[])]).await.unwrap();

    assert_eq!((more.state(), more.expire_time, more.items[0].held), (State::Confirmed, None, 2));
    oms.let_time_pass(Duration::from_secs(7_200)).await;
    assert_eq!(oms.reservation("1").await.unwrap(), more);
    let count = oms.take_stock(CountStockRequest {
        shortfall: Some(Shortfall { release_shortfall: true, reservation_ids: vec![] }),
        ..count_sheet(&[("A", 1)])
    });
    assert_eq!(refused(count.await).reason, "BELOW_RESERVED", "it has to be named to give way");
    let less = oms.amend("1", &[("TEE", 2, &[])]).await.unwrap();
    assert_eq!((less.state(), oms.level("A").await), (State::Shipped, Level::of(3, 0)));
}

async fn a_shipped_order_keeps_its_time_when_it_wants_more(oms: &Oms) {
    oms.isku("A").on_hand(9).await;
    for order in ["timely", "late"] {
        oms.hold(due_in_an_hour(reserve_request(order, &[("TEE", 1, &[("A", 1)])]))).await.unwrap();
        oms.ship(order, &[]).await.unwrap();
    }

    let timely = oms.amend("timely", &[("TEE", 2, &[])]).await.unwrap();
    assert_eq!((timely.state(), timely.expire_time.is_some()), (State::Held, true));
    oms.let_time_pass(Duration::from_secs(3_600)).await;
    let late = oms.amend("late", &[("TEE", 2, &[])]).await.unwrap();

    assert_eq!((late.state(), late.expire_time, late.items[0].held), (State::Confirmed, None, 1));
    assert_eq!(oms.reservation("timely").await.unwrap().state(), State::Shipped, "what it held anew was due");
    assert_eq!(oms.level("A").await, Level::of(7, 1));
}

async fn what_is_cancelled_cannot_be_amended(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await.unwrap();
    oms.release("1", &[]).await.unwrap();

    let closed = refused(oms.amend("1", &[("TEE", 1, &[])]).await);

    assert_eq!(
        (closed.kind(), closed.metadata["state"].as_str()),
        ((Code::FailedPrecondition, "RESERVATION_CLOSED"), "RELEASED")
    );
    assert_eq!(refused(oms.amend("2", &[("TEE", 1, &[])]).await).reason, "RESERVATION_NOT_FOUND");
}

async fn an_amended_order_is_known_by_what_it_wants_now(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await.unwrap();
    oms.amend("1", &[("CUP", 2, &[("A", 1)])]).await.unwrap();

    let before = refused(oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await);
    let now = oms.reserve("1", &[("CUP", 2, &[("A", 1)])]).await.unwrap();

    assert_eq!(before.reason, "ORDER_DIFFERS");
    assert!(now.existing);
}

async fn units_are_moved_only_where_they_have_to_be(oms: &Oms) {
    oms.location("far", 9).await;
    oms.isku("A").on_hand(1).at("far", 9).await;
    oms.isku("B").on_hand(9).await;
    oms.reserve("1", &[("TEE", 1, &[("A", 1)])]).await.unwrap();

    let more = oms.amend("1", &[("TEE", 3, &[])]).await.unwrap();
    let places = |own: &proto::inventory::v1::ReservationItem| {
        own.allocations.iter().map(|at| (at.location.clone(), at.held)).collect::<Vec<_>>()
    };
    assert_eq!(places(&more.items[0]), [("default".to_owned(), 1), ("far".to_owned(), 2)]);

    let kit = oms.amend("1", &[("TEE", 3, &[]), ("BOX", 1, &[("A", 1), ("B", 1)])]).await.unwrap();
    assert_eq!(places(&kit.items[0]), [("far".to_owned(), 3)]);
    assert_eq!(places(&kit.items[1]), [("default".to_owned(), 1)]);
}

async fn each_request_of_a_batch_is_judged_by_itself(oms: &Oms) {
    oms.isku("A").on_hand(3).await;
    let bad = ReserveRequest { request_id: String::new(), ..reserve_request("4", &[]) };
    let requests = vec![
        reserve_request("1", &[("TEE", 2, &[("A", 1)])]),
        reserve_request("2", &[("TEE", 2, &[("A", 1)])]),
        bad,
        reserve_request("3", &[("TEE", 1, &[("A", 1)])]),
        reserve_request("1", &[("TEE", 2, &[("A", 1)])]),
    ];

    let results = oms.hold_all(requests).await.unwrap();

    let told = |result: &proto::inventory::v1::BatchReserveResult| match result.result.as_ref().unwrap() {
        BatchResult::Reserved(answer) => format!("reserved, existing {}", answer.existing),
        BatchResult::Refusal(refusal) => {
            let fields: Vec<_> = refusal.fields.iter().map(|own| own.field.as_str()).collect();
            format!("{} {} {}", refusal.code, refusal.reason, fields.join(","))
        }
    };
    let expected = [
        "reserved, existing false",
        "9 INSUFFICIENT_STOCK ",
        "3 INVALID_FIELD request_id,items",
        "reserved, existing false",
        "reserved, existing true",
    ];
    assert_eq!(results.iter().map(told).collect::<Vec<_>>(), expected);
    let Some(BatchResult::Refusal(short)) = &results[1].result else { panic!("{results:?}") };
    assert_eq!((short.domain.as_str(), short.metadata["available_0"].as_str()), ("inventory.oms", "1"));
    assert_eq!(oms.level("A").await, Level::of(3, 3));
}

async fn a_batch_asked_for_twice_holds_once(oms: &Oms) {
    oms.isku("A").on_hand(300).await;
    let requests: Vec<_> = (0..100).map(|n| reserve_request(&n.to_string(), &[("TEE", 2, &[("A", 1)])])).collect();

    let first = oms.hold_all(requests.clone()).await.unwrap();
    let again = oms.hold_all(requests).await.unwrap();

    let answers = |results: Vec<proto::inventory::v1::BatchReserveResult>| {
        let answer = |result: proto::inventory::v1::BatchReserveResult| match result.result.unwrap() {
            BatchResult::Reserved(answer) => (answer.replayed, answer.reservation.unwrap().reservation_id),
            BatchResult::Refusal(refusal) => panic!("{refusal:?}"),
        };
        results.into_iter().map(answer).unzip::<_, _, Vec<bool>, Vec<String>>()
    };
    let (first, again) = (answers(first), answers(again));
    assert_eq!(first.1, again.1);
    assert!(first.0.iter().all(|replayed| !replayed) && again.0.iter().all(|replayed| *replayed));
    assert_eq!(oms.level("A").await, Level::of(300, 200));
    let empty = oms.reservations.clone().batch_reserve(BatchReserveRequest::default()).await;
    assert_eq!(refused(empty), malformed(&["requests"]));
}

async fn every_bad_field_of_an_amendment_is_named(oms: &Oms) {
    let mut bad = amend_request("1", &[("", 0, &[("\t", 0)])]);
    bad.request_id = String::new();
    bad.target = None;
    bad.fill = 77;
    bad.locations = vec![String::new()];
    oms.isku("A").on_hand(1).await;
    oms.reserve("1", &[("TEE", 1, &[("A", 1)])]).await.unwrap();

    let fields = [
        "request_id",
        "target",
        "items[0].csku",
        "items[0].quantity",
        "items[0].components[0].isku_code",
        "items[0].components[0].quantity",
        "locations[0]",
        "fill",
    ];
    assert_eq!(refused(oms.reshape(bad).await), malformed(&fields));
    let unknown = refused(oms.amend("1", &[("NEW", 1, &[])]).await);
    assert_eq!(unknown, refusal(Code::NotFound, "ITEM_NOT_FOUND").with("csku", "NEW"));
}
