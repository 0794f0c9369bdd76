//! Random commands against a small model and the real service: equal answers, equal quantities, after every step.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use proto::inventory::v1::{Reservation, ReservationState};
use tests::{Merchant, Oms, Refusal, both_engines, story::Level};
use tonic::Status;

both_engines!(the_service_answers_as_the_model_does);

const ISKUS: [&str; 3] = ["A", "B", "C"];
const LISTINGS: [(&str, &[(&str, i64)]); 3] =
    [("ONE", &[("A", 1)]), ("PAIR", &[("B", 2)]), ("KIT", &[("A", 1), ("B", 1), ("C", 2)])];
const STEPS: usize = 400;

#[derive(Clone, Debug)]
enum Command {
    Receive { isku: usize, quantity: i64 },
    Reserve { order: usize, lines: Vec<(usize, i64)> },
    Ship { order: usize, part: Option<(usize, i64)> },
    Release { order: usize, part: Option<(usize, i64)> },
}

fn command() -> impl Strategy<Value = Command> {
    let line = || (0..LISTINGS.len(), 1..6_i64);
    let order = || 0..40_usize;
    prop_oneof![
        2 => (0..ISKUS.len(), 1..15_i64).prop_map(|(isku, quantity)| Command::Receive { isku, quantity }),
        5 => (order(), vec(line(), 1..4)).prop_map(|(order, lines)| Command::Reserve { order, lines }),
        2 => (order(), prop::option::of(line())).prop_map(|(order, part)| Command::Ship { order, part }),
        2 => (order(), prop::option::of(line())).prop_map(|(order, part)| Command::Release { order, part }),
    ]
}

/// Units of one listing in an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Units {
    held: i64,
    shipped: i64,
    released: i64,
}

type Order = BTreeMap<usize, Units>;

#[derive(Debug, Default)]
struct Model {
    on_hand: [i64; 3],
    reserved: [i64; 3],
    orders: BTreeMap<usize, Order>,
}

/// The units of each listing, or the reason of a refusal.
type Answer = Result<Order, String>;

#[derive(Clone, Copy)]
enum Way {
    Ship,
    Release,
}

impl Model {
    fn apply(&mut self, command: &Command) -> Answer {
        match command {
            Command::Receive { isku, quantity } => {
                self.on_hand[*isku] += quantity;
                Ok(Order::new())
            }
            Command::Reserve { order, lines } => self.reserve(*order, lines),
            Command::Ship { order, part } => self.withdraw(*order, *part, Way::Ship),
            Command::Release { order, part } => self.withdraw(*order, *part, Way::Release),
        }
    }

    fn reserve(&mut self, order: usize, lines: &[(usize, i64)]) -> Answer {
        let mut wanted: BTreeMap<usize, i64> = BTreeMap::new();
        for (listing, quantity) in lines {
            *wanted.entry(*listing).or_default() += quantity;
        }
        if let Some(known) = self.orders.get(&order) {
            let before: BTreeMap<usize, i64> =
                known.iter().map(|(listing, units)| (*listing, units.held + units.shipped + units.released)).collect();
            return if before == wanted { Ok(known.clone()) } else { Err("ORDER_DIFFERS".to_owned()) };
        }
        let needed = wanted.iter().fold([0; 3], |sum, (listing, quantity)| add(sum, *listing, *quantity));
        if (0..3).any(|isku| self.on_hand[isku] - self.reserved[isku] < needed[isku]) {
            return Err("INSUFFICIENT_STOCK".to_owned());
        }
        (0..3).for_each(|isku| self.reserved[isku] += needed[isku]);
        let units = |(listing, held): (usize, i64)| (listing, Units { held, ..Units::default() });
        let made: Order = wanted.into_iter().map(units).collect();
        self.orders.insert(order, made.clone());
        Ok(made)
    }

