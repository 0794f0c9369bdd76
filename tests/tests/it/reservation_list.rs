//! ListReservations: each filter shows what it names as it is now, the newest first, however far apart.

use std::time::Duration;

use proto::inventory::v1::{
    ListReservationsRequest, ReservationState as State, ReserveFill, ReserveRequest, reserve_request::Expiration,
};
use tests::{
    Oms, both_engines, refused,
    refused::malformed,
    story::{names, order_key, reserve_request},
};

both_engines!(
    each_filter_shows_what_it_names,
    what_is_due_is_listed_as_expired_before_it_is_swept,
    a_page_goes_on_where_the_last_one_ended,
    a_rare_reservation_is_found_behind_thousands,
    every_bad_filter_is_named,
);

const HOUR: i64 = 3_600;

fn any() -> ListReservationsRequest {
    ListReservationsRequest::default()
}

fn in_state(state: State) -> ListReservationsRequest {
    ListReservationsRequest { state: state.into(), ..any() }
}

fn of_isku(code: &str) -> ListReservationsRequest {
    ListReservationsRequest { isku_code: code.to_owned(), ..any() }
}

fn of_cskus(codes: &[&str]) -> ListReservationsRequest {
    ListReservationsRequest { cskus: names(codes), ..any() }
}

fn due_in(seconds: i64, request: ReserveRequest) -> ReserveRequest {
    let expiration = Some(Expiration::Ttl(prost_types::Duration { seconds, nanos: 0 }));
    ReserveRequest { expiration, ..request }
}

/// The orders that a filter leaves, the newest first.
async fn orders(oms: &Oms, filter: ListReservationsRequest) -> String {
    let found = oms.reservations_of(filter).await.unwrap();
    found.into_iter().map(|found| found.order.unwrap().order_id).collect::<Vec<_>>().join(" ")
}

async fn each_filter_shows_what_it_names(oms: &Oms) {
    oms.isku("A").on_hand(50).await;
    oms.isku("B").on_hand(5).await;
    for order in ["held", "confirmed", "shipped", "released"] {
        oms.reserve(order, &[("TEE", 2, &[("A", 1)])]).await.unwrap();
    }
    oms.confirm("confirmed").await.unwrap();
    oms.ship("shipped", &[]).await.unwrap();
    oms.release("released", &[]).await.unwrap();
    let short = ReserveRequest {
        fill: ReserveFill::Partial.into(),
        ..reserve_request("short", &[("BOX", 6, &[("A", 1), ("B", 1)])])
    };
    oms.hold(short).await.unwrap();
    let mut elsewhere = reserve_request("elsewhere", &[("TEE", 1, &[("A", 1)])]);
    elsewhere.order.as_mut().unwrap().channel = "fair".to_owned();
    oms.hold(elsewhere).await.unwrap();
    oms.rename("B", "B-2").await.unwrap();

    let channel = |channel: &str| ListReservationsRequest { channel: channel.to_owned(), ..any() };
    let seller = |seller_id: &str| ListReservationsRequest { seller_id: seller_id.to_owned(), ..channel("shop") };
    let short = ListReservationsRequest { short_only: true, ..any() };
    let all = "elsewhere short released shipped confirmed held";
    for (filter, expected) in [
        (any(), all),
        (in_state(State::Held), "elsewhere short held"),
        (in_state(State::Confirmed), "confirmed"),
        (in_state(State::Shipped), "shipped"),
        (in_state(State::Released), "released"),
        (in_state(State::Expired), ""),
        (of_isku("A"), "elsewhere short confirmed held"),
        (of_isku("B"), "short"),
        (of_cskus(&["TEE"]), "elsewhere confirmed held"),
        (of_cskus(&["BOX", "CAP"]), "short"),
        (of_cskus(&["CAP"]), ""),
        (ListReservationsRequest { isku_code: "A".to_owned(), ..of_cskus(&["BOX"]) }, "short"),
        (ListReservationsRequest { isku_code: "B".to_owned(), ..of_cskus(&["TEE"]) }, ""),
        (ListReservationsRequest { isku_code: "B".to_owned(), ..of_cskus(&["TEE", "BOX"]) }, "short"),
        (ListReservationsRequest { state: State::Confirmed.into(), ..of_isku("A") }, "confirmed"),
        (short.clone(), "short"),
        (ListReservationsRequest { state: State::Shipped.into(), ..short }, ""),
        (channel("fair"), "elsewhere"),
        (channel("nowhere"), ""),
        (seller("Seller@EXAMPLE.com"), "short released shipped confirmed held"),
        (seller("other@example.com"), ""),
        (ListReservationsRequest { state: State::Held.into(), ..channel("shop") }, "short held"),
    ] {
        assert_eq!(orders(oms, filter.clone()).await, expected, "{filter:?}");
    }
    assert_eq!(oms.reservations_of(short_of_b()).await.unwrap(), [oms.reservation("short").await.unwrap()]);
}

fn short_of_b() -> ListReservationsRequest {
    ListReservationsRequest { short_only: true, ..of_isku("B-2") }
}

