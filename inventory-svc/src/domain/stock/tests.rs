//! The rules of stock as tables: commands, and the answer or refusal at the end of the line.

mod random;

use shared::identity::{Channel, OrderId, OrderKey, SellerId};

use super::*;
use crate::domain::{
    command::{Order, Origin, Outcome, Receipt, ReceiptLine, Target, Withdrawal},
    error::Shortage,
    isku::{Details, NewIsku, OpeningStock},
    reservation::{RequestedItem, State},
};

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

/// Locations `default` and `back` by priority, and `damaged`, which is not sold from.
fn empty() -> WorkingSet {
    let location =
        |id, name, selling| Location { location_id: LocationId(id), code: code(name), selling, priority: id };
    WorkingSet {
        now: Micros(1_000),
        isku_count: 0,
        codes: BTreeMap::new(),
        iskus: BTreeMap::new(),
        locations: vec![
            location(1, "default", Selling::Sellable),
            location(2, "back", Selling::Sellable),
            location(3, "damaged", Selling::Unsellable),
        ],
        stock: BTreeMap::new(),
        reservations: BTreeMap::new(),
        orders: BTreeMap::new(),
        requests: BTreeMap::new(),
    }
}

fn command(request_id: &str, action: Action) -> Command {
    let hash = serde_json::to_string(&action).unwrap();
    let new_id = Uuid::new_v5_like(request_id);
    Command {
        request_id: RequestId::parse(request_id).unwrap(),
        content_hash: hash,
        actor: "test".into(),
        new_id,
        action,
    }
}

trait NewV5Like {
    fn new_v5_like(name: &str) -> Uuid;
}

impl NewV5Like for Uuid {
    fn new_v5_like(name: &str) -> Uuid {
        let mut bytes = [0; 16];
        name.bytes().take(16).enumerate().for_each(|(place, byte)| bytes[place] = byte);
        Uuid::from_bytes(bytes)
    }
}

fn new_isku(name: &str, opening: &[(&str, i64)]) -> NewIsku {
    let opening_stock =
        opening.iter().map(|(at, quantity)| OpeningStock { location: Some(code(at)), quantity: *quantity }).collect();
    NewIsku { code: code(name), details: Details::default(), opening_stock }
}

fn receive(lines: &[(&str, &str, i64)]) -> Action {
    let line = |(isku, at, quantity): &(&str, &str, i64)| ReceiptLine {
        isku_code: code(isku),
        location: Some(code(at)),
        quantity: *quantity,
    };
    Action::Receive(Receipt { lines: lines.iter().map(line).collect(), document: None, note: None })
}

fn order_key(order_id: &str) -> OrderKey {
    OrderKey {
        channel: Channel::parse("shopee-my").unwrap(),
        seller_id: SellerId::parse("Shop@x.my").unwrap(),
        order_id: OrderId::parse(order_id).unwrap(),
    }
}

/// CSKU, units, components.
type Line<'a> = (&'a str, i64, &'a [(&'a str, i64)]);