    fn withdraw(&mut self, order: usize, part: Option<(usize, i64)>, way: Way) -> Answer {
        let Some(known) = self.orders.get_mut(&order) else { return Err("RESERVATION_NOT_FOUND".to_owned()) };
        if part.is_some_and(|(listing, _)| !known.contains_key(&listing)) {
            return Err("ITEM_NOT_FOUND".to_owned());
        }
        if known.values().all(|units| units.held == 0) {
            let shipped = known.values().any(|units| units.shipped > 0);
            let released = known.values().any(|units| units.released > 0);
            return match way {
                Way::Release if shipped && !released => Err("RESERVATION_SHIPPED".to_owned()),
                Way::Release => Ok(known.clone()),
                Way::Ship => Err("RESERVATION_CLOSED".to_owned()),
            };
        }
        let parts = match part {
            Some(part) => vec![part],
            None => known.iter().map(|(listing, units)| (*listing, units.held)).collect(),
        };
        if parts.iter().any(|(listing, quantity)| known[listing].held < *quantity) {
            return Err("MORE_THAN_HELD".to_owned());
        }
        let mut moved = [0; 3];
        for (listing, quantity) in parts {
            let units = known.get_mut(&listing).unwrap();
            units.held -= quantity;
            match way {
                Way::Ship => units.shipped += quantity,
                Way::Release => units.released += quantity,
            }
            moved = add(moved, listing, quantity);
        }
        let own = self.reserved.iter_mut().zip(&mut self.on_hand);
        for ((reserved, on_hand), moved) in own.zip(moved) {
            *reserved -= moved;
            if let Way::Ship = way {
                *on_hand -= moved;
            }
        }
        Ok(known.clone())
    }
}

fn add(mut sum: [i64; 3], listing: usize, quantity: i64) -> [i64; 3] {
    for (code, each) in LISTINGS[listing].1 {
        sum[ISKUS.iter().position(|isku| isku == code).unwrap()] += each * quantity;
    }
    sum
}

async fn ask(oms: &Merchant, command: &Command) -> Answer {
    let part = |part: &Option<(usize, i64)>| part.map(|(listing, quantity)| (LISTINGS[listing].0, quantity));
    let answer = match command {
        Command::Receive { isku, quantity } => {
            return oms.receive(&[(ISKUS[*isku], *quantity)]).await.map(|_| Order::new()).map_err(reason);
        }
        Command::Reserve { order, lines } => {
            let lines: Vec<_> =
                lines.iter().map(|(listing, q)| (LISTINGS[*listing].0, *q, LISTINGS[*listing].1)).collect();
            oms.reserve(&order.to_string(), &lines).await.map(|answer| answer.reservation.unwrap())
        }
        Command::Ship { order, part: some } => oms.ship(&order.to_string(), part(some).as_slice()).await,
        Command::Release { order, part: some } => oms.release(&order.to_string(), part(some).as_slice()).await,
    };
    answer.map(|reservation| units(&reservation)).map_err(reason)
}

fn reason(status: Status) -> String {
    Refusal::from(&status).reason
}

fn units(reservation: &Reservation) -> Order {
    let listing = |csku: &str| LISTINGS.iter().position(|(name, _)| *name == csku).unwrap();
    let items = &reservation.items;
    let held = items.iter().any(|item| item.held > 0);
    let shipped = items.iter().any(|item| item.shipped > 0);
    let state = match (held, shipped) {
        (true, _) => ReservationState::Held,
        (false, true) => ReservationState::Shipped,
        (false, false) => ReservationState::Released,
    };
    assert_eq!(reservation.state(), state, "{reservation:?}");
    let units = |item: &proto::inventory::v1::ReservationItem| {
        assert_eq!(item.quantity, item.held + item.shipped + item.released, "{item:?}");
        (listing(&item.csku), Units { held: item.held, shipped: item.shipped, released: item.released })
    };
    items.iter().map(units).collect()
}

async fn the_service_answers_as_the_model_does(oms: &Oms) {
    let commands = vec(command(), STEPS).new_tree(&mut TestRunner::deterministic()).unwrap().current();
    for code in ISKUS {
        oms.isku(code).await;
    }
    let mut model = Model::default();
    let mut refusals = BTreeMap::<String, usize>::new();

    for (step, command) in commands.iter().enumerate() {
        let expected = model.apply(command);

        let answer = ask(oms, command).await;

        assert_eq!(answer, expected, "step {step}: {command:?}");
        for (isku, code) in ISKUS.iter().enumerate() {
            let level = Level::of(model.on_hand[isku], model.reserved[isku]);
            assert_eq!(oms.level(code).await, level, "step {step}: {command:?}");
        }
        if let Err(reason) = answer {
            *refusals.entry(reason).or_default() += 1;
        }
    }
    oms.prove().await;
    let reached: Vec<&str> = refusals.keys().map(String::as_str).collect();
    let every = [
        "INSUFFICIENT_STOCK",
        "ITEM_NOT_FOUND",
        "MORE_THAN_HELD",
        "ORDER_DIFFERS",
        "RESERVATION_CLOSED",
        "RESERVATION_NOT_FOUND",
        "RESERVATION_SHIPPED",
    ];
    assert_eq!(reached, every, "the commands reach every refusal: {refusals:?}");
}
