//! What stock there is of many ISKUs, and what an order or a time did to it.

use proto::inventory::v1::{
    ListMovementsRequest, MovementKind, ReservationState, TraceOrderRequest, isku_stock::Status,
};
use sea_orm::{ConnectionTrait, Database};
use tests::{Oms, both_engines, refusal, refused, refused::malformed, story::order_key};
use tonic::Code;

both_engines!(
    the_stock_of_many_iskus_is_answered_in_input_order,
    an_order_is_traced_from_its_first_movement_to_its_last,
    the_trace_of_an_order_is_its_own_and_its_merchants,
    movements_are_listed_from_a_time_to_before_another,
    a_time_alone_is_no_filter_and_must_be_one,
);

async fn the_stock_of_many_iskus_is_answered_in_input_order(oms: &Oms) {
    oms.isku("A").on_hand(7).await;
    oms.isku("B").await;
    oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap();
    oms.globex().isku("C").on_hand(1).await;

    let found = oms.levels(&["B", "A", "C", "bad\u{7}", "A"]).await.unwrap();

    use Status::{Found, Invalid, NotFound};
    let statuses: Vec<_> = found.iter().map(|one| (one.asked_code.as_str(), one.status())).collect();
    assert_eq!(statuses, [("B", Found), ("A", Found), ("C", NotFound), ("bad\u{7}", Invalid), ("A", Found)]);
    assert_eq!((found[0].isku_code.as_str(), found[0].stock.len(), found[0].total_on_hand), ("B", 0, 0));
    assert_eq!((found[1].total_on_hand, found[1].total_reserved, found[1].total_available), (7, 2, 5));
    assert_eq!((found[1].stock[0].location.as_str(), found[1].stock[0].sequence), ("default", 2));
    assert_eq!(found[1], found[4]);
    assert!(!found[3].problem.is_empty() && found[2].problem.is_empty());
    assert_eq!(refused(oms.levels(&[]).await), malformed(&["isku_codes"]));
    assert_eq!(refused(oms.levels(&["x"; 1_001]).await), malformed(&["isku_codes"]));
    assert_eq!(oms.levels(&["A"; 1_000]).await.unwrap().len(), 1_000);
}

async fn an_order_is_traced_from_its_first_movement_to_its_last(oms: &Oms) {
    for code in ["A", "B"] {
        oms.isku(code).on_hand(10).await;
    }
    oms.reserve("1", &[("BOX", 3, &[("A", 1), ("B", 2)])]).await.unwrap();
    oms.reserve("2", &[("TEE", 1, &[("A", 1)])]).await.unwrap();
    oms.ship("1", &[("BOX", 2)]).await.unwrap();
    oms.release("1", &[]).await.unwrap();

    let whole = oms.trace("1", 0).await.unwrap();
    let by_one = oms.trace("1", 1).await.unwrap();

    let rows: Vec<_> = whole.movements.iter().map(|traced| traced.movement.as_ref().unwrap()).collect();
    let told: Vec<_> =
        rows.iter().map(|m| (m.isku_code.as_str(), m.kind(), m.on_hand_after, m.reserved_after)).collect();
    use MovementKind::{Release, Reserve, Ship};
    let expected = [
        ("A", Reserve, 10, 3),
        ("B", Reserve, 10, 6),
        ("A", Ship, 8, 2),
        ("B", Ship, 6, 2),
        ("A", Release, 8, 1),
        ("B", Release, 6, 0),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        whole.movements[3].summary,
        "shipped 4 x B at default for BOX, document DO-1: then 6 on hand, 2 reserved"
    );
    assert_eq!(whole, by_one, "pages change nothing");
    assert_eq!(whole.reservation.unwrap(), oms.reservation("1").await.unwrap());
    assert_eq!(by_one.reservation.unwrap().state(), ReservationState::Shipped);
}

