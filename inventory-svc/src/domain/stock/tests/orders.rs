//! Orders: reserved once, shipped and given back in parts.

use super::*;
use crate::domain::command::Amendment;

#[test]
fn never_more_is_reserved_than_is_available() {
    check(&[
        (reserve("1", &[("A", 12, &[("a", 1)])]), Ok(Some(State::Held))),
        (reserve("2", &[("A", 4, &[("a", 1)])]), Err(short("a", 4, 3))),
        (reserve("3", &[("A", 3, &[("a", 1)])]), Ok(Some(State::Held))),
        (reserve("4", &[("A", 1, &[("a", 1)])]), Err(short("a", 1, 0))),
        (reserve("5", &[("C", 1, &[("c", 1)])]), Err(short("c", 1, 0))),
        (reserve("6", &[("X", 1, &[("x", 1)])]), Err(Error::IskuNotFound { isku_code: code("x") })),
    ]);
}

#[test]
fn the_lines_of_an_order_are_summed_before_they_are_judged() {
    check(&[
        (reserve("1", &[("B", 2, &[("b", 1)]), ("K", 1, &[("a", 1), ("b", 2)])]), Err(short("b", 4, 3))),
        (reserve("2", &[("K", 1, &[("b", 2), ("b", 2)])]), Err(short("b", 4, 3))),
        (reserve("3", &[("B", 1, &[("b", 1)]), ("K", 1, &[("a", 1), ("b", 2)])]), Ok(Some(State::Held))),
        (reserve("4", &[("A", i64::MAX, &[("a", 2)])]), Err(Error::QuantityOverflow { isku_code: code("a") })),
    ]);
}

#[test]
fn a_kit_needs_every_component_at_one_location() {
    check(&[
        (reserve_at("1", &[("K", 1, &[("a", 1), ("b", 1)])], &["back"]), Err(short("b", 1, 0))),
        (reserve("2", &[("A", 9, &[("a", 1)])]), Ok(Some(State::Held))),
        // Six of `a` are left, but only one beside `b`.
        (
            reserve("3", &[("K", 2, &[("a", 1), ("b", 1)])]),
            Err(Error::InsufficientStock {
                short: ["a", "b"].map(|name| Shortage { isku_code: code(name), requested: 2, available: 1 }).to_vec(),
            }),
        ),
        (
            reserve_at("4", &[("A", 1, &[("a", 1)])], &["nowhere"]),
            Err(Error::LocationNotFound { location: "nowhere".into() }),
        ),
        (reserve_at("5", &[("C", 1, &[("c", 1)])], &["damaged"]), Err(short("c", 1, 0))),
    ]);
}

#[test]
fn an_order_is_reserved_once_for_ever() {
    let lines: &[Line<'_>] = &[("A", 2, &[("a", 1)])];
    let remapped: &[Line<'_>] = &[("A", 2, &[("b", 1)])];
    check(&[
        (reserve("1", lines), Ok(Some(State::Held))),
        (reserve("1", remapped), Ok(Some(State::Held))),
        (reserve("1", &[("A", 3, &[("a", 1)])]), Err(Error::OrderDiffers { reservation_id: Uuid::new_v5_like("r-0") })),
        (release("1", &[]), Ok(Some(State::Released))),
        (reserve("1", lines), Ok(Some(State::Released))),
    ]);
}

#[test]
fn what_is_held_can_be_shipped_or_given_back_in_parts() {
    let closed = |state| Error::ReservationClosed { reservation_id: Uuid::new_v5_like("r-0"), state };
    let more = |requested, held| Error::MoreThanHeld { csku: code("A"), requested, held };
    check(&[
        (reserve("1", &[("A", 12, &[("a", 1)]), ("B", 1, &[("b", 1)])]), Ok(Some(State::Held))),
        (ship("1", &[("X", 1)]), Err(Error::ItemNotFound { csku: code("X") })),
        (ship("1", &[("A", 13)]), Err(more(13, 12))),
        (ship("1", &[("A", 11)]), Ok(Some(State::Held))),
        (release("1", &[("A", 2)]), Err(more(2, 1))),
        (release("1", &[("A", 1)]), Ok(Some(State::Held))),
        (release("1", &[("B", 1)]), Ok(Some(State::Shipped))),
        (release("1", &[]), Ok(Some(State::Shipped))),
        (ship("1", &[]), Err(closed(State::Shipped))),
        (reserve("3", &[("A", 1, &[("a", 1)])]), Ok(Some(State::Held))),
        (ship("3", &[]), Ok(Some(State::Shipped))),
        (release("3", &[]), Err(Error::ReservationShipped { reservation_id: Uuid::new_v5_like("r-9") })),
        (ship("2", &[]), Err(Error::ReservationNotFound)),
        (release("2", &[]), Err(Error::ReservationNotFound)),
    ]);
}

#[test]
fn releasing_what_is_released_answers_its_state() {
    check(&[
        (reserve("1", &[("A", 2, &[("a", 1)]), ("B", 1, &[("b", 1)])]), Ok(Some(State::Held))),
        (release("1", &[("B", 1)]), Ok(Some(State::Held))),
        (release("1", &[("B", 1)]), Ok(Some(State::Held))),
        (release("1", &[]), Ok(Some(State::Released))),
        (release("1", &[]), Ok(Some(State::Released))),
        (release("1", &[("A", 2)]), Ok(Some(State::Released))),
        (
            ship("1", &[]),
            Err(Error::ReservationClosed { reservation_id: Uuid::new_v5_like("r-0"), state: State::Released }),
        ),
    ]);
}

#[test]
fn a_shipped_order_that_is_amended_after_its_time_holds_what_it_wants() {
    let mut facts = shop();
    let Action::Reserve(order) = reserve("1", &[("A", 2, &[("a", 1)])]) else { unreachable!() };
    let amendment = Amendment {
        target: Target::Order(order_key("1")),
        items: vec![RequestedItem { quantity: 3, ..order.items[0].clone() }],
        locations: order.locations.clone(),
        fill: Fill::AllOrNothing,
    };
    let mut apply = |passed, id: &str, action| {
        facts.now.0 += passed;
        let Applied { results, .. } = facts.apply(&[command(id, action)]);
        assert!(results[0].is_ok(), "{results:?}");
        prove(&facts);
        facts.reservations.values().next().map(|own| (own.state(), own.items[0].held(), own.items[0].shipped()))
    };

    assert_eq!(apply(0, "1", Action::Reserve(Order { expiry: Expiry::After(10), ..order })), Some((State::Held, 2, 0)));
    assert_eq!(apply(0, "2", ship("1", &[("A", 1)])), Some((State::Held, 1, 1)));
    assert_eq!(apply(20, "3", receive(&[("a", "back", 1)])), Some((State::Shipped, 0, 1)));
    assert_eq!(apply(0, "4", Action::Amend(amendment)), Some((State::Confirmed, 2, 1)));
    assert_eq!(apply(20, "5", ship("1", &[("A", 2)])), Some((State::Shipped, 0, 3)));
}
