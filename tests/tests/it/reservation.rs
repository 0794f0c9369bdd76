//! Reservations: all or nothing, once for ever, and every unit is held, shipped or released.

use proto::inventory::v1::{ReservationState as State, ReserveRequest};
use tests::{
    Oms, both_engines, refusal, refused,
    refused::malformed,
    story::{Level, reserve_request},
};
use tonic::Code;

both_engines!(
    a_kit_needs_every_component,
    lines_that_share_a_component_are_summed,
    every_short_isku_is_named_with_its_numbers,
    an_order_is_reserved_once_for_ever,
    a_released_order_is_never_booked_again,
    an_order_with_other_lines_is_refused,
    a_reserve_asked_for_twice_holds_once,
    units_are_held_then_shipped_in_parts,
    releasing_gives_units_back_and_may_be_repeated,
    what_is_shipped_cannot_be_released,
    more_than_is_held_is_refused_with_the_numbers,
    a_reservation_nobody_made_is_not_found,
    every_bad_field_of_a_reservation_is_named,
);

async fn a_kit_needs_every_component(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(3).await;

    let short = refused(oms.reserve("1", &[("BOX", 2, &[("A", 1), ("B", 2)])]).await);
    assert_eq!(short.kind(), (Code::FailedPrecondition, "INSUFFICIENT_STOCK"));
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(5, 0), Level::of(3, 0)));

    oms.reserve("2", &[("BOX", 1, &[("A", 1), ("B", 2)])]).await.unwrap();
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(5, 1), Level::of(3, 2)));
}

async fn lines_that_share_a_component_are_summed(oms: &Oms) {
    oms.isku("A").on_hand(3).await;

    let short = refused(oms.reserve("1", &[("PAIR", 1, &[("A", 2)]), ("ONE", 2, &[("A", 1)])]).await);

    let expected = refusal(Code::FailedPrecondition, "INSUFFICIENT_STOCK").with("short_count", 1);
    assert_eq!(short, expected.with("isku_code_0", "A").with("requested_0", 4).with("available_0", 3));
}

async fn every_short_isku_is_named_with_its_numbers(oms: &Oms) {
    for (code, quantity) in [("A", 1), ("B", 2), ("C", 9)] {
        oms.isku(code).on_hand(quantity).await;
    }

    let short = refused(oms.reserve("1", &[("A", 5, &[("A", 1)]), ("B", 5, &[("B", 1)]), ("C", 5, &[("C", 1)])]).await);

    assert_eq!(short.metadata["short_count"], "2");
    let mut named: Vec<_> = (0..2)
        .map(|n| ["isku_code", "requested", "available"].map(|key| short.metadata[&format!("{key}_{n}")].clone()))
        .collect();
    named.sort();
    assert_eq!(named, [["A", "5", "1"], ["B", "5", "2"]]);
}

async fn an_order_is_reserved_once_for_ever(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    let first = oms.reserve("1", &[("TEE", 2, &[("A", 1)]), ("TEE", 1, &[("A", 1)])]).await.unwrap();

    let again = oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await.unwrap();

    assert!(!first.existing && again.existing && !again.replayed);
    assert_eq!(first.reservation, again.reservation);
    assert_eq!(oms.level("A").await, Level::of(10, 3));

    oms.ship("1", &[]).await.unwrap();
    let shipped = oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await.unwrap();
    assert_eq!(shipped.reservation.unwrap().state(), State::Shipped);
    assert_eq!(oms.level("A").await, Level::of(7, 0));
}

async fn a_released_order_is_never_booked_again(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap();
    oms.release("1", &[]).await.unwrap();

    let again = oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap();

    assert!(again.existing);
    assert_eq!(again.reservation.unwrap().state(), State::Released);
    assert_eq!(oms.level("A").await, Level::of(10, 0));
}

async fn an_order_with_other_lines_is_refused(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    let first = oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap().reservation.unwrap();

    let other = refused(oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await);

    assert_eq!(other, refusal(Code::AlreadyExists, "ORDER_DIFFERS").with("reservation_id", first.reservation_id));
    assert_eq!(oms.level("A").await, Level::of(10, 2));
}