async fn the_trace_of_an_order_is_its_own_and_its_merchants(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await.unwrap();
    oms.ship("1", &[]).await.unwrap();
    oms.reserve("2", &[("TEE", 3, &[("A", 1)])]).await.unwrap();
    let page = async |order: &str, page_token: String| {
        let request = TraceOrderRequest { order: Some(order_key(order)), page_size: 1, page_token };
        oms.stock.clone().trace_order(request).await
    };
    let first = page("1", String::new()).await.unwrap().into_inner();

    let missing = refusal(Code::NotFound, "RESERVATION_NOT_FOUND");
    assert_eq!(refused(oms.trace("3", 0).await), missing);
    assert_eq!(refused(oms.globex().trace("1", 0).await), missing);
    let token = first.next_page_token;
    assert_eq!(refused(page("2", token).await), refusal(Code::InvalidArgument, "PAGE_TOKEN_INVALID"));
    let nothing = oms.stock.clone().trace_order(TraceOrderRequest { page_size: -1, ..Default::default() }).await;
    assert_eq!(refused(nothing), malformed(&["order", "page_size"]));
}

/// Sets the clock of the ledger: movement N of the ISKU happened at second N.
async fn at_their_seconds(oms: &Oms) {
    let database = Database::connect(oms.site().inventory_database()).await.unwrap();
    database
        .execute_unprepared("UPDATE movement SET create_time_us = sequence * 1000000, digest = NULL")
        .await
        .unwrap();
    database.close().await.unwrap();
}

async fn movements_are_listed_from_a_time_to_before_another(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    for _ in 0..4 {
        oms.receive(&[("A", 1)]).await.unwrap();
    }
    at_their_seconds(oms).await;
    let listed = async |start: Option<(i64, i32)>, end: Option<(i64, i32)>| {
        let time = |(seconds, nanos)| prost_types::Timestamp { seconds, nanos };
        let by_isku = ListMovementsRequest {
            isku_code: "A".to_owned(),
            start_time: start.map(time),
            end_time: end.map(time),
            page_size: 1,
            ..Default::default()
        };
        let by_place =
            ListMovementsRequest { isku_code: String::new(), location: "default".to_owned(), ..by_isku.clone() };
        let sequences = async |filter| -> Vec<i64> {
            oms.movements(filter).await.unwrap().iter().map(|movement| movement.sequence).collect()
        };
        let (by_isku, by_place) = (sequences(by_isku).await, sequences(by_place).await);
        assert_eq!(by_isku, by_place);
        by_isku
    };

    assert_eq!(listed(None, None).await, [5, 4, 3, 2, 1]);
    assert_eq!(listed(Some((2, 0)), Some((4, 0))).await, [3, 2]);
    assert_eq!(listed(Some((2, 1)), None).await, [5, 4, 3]);
    assert_eq!(listed(None, Some((4, 1))).await, [4, 3, 2, 1]);
    assert!(listed(Some((5, 1)), Some((9, 0))).await.is_empty());
}

async fn a_time_alone_is_no_filter_and_must_be_one(oms: &Oms) {
    oms.isku("A").await;
    let time = |seconds, nanos| Some(prost_types::Timestamp { seconds, nanos });
    let asked = async |filter: ListMovementsRequest| refused(oms.movements(filter).await);
    let filters = ["isku_code", "location", "order", "reservation_id", "csku", "document"];
    let of_isku = ListMovementsRequest { isku_code: "A".to_owned(), ..Default::default() };

    assert_eq!(asked(ListMovementsRequest { start_time: time(0, 0), ..Default::default() }).await, malformed(&filters));
    let backwards = ListMovementsRequest { start_time: time(3, 0), end_time: time(3, 0), ..of_isku.clone() };
    assert_eq!(asked(backwards).await, malformed(&["end_time"]));
    let never = ListMovementsRequest { start_time: time(i64::MAX, 0), end_time: time(0, -1), ..of_isku };
    assert_eq!(asked(never).await, malformed(&["start_time", "end_time"]));
}
