//! Stock: every change is a movement that carries the quantities after it; a request counts once.

use proto::inventory::v1::{ListMovementsRequest, MovementKind, ReceiveLine, ReceiveStockRequest, VerifyStockRequest};
use tests::{
    Oms, both_engines, refusal, refused,
    refused::malformed,
    request_id,
    story::{Level, order_key},
};
use tonic::Code;

both_engines!(
    lines_of_one_isku_are_summed_before_they_are_booked,
    a_receipt_is_booked_whole_or_not_at_all,
    a_receipt_asked_for_twice_is_booked_once,
    a_refusal_leaves_no_record_of_its_request,
    movements_carry_the_quantities_after_them,
    movements_are_traced_by_order_isku_csku_and_document,
    movements_need_a_filter,
    every_bad_line_of_a_receipt_is_named,
    the_proof_counts_what_it_checked,
);

fn line(code: &str, quantity: i64) -> ReceiveLine {
    ReceiveLine { isku_code: code.to_owned(), location: String::new(), quantity }
}

async fn lines_of_one_isku_are_summed_before_they_are_booked(oms: &Oms) {
    oms.isku("A").on_hand(1).await;

    let booked = oms.receive(&[("A", 2), ("A", 3)]).await.unwrap();

    assert_eq!(booked.movements.len(), 1);
    assert_eq!((booked.movements[0].on_hand_delta, booked.movements[0].on_hand_after), (5, 6));
    assert_eq!(oms.level("A").await, Level::of(6, 0));
}

async fn a_receipt_is_booked_whole_or_not_at_all(oms: &Oms) {
    oms.isku("A").await;

    let unknown = refused(oms.receive(&[("A", 2), ("NONE", 3)]).await);

    assert_eq!(unknown, refusal(Code::NotFound, "ISKU_NOT_FOUND").with("isku_code", "NONE"));
    assert_eq!(oms.level("A").await, Level::of(0, 0));
}

async fn a_receipt_asked_for_twice_is_booked_once(oms: &Oms) {
    oms.isku("A").await;
    let request = ReceiveStockRequest { request_id: request_id(), lines: vec![line("A", 5)], ..Default::default() };

    let first = oms.book(request.clone()).await.unwrap();
    let again = oms.book(request.clone()).await.unwrap();
    let other = refused(oms.book(ReceiveStockRequest { lines: vec![line("A", 6)], ..request.clone() }).await);

    assert!(!first.replayed && again.replayed);
    assert_eq!(first.movements, again.movements);
    assert_eq!(other, refusal(Code::InvalidArgument, "REQUEST_ID_REUSED"));
    assert_eq!(oms.level("A").await, Level::of(5, 0));

    oms.globex().isku("A").await;
    let of_the_other = oms.globex().book(request).await.unwrap();
    assert!(!of_the_other.replayed, "request ids are each merchant's own");
}

async fn a_refusal_leaves_no_record_of_its_request(oms: &Oms) {
    let request = ReceiveStockRequest { request_id: request_id(), lines: vec![line("A", 5)], ..Default::default() };
    let early = refused(oms.book(request.clone()).await);
    oms.isku("A").await;

    let booked = oms.book(request).await.unwrap();

    assert_eq!(early.reason, "ISKU_NOT_FOUND");
    assert!(!booked.replayed);
    assert_eq!(oms.level("A").await, Level::of(5, 0));
}

