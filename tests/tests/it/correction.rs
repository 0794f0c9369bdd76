//! What is on the shelf is not what the ledger says: counts and adjustments, and the reservations in their way.

use proto::inventory::v1::{
    AdjustLine, AdjustStockRequest, AdjustmentReason, CountLine, CountStockRequest, MovementKind, ReservationState,
    Shortfall,
};
use tests::{
    Oms, Refusal, both_engines, refusal, refused,
    refused::malformed,
    request_id,
    story::{Level, adjustment, count_sheet},
};
use tonic::Code;

both_engines!(
    an_adjustment_says_why,
    a_count_sets_what_is_there_and_is_silent_where_it_was_right,
    a_count_of_stock_that_has_moved_is_refused,
    what_would_leave_less_than_is_reserved_is_refused_and_named,
    the_newest_held_reservations_give_way_first,
    a_confirmed_reservation_gives_way_only_when_it_is_named,
    a_kit_gives_back_whole_units,
    what_was_given_back_is_topped_up_by_an_amendment,
    many_reservations_give_way_at_once,
    nothing_can_be_taken_that_is_not_there,
    every_bad_line_of_a_correction_is_named,
);

mod due;

fn release_newest() -> Option<Shortfall> {
    Some(Shortfall { release_shortfall: true, reservation_ids: vec![] })
}

fn below(on_hand: i64, reserved: i64, reservations: &[&str]) -> Refusal {
    let refusal =
        refusal(Code::FailedPrecondition, "BELOW_RESERVED").with("isku_code", "A").with("location", "default");
    let refusal = refusal.with("on_hand", on_hand).with("reserved", reserved);
    let named = reservations.iter().enumerate();
    named.fold(refusal, |refusal, (n, id)| refusal.with(&format!("reservation_id_{n}"), id))
}

/// Reserves one unit of A for each order, and returns the ids of the reservations.
async fn reserve_each(oms: &Oms, orders: &[&str]) -> Vec<String> {
    let mut ids = vec![];
    for order in orders {
        let made = oms.reserve(order, &[("TEE", 1, &[("A", 1)])]).await.unwrap();
        ids.push(made.reservation.unwrap().reservation_id);
    }
    ids
}

async fn an_adjustment_says_why(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let line = |delta| AdjustLine { isku_code: "A".to_owned(), location: "default".to_owned(), delta };
    let request = AdjustStockRequest {
        lines: vec![line(-4), line(1)],
        reason: AdjustmentReason::Damaged.into(),
        document: "R-1".to_owned(),
        ..adjustment("A", "", -1)
    };

    let first = oms.correct(request.clone()).await.unwrap();
    let again = oms.correct(request).await.unwrap();

    let movement = &first.movements[0];
    assert_eq!(
        (first.movements.len(), movement.kind(), movement.reason()),
        (1, MovementKind::Adjust, AdjustmentReason::Damaged)
    );
    assert_eq!((movement.on_hand_delta, movement.on_hand_after, movement.document.as_str()), (-3, 2, "R-1"));
    assert_eq!((first.stock[0].on_hand, again.replayed, &again.movements), (2, true, &first.movements));
    assert_eq!(oms.level("A").await, Level::of(2, 0));
}

async fn a_count_sets_what_is_there_and_is_silent_where_it_was_right(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(7).await;
    oms.isku("NEW").await;

    let counted = oms.count(&[("A", 3), ("B", 7), ("NEW", 2)]).await.unwrap();

    let moved: Vec<_> = counted.movements.iter().map(|own| (own.isku_code.as_str(), own.on_hand_delta)).collect();
    assert_eq!(moved, [("A", -2), ("NEW", 2)]);
    assert!(counted.movements.iter().all(|own| own.kind() == MovementKind::Count));
    assert_eq!(counted.stock.iter().map(|own| own.on_hand).collect::<Vec<_>>(), [3, 7, 2]);
    assert_eq!(oms.count(&[("A", 3)]).await.unwrap().movements, []);
}