async fn a_reserve_asked_for_twice_holds_once(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    let request = reserve_request("1", &[("TEE", 2, &[("A", 1)])]);
    let first = oms.hold(request.clone()).await.unwrap();
    oms.ship("1", &[("TEE", 1)]).await.unwrap();

    let again = oms.hold(request.clone()).await.unwrap();
    let other = ReserveRequest { request_id: request.request_id, ..reserve_request("2", &[("TEE", 2, &[("A", 1)])]) };
    let other = refused(oms.hold(other).await);

    assert!(!first.replayed && again.replayed);
    assert_eq!(first.reservation, again.reservation, "the original answer");
    assert_eq!(other, refusal(Code::InvalidArgument, "REQUEST_ID_REUSED"));
    assert_eq!(oms.level("A").await, Level::of(9, 1));
}

async fn units_are_held_then_shipped_in_parts(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.isku("B").on_hand(10).await;
    oms.reserve("1", &[("BOX", 3, &[("A", 1), ("B", 2)])]).await.unwrap();

    let part = oms.ship("1", &[("BOX", 1)]).await.unwrap();
    assert_eq!(part.state(), State::Held);
    assert_eq!((part.items[0].held, part.items[0].shipped, part.items[0].released), (2, 1, 0));
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(9, 2), Level::of(8, 4)));

    let whole = oms.ship("1", &[]).await.unwrap();
    assert_eq!(whole.state(), State::Shipped);
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(7, 0), Level::of(4, 0)));

    let more = refused(oms.ship("1", &[]).await);
    let closed = refusal(Code::FailedPrecondition, "RESERVATION_CLOSED");
    assert_eq!(more, closed.with("reservation_id", whole.reservation_id).with("state", "SHIPPED"));
}

async fn releasing_gives_units_back_and_may_be_repeated(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.reserve("1", &[("TEE", 5, &[("A", 1)])]).await.unwrap();

    let part = oms.release("1", &[("TEE", 2)]).await.unwrap();
    assert_eq!((part.state(), part.items[0].held, part.items[0].released), (State::Held, 3, 2));
    assert_eq!(oms.level("A").await, Level::of(10, 3));

    let rest = oms.release("1", &[]).await.unwrap();
    let again = oms.release("1", &[]).await.unwrap();
    assert_eq!((rest.state(), again.state()), (State::Released, State::Released));
    assert_eq!(rest, again);
    assert_eq!(oms.level("A").await, Level::of(10, 0));
}

async fn what_is_shipped_cannot_be_released(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.reserve("1", &[("TEE", 5, &[("A", 1)])]).await.unwrap();
    let shipped = oms.ship("1", &[]).await.unwrap();

    let back = refused(oms.release("1", &[]).await);

    let expected = refusal(Code::FailedPrecondition, "RESERVATION_SHIPPED");
    assert_eq!(back, expected.with("reservation_id", shipped.reservation_id));
}

async fn more_than_is_held_is_refused_with_the_numbers(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.reserve("1", &[("TEE", 5, &[("A", 1)])]).await.unwrap();
    let more =
        refusal(Code::FailedPrecondition, "MORE_THAN_HELD").with("csku", "TEE").with("requested", 6).with("held", 5);
    let unknown = refusal(Code::NotFound, "ITEM_NOT_FOUND").with("csku", "CAP");

    assert_eq!(refused(oms.ship("1", &[("TEE", 6)]).await), more);
    assert_eq!(refused(oms.ship("1", &[("TEE", 3), ("TEE", 3)]).await), more);
    assert_eq!(refused(oms.release("1", &[("TEE", 6)]).await), more);
    assert_eq!(refused(oms.ship("1", &[("CAP", 1)]).await), unknown);
    assert_eq!(refused(oms.release("1", &[("CAP", 1)]).await), unknown);
    assert_eq!(oms.level("A").await, Level::of(10, 5));
}

async fn a_reservation_nobody_made_is_not_found(oms: &Oms) {
    let nobody = refusal(Code::NotFound, "RESERVATION_NOT_FOUND");

    assert_eq!(refused(oms.reservation("1").await).kind(), nobody.kind());
    assert_eq!(refused(oms.ship("1", &[]).await).kind(), nobody.kind());
    assert_eq!(refused(oms.release("1", &[]).await).kind(), nobody.kind());
}

async fn every_bad_field_of_a_reservation_is_named(oms: &Oms) {
    let mut request = reserve_request("", &[("", 0, &[("", 0)]), ("TEE", 1, &[])]);
    request.request_id = String::new();

    let bad = refused(oms.hold(request).await);

    let items = ["items[0].csku", "items[0].quantity", "items[0].components[0].isku_code"];
    let more = ["items[0].components[0].quantity", "items[1].components"];
    assert_eq!(bad, malformed(&[&["request_id", "order.order_id"], &items[..], &more[..]].concat()));
}