async fn movements_carry_the_quantities_after_them(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.receive(&[("A", 5)]).await.unwrap();
    oms.reserve("1", &[("TEE", 4, &[("A", 1)])]).await.unwrap();
    oms.ship("1", &[("TEE", 3)]).await.unwrap();
    oms.release("1", &[]).await.unwrap();

    let movements =
        oms.movements(ListMovementsRequest { isku_code: "A".to_owned(), page_size: 2, ..Default::default() }).await;

    let movements = movements.unwrap();
    let rows: Vec<_> =
        movements.iter().rev().map(|m| (m.sequence, m.kind(), m.on_hand_after, m.reserved_after)).collect();
    use MovementKind::{Opening, Receipt, Release, Reserve, Ship};
    assert_eq!(
        rows,
        [(1, Opening, 10, 0), (2, Receipt, 15, 0), (3, Reserve, 15, 4), (4, Ship, 12, 1), (5, Release, 12, 0)]
    );
    assert!(movements.iter().all(|movement| movement.actor == "acme-service" && !movement.request_id.is_empty()));
}

async fn movements_are_traced_by_order_isku_csku_and_document(oms: &Oms) {
    for code in ["A", "B"] {
        oms.isku(code).on_hand(10).await;
    }
    let delivery = ReceiveStockRequest {
        request_id: request_id(),
        lines: vec![line("A", 1), line("B", 1)],
        document: "GRN-7".to_owned(),
        note: String::new(),
    };
    oms.book(delivery).await.unwrap();
    oms.reserve("1", &[("BOX", 1, &[("A", 1), ("B", 2)])]).await.unwrap();
    oms.reserve("2", &[("TEE", 1, &[("A", 1)])]).await.unwrap();
    let reservation_id = oms.reservation("2").await.unwrap().reservation_id;
    let traced = async |filter: ListMovementsRequest| {
        let found = oms.movements(filter).await.unwrap();
        let mut codes: Vec<String> = found.into_iter().map(|movement| movement.isku_code).collect();
        codes.sort();
        codes.concat()
    };
    let none = ListMovementsRequest::default();

    assert_eq!(traced(ListMovementsRequest { order: Some(order_key("1")), ..none.clone() }).await, "AB");
    assert_eq!(traced(ListMovementsRequest { reservation_id, ..none.clone() }).await, "A");
    assert_eq!(traced(ListMovementsRequest { isku_code: "B".to_owned(), ..none.clone() }).await, "BBB");
    assert_eq!(traced(ListMovementsRequest { csku: "BOX".to_owned(), ..none.clone() }).await, "AB");
    assert_eq!(traced(ListMovementsRequest { document: "GRN-7".to_owned(), ..none.clone() }).await, "AB");
    let both = ListMovementsRequest { document: "GRN-7".to_owned(), isku_code: "B".to_owned(), ..none };
    assert_eq!(traced(both).await, "B");
}

async fn movements_need_a_filter(oms: &Oms) {
    let unfiltered = refused(oms.movements(ListMovementsRequest::default()).await);

    assert_eq!((unfiltered.code, unfiltered.reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"));
}

async fn every_bad_line_of_a_receipt_is_named(oms: &Oms) {
    let request = ReceiveStockRequest {
        request_id: " ".to_owned(),
        lines: vec![line("", 1), line("A", 0), line("A", -1), line("A", i64::MAX)],
        document: "x".repeat(129),
        note: "x".repeat(513),
    };

    let bad = refused(oms.book(request).await);

    let lines = ["lines[0].isku_code", "lines[1].quantity", "lines[2].quantity", "lines[3].quantity"];
    assert_eq!(bad, malformed(&[&["request_id", "document", "note"], &lines[..]].concat()));
}

async fn the_proof_counts_what_it_checked(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.isku("B").await;
    oms.reserve("1", &[("TEE", 4, &[("A", 1)])]).await.unwrap();

    let proof = oms.stock.clone().verify_stock(VerifyStockRequest {}).await.unwrap().into_inner();
    let of_the_other = oms.globex().stock.clone().verify_stock(VerifyStockRequest {}).await.unwrap().into_inner();

    assert!(proof.proven && of_the_other.proven);
    assert_eq!((proof.movements, proof.reservations), (2, 1));
    assert_eq!((of_the_other.movements, of_the_other.reservations, of_the_other.stock_rows), (0, 0, 0));
}