async fn what_is_due_is_listed_as_expired_before_it_is_swept(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    let one = |order: &str, units| reserve_request(order, &[("TEE", units, &[("A", 1)])]);
    oms.hold(due_in(HOUR, one("due", 2))).await.unwrap();
    oms.hold(due_in(HOUR, one("begun", 2))).await.unwrap();
    oms.hold(due_in(3 * HOUR, one("later", 2))).await.unwrap();
    oms.ship("begun", &[("TEE", 1)]).await.unwrap();
    oms.hold(due_in(HOUR, ReserveRequest { fill: ReserveFill::Partial.into(), ..one("short", 9) })).await.unwrap();
    assert_eq!(orders(oms, in_state(State::Held)).await, "short later begun due");

    oms.let_time_pass(Duration::from_secs(HOUR.unsigned_abs())).await;

    assert_eq!(orders(oms, in_state(State::Held)).await, "later");
    assert_eq!(orders(oms, in_state(State::Expired)).await, "short due");
    assert_eq!(orders(oms, in_state(State::Shipped)).await, "begun");
    assert_eq!(orders(oms, of_isku("A")).await, "later");
    assert_eq!(orders(oms, ListReservationsRequest { short_only: true, ..any() }).await, "");
}

async fn a_page_goes_on_where_the_last_one_ended(oms: &Oms) {
    oms.isku("A").on_hand(50).await;
    for order in 0..7 {
        oms.reserve(&order.to_string(), &[("TEE", 1, &[("A", 1)]), ("BOX", 1, &[("A", 2)])]).await.unwrap();
    }
    for order in ["1", "4"] {
        oms.release(order, &[]).await.unwrap();
    }
    let ask = async |filter: &ListReservationsRequest| {
        oms.reservations.clone().list_reservations(filter.clone()).await.map(tonic::Response::into_inner)
    };

    for page_size in [1, 2, 6, 7, 1_000] {
        let paged = |filter| ListReservationsRequest { page_size, ..filter };
        assert_eq!(orders(oms, paged(any())).await, "6 5 4 3 2 1 0");
        assert_eq!(orders(oms, paged(in_state(State::Held))).await, "6 5 3 2 0");
        assert_eq!(orders(oms, paged(in_state(State::Released))).await, "4 1");
        assert_eq!(orders(oms, paged(of_isku("A"))).await, "6 5 3 2 0");
    }

    let of_two = ListReservationsRequest { page_size: 2, ..in_state(State::Held) };
    let first = ask(&of_two).await.unwrap();
    oms.release("3", &[]).await.unwrap();
    oms.reserve("7", &[("TEE", 1, &[("A", 1)])]).await.unwrap();
    let next = ListReservationsRequest { page_token: first.next_page_token, ..of_two };
    assert_eq!(orders(oms, next.clone()).await, "2 0", "what came and went meanwhile moves nothing");
    let other = ListReservationsRequest { state: State::Released.into(), ..next.clone() };
    assert_eq!(refused(ask(&other).await).reason, "PAGE_TOKEN_INVALID");
    let other = ListReservationsRequest { cskus: names(&["TEE"]), ..next };
    assert_eq!(refused(ask(&other).await).reason, "PAGE_TOKEN_INVALID");
}

async fn a_rare_reservation_is_found_behind_thousands(oms: &Oms) {
    const OTHERS: usize = 5_600;
    oms.isku("A").on_hand(10_000).await;
    let one = |order: &str| reserve_request(order, &[("TEE", 1, &[("A", 1)])]);
    oms.hold(one("rare")).await.unwrap();
    oms.release("rare", &[]).await.unwrap();
    let requests: Vec<_> = (0..OTHERS).map(|n| one(&n.to_string())).collect();
    for chunk in requests.chunks(400) {
        oms.hold_all(chunk.to_vec()).await.unwrap();
    }

    let released = in_state(State::Released);
    let first = oms.reservations.clone().list_reservations(released.clone()).await.unwrap().into_inner();

    assert!(first.reservations.is_empty() && !first.next_page_token.is_empty(), "a call looks at 5,000");
    assert_eq!(orders(oms, released).await, "rare");
    let all = oms.reservations_of(ListReservationsRequest { page_size: 1_000, ..any() }).await.unwrap();
    assert_eq!(all.len(), OTHERS + 1);
    assert!(all.is_sorted_by(|newer, older| newer.reservation_id > older.reservation_id));
    assert_eq!(all.last().unwrap().order, Some(order_key("rare")));
}

async fn every_bad_filter_is_named(oms: &Oms) {
    let ask = async |filter| refused(oms.reservations_of(filter).await);

    let bad = ListReservationsRequest {
        state: 9,
        isku_code: "\u{7}".to_owned(),
        cskus: names(&["TEE", " "]),
        channel: "No Slug".to_owned(),
        seller_id: "x".repeat(255),
        page_size: 1_001,
        ..any()
    };
    assert_eq!(ask(bad).await, malformed(&["state", "isku_code", "cskus[1]", "channel", "seller_id", "page_size"]));
    assert_eq!(ask(of_cskus(&["TEE"; 11])).await, malformed(&["cskus"]));
    let alone = ListReservationsRequest { seller_id: "seller@example.com".to_owned(), ..any() };
    assert_eq!(ask(alone).await, malformed(&["channel"]));
    assert_eq!(ask(of_isku("none")).await.reason, "ISKU_NOT_FOUND");
    assert_eq!(ask(ListReservationsRequest { page_token: "x".to_owned(), ..any() }).await.reason, "PAGE_TOKEN_INVALID");
}
