//! The rules of stock as tables: commands, and the answer or refusal at the end of the line.

mod due;
mod goods;
mod orders;
mod random;

use shared::identity::{Channel, OrderId, OrderKey, SellerId};

use super::*;
use crate::domain::{
    answer::{Origin, Outcome},
    command::{Expiry, Fill, Order, Receipt, ReceiptLine, Target, Withdrawal},
    error::Shortage,
    isku::{Details, Lifecycle, NewIsku, OpeningStock},
    location::LocationDetails,
    reservation::{RequestedItem, State},
};

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

/// Locations `default` and `back` by priority, and `damaged`, which is not sold from.
fn empty() -> WorkingSet {
    let location = |id, name, selling| {
        let details = LocationDetails { display_name: None, selling, priority: id };
        Location { location_id: LocationId(id), code: code(name), details, revision: 1 }
    };
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
        is_whole: true,
        holders: BTreeMap::new(),
        alike: Alike::default(),
    }
}

fn command(request_id: &str, action: Action) -> Command {
    let hash = crate::storage::request::hash(&action).unwrap();
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
        fill: Fill::AllOrNothing,
        expiry: Expiry::Never,
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
    let Applied { results, .. } = facts.apply(&opening);
    assert!(results.iter().all(Result::is_ok));
    facts
}

/// Applies actions one after another and compares what each leads to: the state of its reservation, or its refusal.
fn check(actions: &[(Action, Result<Option<State>, Error>)]) {
    let mut facts = shop();
    for (index, (action, expected)) in actions.iter().enumerate() {
        let before = facts.clone();
        let Applied { results, changes, .. } = facts.apply(&[command(&format!("r-{index}"), action.clone())]);
        let got = results[0].as_ref().map_err(Error::clone).map(|answered| match &answered.answer {
            Answer::Reserved { reservation, .. }
            | Answer::Returned { reservation, .. }
            | Answer::Confirmed(reservation)
            | Answer::Amended(reservation)
            | Answer::Extended(reservation)
            | Answer::Shipped(reservation)
            | Answer::Released(reservation) => Some(reservation.state()),
            Answer::Created(_)
            | Answer::Ensured(_)
            | Answer::Changed(_)
            | Answer::Located(_)
            | Answer::Received(_)
            | Answer::Corrected(_)
            | Answer::Transferred(_) => None,
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