fn reserve(order_id: &str, items: &[Line<'_>]) -> Action {
    reserve_at(order_id, items, &[])
}

fn reserve_at(order_id: &str, items: &[Line<'_>], locations: &[&str]) -> Action {
    let item = |(csku, quantity, parts): &Line<'_>| RequestedItem {
        csku: code(csku),
        mapping_revision: 1,
        quantity: *quantity,
        components: parts.iter().map(|(isku, q)| (code(isku), *q)).collect(),
    };
    Action::Reserve(Order {
        key: order_key(order_id),
        items: items.iter().map(item).collect(),
        locations: locations.iter().map(|name| code(name)).collect(),
    })
}

fn withdrawal(order_id: &str, items: &[(&str, i64)]) -> Withdrawal {
    Withdrawal {
        target: Target::Order(order_key(order_id)),
        items: items.iter().map(|(csku, units)| (code(csku), *units)).collect(),
        document: None,
        note: None,
    }
}

fn ship(order_id: &str, items: &[(&str, i64)]) -> Action {
    Action::Ship(withdrawal(order_id, items))
}

fn release(order_id: &str, items: &[(&str, i64)]) -> Action {
    Action::Release(withdrawal(order_id, items))
}

fn short(name: &str, requested: i64, available: i64) -> Error {
    Error::InsufficientStock { short: vec![Shortage { isku_code: code(name), requested, available }] }
}

/// Ten of `a` in front and five in the back, three of `b` in front, nothing but damaged `c`.
fn shop() -> WorkingSet {
    let mut facts = empty();
    let opening = [
        command("open-a", Action::Create(new_isku("a", &[("default", 10), ("back", 5)]))),
        command("open-b", Action::Create(new_isku("b", &[("default", 3)]))),
        command("open-c", Action::Create(new_isku("c", &[("damaged", 7)]))),
    ];
    let (results, _) = facts.apply(&opening);
    assert!(results.iter().all(Result::is_ok));
    facts
}

/// Applies actions one after another and compares what each leads to: the state of its reservation, or its refusal.
fn check(actions: &[(Action, Result<Option<State>, Error>)]) {
    let mut facts = shop();
    for (index, (action, expected)) in actions.iter().enumerate() {
        let before = facts.clone();
        let (results, changes) = facts.apply(&[command(&format!("r-{index}"), action.clone())]);
        let got = results[0].as_ref().map_err(Error::clone).map(|answered| match &answered.answer {
            Answer::Reserved { reservation, .. } | Answer::Shipped(reservation) | Answer::Released(reservation) => {
                Some(reservation.state())
            }
            Answer::Created(_) | Answer::Ensured(_) | Answer::Received(_) => None,
        });
        assert_eq!(got, *expected, "action {index}: {action:?}");
        if got.is_err() {
            assert_eq!(changes, Changes::default(), "a refused command leaves no trace");
            assert_eq!((facts.stock.clone(), facts.isku_count), (before.stock, before.isku_count));
        }
        prove(&facts);
    }
}

fn prove(facts: &WorkingSet) {
    let mut held: BTreeMap<StockKey, i64> = BTreeMap::new();
    for item in facts.reservations.values().flat_map(|reservation| &reservation.items) {
        assert_eq!(item.quantity, item.held() + item.shipped() + item.released());
        for (part, place) in item.components.iter().flat_map(|part| item.allocations.iter().map(move |at| (part, at))) {
            let key = StockKey { isku_id: part.isku_id, location_id: place.location_id };
            *held.entry(key).or_default() += place.held * part.quantity;
        }
    }
    for (key, row) in &facts.stock {
        assert!(0 <= row.reserved && row.reserved <= row.on_hand, "{key:?} {row:?}");
        assert_eq!(row.reserved, held.get(key).copied().unwrap_or(0), "{key:?}");
    }
}

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
        (release("1", &[]), Err(Error::ReservationShipped { reservation_id: Uuid::new_v5_like("r-0") })),
        (ship("1", &[]), Err(closed(State::Shipped))),
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
fn goods_come_in_for_known_iskus_and_locations_only() {
    check(&[
        (receive(&[("a", "back", 1), ("a", "back", 2)]), Ok(None)),
        (receive(&[("a", "back", 1), ("x", "back", 2)]), Err(Error::IskuNotFound { isku_code: code("x") })),
        (receive(&[("a", "nowhere", 1)]), Err(Error::LocationNotFound { location: "nowhere".into() })),
        (receive(&[("a", "back", i64::MAX)]), Err(Error::QuantityOverflow { isku_code: code("a") })),
        (Action::Create(new_isku("a", &[])), Err(Error::IskuExists { isku_code: code("a") })),
        (Action::Create(new_isku("d", &[("nowhere", 1)])), Err(Error::LocationNotFound { location: "nowhere".into() })),
        (reserve_at("1", &[("A", 8, &[("a", 1)])], &["back"]), Ok(Some(State::Held))),
    ]);
}

#[test]
fn a_repeated_request_gets_the_first_answer() {
    let mut facts = shop();
    let first = command("again", receive(&[("a", "back", 1)]));
    let other = command("again", receive(&[("a", "back", 2)]));

    let (results, changes) = facts.apply(&[first.clone(), first.clone(), other]);

    let (now, before) = (results[0].as_ref().unwrap(), results[1].as_ref().unwrap());
    assert_eq!((now.given, before.given), (Given::Now, Given::Before));
    assert_eq!(now.answer, before.answer);
    assert_eq!(results[2], Err(Error::RequestIdReused));
    assert_eq!(changes.movements.len(), 1);
}

#[test]
fn an_ensured_isku_is_created_once_and_never_restocked() {
    let mut facts = empty();
    let named = |name: &str| {
        let details = Details { product_name: Some(name.into()), ..Details::default() };
        NewIsku { details, ..new_isku("z", &[("default", 4)]) }
    };
    let commands = [
        command("1", Action::Ensure(named("Zip"))),
        command("2", Action::Ensure(named("Zip"))),
        command("3", Action::Ensure(named("Zap"))),
    ];

    let (results, changes) = facts.apply(&commands);

    let outcomes: Vec<_> = results
        .iter()
        .map(|result| match &result.as_ref().unwrap().answer {
            Answer::Ensured(ensured) => (ensured.outcome.clone(), ensured.stock[0].on_hand),
            other => panic!("{other:?}"),
        })
        .collect();
    let different = Outcome::ExistsDifferent(vec!["product_name".to_owned()]);
    assert_eq!(outcomes, [(Outcome::Created, 4), (Outcome::Exists, 4), (different, 4)]);
    assert_eq!((changes.iskus.len(), changes.movements.len()), (1, 1));
}

#[test]
fn what_several_commands_do_to_one_row_is_written_once() {
    let mut facts = shop();
    let commands = [
        command("1", reserve("1", &[("A", 12, &[("a", 1)])])),
        command("2", reserve("2", &[("A", 99, &[("a", 1)])])),
        command("3", ship("1", &[("A", 11)])),
    ];

    let (results, changes) = facts.apply(&commands);

    assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    let front = changes.stock[&StockKey { isku_id: IskuId(1), location_id: LocationId(1) }];
    assert_eq!(front.sequence_before, 1);
    assert_eq!(front.after, Quantities { on_hand: 0, reserved: 0, sequence: 3 });
    assert_eq!(changes.movements.iter().map(|movement| movement.sequence).collect::<Vec<_>>(), [2, 2, 3, 3]);
    assert!(matches!(changes.reservations.values().next(), Some((Write::Insert, made)) if made.state() == State::Held));
    let Ok(Answered { answer: Answer::Reserved { origin, .. }, .. }) = &results[0] else { panic!("{results:?}") };
    assert_eq!(*origin, Origin::New);
}
