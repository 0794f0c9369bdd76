//! Units move between locations, and shipped units come back.

use proto::inventory::v1::{ListMovementsRequest, MovementKind, ReservationState, TransferStockRequest};
use tests::{Oms, both_engines, refusal, refused, refused::malformed, story::Level};
use tonic::Code;

both_engines!(
    a_transfer_is_one_pair_of_movements,
    what_is_held_cannot_be_transferred,
    a_transfer_moves_all_lines_or_none,
    every_bad_field_of_a_transfer_is_named,
    shipped_units_come_back_where_the_caller_says,
    no_more_comes_back_than_was_shipped,
    nothing_comes_back_of_what_was_not_shipped,
);

async fn a_transfer_is_one_pair_of_movements(oms: &Oms) {
    oms.store("damaged").await;
    oms.isku("A").on_hand(5).await;

    let moved = oms.transfer(("default", "damaged"), &[("A", 1), ("A", 2)]).await.unwrap();

    let rows: Vec<_> =
        moved.movements.iter().map(|own| (own.kind(), own.location.as_str(), own.on_hand_delta)).collect();
    assert_eq!(rows, [(MovementKind::TransferOut, "default", -3), (MovementKind::TransferIn, "damaged", 3)]);
    assert_eq!(moved.movements[0].request_id, moved.movements[1].request_id);
    assert_eq!(oms.level_at("A", "damaged").await, Level::of(3, 0));
    let filter = ListMovementsRequest { document: "TO-1".to_owned(), ..Default::default() };
    assert_eq!(oms.movements(filter).await.unwrap().len(), 2);
    let level = oms.level("A").await;
    assert_eq!((level.on_hand, level.available), (5, 2));
}

async fn what_is_held_cannot_be_transferred(oms: &Oms) {
    oms.location("back", 1).await;
    oms.isku("A").on_hand(5).await;
    oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await.unwrap();

    let short = refused(oms.transfer(("", "back"), &[("A", 3)]).await);

    let expected = refusal(Code::FailedPrecondition, "INSUFFICIENT_STOCK").with("short_count", 1);
    assert_eq!(short, expected.with("isku_code_0", "A").with("requested_0", 3).with("available_0", 2));
    oms.transfer(("", "back"), &[("A", 2)]).await.unwrap();
    assert_eq!(oms.level_at("A", "default").await, Level::of(3, 3));
}

async fn a_transfer_moves_all_lines_or_none(oms: &Oms) {
    oms.location("back", 1).await;
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(1).await;

    let short = refused(oms.transfer(("", "back"), &[("A", 5), ("B", 2)]).await);
    let nowhere = refused(oms.transfer(("", "nowhere"), &[("A", 1)]).await);

    assert_eq!(short.metadata["isku_code_0"], "B");
    assert_eq!(nowhere, refusal(Code::NotFound, "LOCATION_NOT_FOUND").with("location", "nowhere"));
    assert_eq!(oms.level_at("A", "back").await, Level::of(0, 0));
}

async fn every_bad_field_of_a_transfer_is_named(oms: &Oms) {
    let empty = refused(oms.stock.clone().transfer_stock(TransferStockRequest::default()).await);
    let same = refused(oms.transfer(("default", ""), &[("", 0)]).await);

    assert_eq!(empty, malformed(&["request_id", "to_location", "lines"]));
    assert_eq!(same, malformed(&["to_location", "lines[0].isku_code", "lines[0].quantity"]));
}

async fn shipped_units_come_back_where_the_caller_says(oms: &Oms) {
    oms.store("returns").await;
    oms.isku("A").on_hand(6).await;
    oms.isku("B").on_hand(3).await;
    oms.reserve("1", &[("BOX", 3, &[("A", 2), ("B", 1)])]).await.unwrap();
    oms.ship("1", &[("BOX", 2)]).await.unwrap();

    let back = oms.give_back("1", "returns", &[("BOX", 1)]).await.unwrap();

    let rows: Vec<_> =
        back.movements.iter().map(|own| (own.kind(), own.isku_code.as_str(), own.on_hand_delta)).collect();
    assert_eq!(rows, [(MovementKind::Return, "A", 2), (MovementKind::Return, "B", 1)]);
    assert_eq!((back.movements[0].csku.as_str(), back.movements[0].document.as_str()), ("BOX", "RN-1"));
    let item = &back.reservation.unwrap().items[0];
    assert_eq!((item.held, item.shipped, item.returned, item.quantity), (1, 2, 1, 3));
    assert_eq!(oms.level_at("A", "returns").await, Level::of(2, 0));
    assert_eq!(oms.level_at("A", "default").await, Level::of(2, 2));
}

async fn no_more_comes_back_than_was_shipped(oms: &Oms) {
    oms.isku("A").on_hand(3).await;
    oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await.unwrap();
    oms.ship("1", &[]).await.unwrap();
    oms.give_back("1", "", &[("TEE", 2)]).await.unwrap();

    let more = refused(oms.give_back("1", "", &[("TEE", 2)]).await);
    let rest = oms.give_back("1", "", &[]).await.unwrap().reservation.unwrap();
    let nothing = oms.give_back("1", "", &[]).await.unwrap();

    let expected = refusal(Code::FailedPrecondition, "MORE_THAN_SHIPPED").with("csku", "TEE");
    assert_eq!(more, expected.with("requested", 2).with("shipped", 1));
    assert_eq!((rest.state(), rest.items[0].returned), (ReservationState::Shipped, 3));
    assert_eq!(nothing.movements, []);
    assert_eq!(oms.level("A").await, Level::of(3, 0));
}

async fn nothing_comes_back_of_what_was_not_shipped(oms: &Oms) {
    oms.isku("A").on_hand(3).await;
    oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await.unwrap();

    let held = refused(oms.give_back("1", "", &[("TEE", 1)]).await);
    let unknown = refused(oms.give_back("1", "", &[("X", 1)]).await);
    let nobodys = refused(oms.give_back("2", "", &[]).await);

    assert_eq!(held.kind(), (Code::FailedPrecondition, "MORE_THAN_SHIPPED"));
    assert_eq!(unknown, refusal(Code::NotFound, "ITEM_NOT_FOUND").with("csku", "X"));
    assert_eq!(nobodys, refusal(Code::NotFound, "RESERVATION_NOT_FOUND"));
}