async fn a_count_of_stock_that_has_moved_is_refused(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let line = |sequence| CountLine { isku_code: "A".to_owned(), counted: 4, expected_sequence: Some(sequence) };
    let sheet = |sequence| CountStockRequest { lines: vec![line(sequence)], ..count_sheet(&[]) };
    oms.receive(&[("A", 1)]).await.unwrap();

    let stale = refused(oms.take_stock(sheet(1)).await);
    let fresh = oms.take_stock(sheet(2)).await.unwrap();

    let expected = refusal(Code::Aborted, "SEQUENCE_MISMATCH").with("isku_code", "A");
    assert_eq!(stale, expected.with("expected", 1).with("found", 2));
    assert_eq!(fresh.movements[0].on_hand_delta, -2);
}

async fn what_would_leave_less_than_is_reserved_is_refused_and_named(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let ids = reserve_each(oms, &["1", "2", "3"]).await;
    let newest_first: Vec<&str> = ids.iter().rev().map(String::as_str).collect();

    let counted = refused(oms.count(&[("A", 2)]).await);
    let adjusted = refused(oms.adjust("A", "", -4).await);
    let exact = oms.count(&[("A", 3)]).await;

    assert_eq!((counted, adjusted), (below(2, 3, &newest_first), below(1, 3, &newest_first)));
    assert!(exact.is_ok());
    assert_eq!(oms.level("A").await, Level::of(3, 3));
}

async fn the_newest_held_reservations_give_way_first(oms: &Oms) {
    oms.isku("A").on_hand(4).await;
    let ids = reserve_each(oms, &["1", "2", "3", "4"]).await;
    let sheet = CountStockRequest { shortfall: release_newest(), ..count_sheet(&[("A", 2)]) };

    let counted = oms.take_stock(sheet.clone()).await.unwrap();
    let again = oms.take_stock(sheet).await.unwrap();

    let mut released: Vec<&str> = counted.released.iter().map(|own| own.reservation_id.as_str()).collect();
    released.sort_unstable();
    assert_eq!(released, [&ids[2], &ids[3]]);
    let kinds: Vec<_> = counted.movements.iter().map(|own| own.kind()).collect();
    assert_eq!(kinds, [MovementKind::Release, MovementKind::Release, MovementKind::Count]);
    assert!(again.replayed && again.released == counted.released);
    assert_eq!(oms.level("A").await, Level::of(2, 2));
    let third = oms.reservation("3").await.unwrap();
    assert_eq!((third.state(), third.items[0].short, third.items[0].held), (ReservationState::Held, 1, 0));
    assert_eq!(oms.reservation("2").await.unwrap().items[0].held, 1);
}

async fn a_confirmed_reservation_gives_way_only_when_it_is_named(oms: &Oms) {
    oms.isku("A").on_hand(3).await;
    let ids = reserve_each(oms, &["1", "2", "3"]).await;
    oms.confirm("2").await.unwrap();
    oms.confirm("3").await.unwrap();
    let sheet = |counted, shortfall| CountStockRequest { shortfall, ..count_sheet(&[("A", counted)]) };

    let refused = refused(oms.take_stock(sheet(1, release_newest())).await);
    let named = Shortfall { release_shortfall: true, reservation_ids: vec![ids[1].clone()] };
    let counted = oms.take_stock(sheet(1, Some(named))).await.unwrap();

    assert_eq!(refused, below(1, 3, &[&ids[2], &ids[1], &ids[0]]));
    assert_eq!(counted.released.len(), 2);
    assert_eq!(oms.reservation("3").await.unwrap().items[0].held, 1);
    let second = oms.reservation("2").await.unwrap();
    assert_eq!((second.state(), second.items[0].short), (ReservationState::Confirmed, 1));
}

async fn a_kit_gives_back_whole_units(oms: &Oms) {
    oms.isku("A").on_hand(6).await;
    oms.isku("B").on_hand(3).await;
    oms.reserve("1", &[("BOX", 3, &[("A", 2), ("B", 1)])]).await.unwrap();
    let sheet = CountStockRequest { shortfall: release_newest(), ..count_sheet(&[("A", 5)]) };

    oms.take_stock(sheet).await.unwrap();

    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(5, 4), Level::of(3, 2)));
    let box_item = &oms.reservation("1").await.unwrap().items[0];
    assert_eq!((box_item.held, box_item.short, box_item.released), (2, 1, 1));
}

async fn what_was_given_back_is_topped_up_by_an_amendment(oms: &Oms) {
    oms.isku("A").on_hand(2).await;
    oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap();
    oms.take_stock(CountStockRequest { shortfall: release_newest(), ..count_sheet(&[("A", 1)]) }).await.unwrap();
    oms.receive(&[("A", 5)]).await.unwrap();

    let topped_up = oms.amend("1", &[("TEE", 2, &[])]).await.unwrap();

    assert_eq!((topped_up.items[0].held, topped_up.items[0].short), (2, 0));
    assert_eq!(oms.level("A").await, Level::of(6, 2));
}

async fn many_reservations_give_way_at_once(oms: &Oms) {
    oms.isku("A").on_hand(1_500).await;
    let requests = (0..1_500).map(|n| tests::story::reserve_request(&format!("{n}"), &[("TEE", 1, &[("A", 1)])]));
    let requests: Vec<_> = requests.collect();
    for chunk in requests.chunks(500) {
        oms.hold_all(chunk.to_vec()).await.unwrap();
    }
    assert_eq!(oms.level("A").await, Level::of(1_500, 1_500));

    let sheet = CountStockRequest { shortfall: release_newest(), ..count_sheet(&[("A", 100)]) };
    let counted = oms.take_stock(sheet).await.unwrap();

    assert_eq!(counted.released.len(), 1_400);
    assert_eq!(oms.level("A").await, Level::of(100, 100));
}

async fn nothing_can_be_taken_that_is_not_there(oms: &Oms) {
    oms.isku("A").on_hand(2).await;

    let short = refused(oms.adjust("A", "", -3).await);

    assert_eq!(short, below(-1, 0, &[]));
    assert_eq!(oms.level("A").await, Level::of(2, 0));
}

async fn every_bad_line_of_a_correction_is_named(oms: &Oms) {
    let lines = vec![
        AdjustLine { isku_code: String::new(), location: "\n".to_owned(), delta: 0 },
        AdjustLine { isku_code: "A".to_owned(), location: String::new(), delta: 1_000_000_000_001 },
    ];
    let shortfall = Some(Shortfall { release_shortfall: false, reservation_ids: vec!["x".to_owned()] });
    let bad = AdjustStockRequest { lines, shortfall: shortfall.clone(), ..Default::default() };
    let fields = [
        "request_id",
        "lines[0].isku_code",
        "lines[0].location",
        "lines[0].delta",
        "lines[1].delta",
        "reason",
        "shortfall.reservation_ids[0]",
    ];
    assert_eq!(refused(oms.correct(bad).await), malformed(&fields));

    let line = |code: &str, counted| CountLine { isku_code: code.to_owned(), counted, expected_sequence: Some(-1) };
    let bad = CountStockRequest {
        request_id: request_id(),
        lines: vec![line("A", -1), line("A", 1)],
        shortfall,
        ..Default::default()
    };
    let fields = [
        "lines[0].counted",
        "lines[0].expected_sequence",
        "lines[1].expected_sequence",
        "shortfall.reservation_ids[0]",
    ];
    assert_eq!(refused(oms.take_stock(bad).await), malformed(&fields));
    let repeated = refused(oms.count(&[("A", 1), ("A", 1)]).await);
    assert_eq!(repeated, malformed(&["lines[1].isku_code"]));
}
