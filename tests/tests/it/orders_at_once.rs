//! Orders, shipments, counts and expiry at once: nobody waits in a circle, nothing is held in part unasked, and no unit is lost or made.

use std::collections::BTreeMap;

use futures::future::join_all;
use proto::inventory::v1::{
    CountStockRequest, Movement, ReceiveLine, ReceiveStockRequest, Reservation, ReservationState, ReserveFill,
    ReserveRequest, Shortfall, reserve_request::Expiration,
};
use tests::{
    Engine, Merchant, Oms, Refusal, on_both_engines, refused, request_id,
    story::{Level, Sold, count_sheet, order_key, reserve_request},
};
use tokio::join;
use tonic::Status;

on_both_engines!(
    whatever_happens_at_once_every_unit_is_accounted_for,
    a_confirm_and_an_expiry_at_once_exclude_each_other,
);

const CLIENTS: usize = 12;
const CALLS: usize = 40;
const ISKUS: [&str; 5] = ["A", "B", "C", "D", "E"];
const PLACES: [&str; 2] = ["default", "back"];
const OPENING: i64 = 30;
/// A single, a multipack, and kits that overlap and name their components in either order.
const LISTINGS: [(&str, &[(&str, i64)]); 5] = [
    ("ONE", &[("A", 1)]),
    ("PAIR", &[("B", 2)]),
    ("UP", &[("A", 1), ("B", 1), ("C", 2)]),
    ("DOWN", &[("C", 1), ("B", 1), ("A", 1)]),
    ("REST", &[("E", 1), ("D", 1)]),
];

/// What such calls may be refused for.
const REFUSALS: [&str; 9] = [
    "BELOW_RESERVED",
    "INSUFFICIENT_STOCK",
    "ITEM_NOT_FOUND",
    "LESS_THAN_SHIPPED",
    "MORE_THAN_HELD",
    "ORDER_DIFFERS",
    "RESERVATION_CLOSED",
    "RESERVATION_NOT_FOUND",
    "RESERVATION_SHIPPED",
];

fn replicas(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 1,
        Engine::Postgres => 2,
    }
}

/// Numbers that follow from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }

    fn units(&mut self, end: usize) -> i64 {
        1 + i64::try_from(self.below(end)).unwrap()
    }
}

/// What one client was answered.
#[derive(Default)]
struct Record {
    /// Units that came, or were missed, by receipts and counts.
    on_hand: BTreeMap<String, i64>,
    calls: BTreeMap<&'static str, usize>,
    refused: BTreeMap<String, usize>,
}

impl Record {
    fn moved(&mut self, movements: &[Movement]) {
        for row in movements {
            *self.on_hand.entry(row.isku_code.clone()).or_default() += row.on_hand_delta;
        }
    }

    fn heard<T>(&mut self, call: &'static str, answer: Result<T, Status>) -> Option<T> {
        let refusal = answer.as_ref().err().map(|status| (Refusal::from(status), status.clone()));
        if let Some((Refusal { reason, .. }, status)) = refusal {
            assert!(REFUSALS.contains(&reason.as_str()), "{call}: {status:?}");
            *self.refused.entry(reason).or_default() += 1;
        }
        *self.calls.entry(call).or_default() += usize::from(answer.is_ok());
        answer.ok()
    }
}

/// One client's calls, each at any replica, for any client's orders.
async fn trade(doors: Vec<Merchant>, seed: u64) -> Record {
    let (mut dice, mut record) = (Dice(seed), Record::default());
    for _ in 0..CALLS {
        let oms = &doors[dice.below(doors.len())];
        let order = dice.below(60).to_string();
        let mut sold = vec![];
        for (csku, parts) in LISTINGS {
            if dice.below(3) == 0 {
                sold.push((csku, dice.units(3), parts));
            }
        }
        if sold.is_empty() {
            sold.push(("ONE", 1, LISTINGS[0].1));
        }
        let part: Vec<(&str, i64)> = sold.iter().take(dice.below(2)).map(|(csku, _, _)| (*csku, 1)).collect();
        match dice.below(10) {
            0..=3 => {
                let partial = dice.below(3) == 0;
                let fill = if partial { ReserveFill::Partial } else { ReserveFill::AllOrNothing };
                let second = Expiration::Ttl(prost_types::Duration { seconds: 1, nanos: 0 });
                let expiration = (dice.below(2) == 0).then_some(second);
                let request = ReserveRequest { fill: fill.into(), expiration, ..reserve_request(&order, &sold) };
                let answer = record.heard("reserve", oms.hold(request).await);
                if let Some(made) = answer.filter(|made| !made.existing && !partial) {
                    assert_whole(&made.reservation.unwrap());
                }
            }
            4 => {
                if let Some(amended) = record.heard("amend", oms.amend(&order, &sold).await) {
                    assert_whole(&amended);
                }
            }
            5 => drop(record.heard("confirm", oms.confirm(&order).await)),
            6 => drop(record.heard("ship", oms.ship(&order, &part).await)),
            7 => drop(record.heard("release", oms.release(&order, &part).await)),
            8 => {
                let isku = ISKUS[dice.below(ISKUS.len())];
                let request = CountStockRequest {
                    location: PLACES[dice.below(PLACES.len())].to_owned(),
                    shortfall: Some(Shortfall { release_shortfall: dice.below(2) == 0, reservation_ids: vec![] }),
                    ..count_sheet(&[(isku, OPENING / 2 + dice.units(10))])
                };
                let answer = record.heard("count", oms.take_stock(request).await);
                record.moved(&answer.map(|answer| answer.movements).unwrap_or_default());
            }
            _ => {
                // Rows in either order.
                let mut iskus = ISKUS;
                iskus.rotate_left(dice.below(ISKUS.len()));
                let line = |isku: &str, quantity, place: &str| ReceiveLine {
                    isku_code: isku.to_owned(),
                    location: place.to_owned(),
                    quantity,
                };
                let place = PLACES[dice.below(PLACES.len())];
                let lines = iskus.iter().take(2).map(|isku| line(isku, dice.units(3), place)).collect();
                let request = ReceiveStockRequest { request_id: request_id(), lines, ..Default::default() };
                let answer = record.heard("receive", oms.book(request).await);
                record.moved(&answer.map(|answer| answer.movements).unwrap_or_default());
            }
        }
    }
    record
}

fn assert_whole(reservation: &Reservation) {
    for item in &reservation.items {
        let is_whole = item.short == 0 && item.held + item.shipped == item.ordered;
        assert!(is_whole, "nobody asked for a part: {reservation:?}");
    }
}

async fn whatever_happens_at_once_every_unit_is_accounted_for(engine: Engine) {
    let seed: u64 = if engine == Engine::Sqlite { 1 } else { 2 };
    println!("seed {seed}");
    let oms = Oms::start_with_stock(engine, "sweep_interval_ms = 50", replicas(engine)).await;
    oms.location("back", 5).await;
    for code in ISKUS {
        oms.isku(code).on_hand(OPENING).at("back", OPENING).await;
    }
    let url = oms.site().inventory_database().to_owned();

    let clients = (0..CLIENTS as u64).map(|client| {
        let doors = (0..replicas(engine)).map(|number| oms.at_replica(number)).collect();
        tokio::spawn(trade(doors, seed.wrapping_mul(1_000).wrapping_add(client)))
    });
    let records: Vec<Record> = join_all(clients).await.into_iter().map(Result::unwrap).collect();

    let mut sent: BTreeMap<&str, i64> = BTreeMap::new();
    for order in 0..60 {
        let Ok(reservation) = oms.reservation(&order.to_string()).await else { continue };
        assert_eq!(reservation.order, Some(order_key(&order.to_string())));
        for item in &reservation.items {
            let (_, parts) = LISTINGS.into_iter().find(|(csku, _)| *csku == item.csku).unwrap();
            parts.iter().for_each(|(isku, each)| *sent.entry(isku).or_default() += item.shipped * each);
        }
    }
    for code in ISKUS {
        let come: i64 = records.iter().filter_map(|record| record.on_hand.get(code)).sum();
        let left = 2 * OPENING + come - sent.get(code).copied().unwrap_or(0);
        assert_eq!(oms.level(code).await.on_hand, left, "units of {code}, seed {seed}");
    }
    for call in ["reserve", "amend", "confirm", "ship", "release", "count", "receive"] {
        let answered: usize = records.iter().filter_map(|record| record.calls.get(call)).sum();
        assert!(answered >= 3, "only {answered} of {call} were answered, seed {seed}");
    }
    oms.finish().await;
    if engine == Engine::Postgres {
        assert_eq!(Oms::deadlocks(&url).await, 0, "seed {seed}");
    }
}

/// The last units are held until now: whoever confirms them has them, or whoever asks for them next, never both.
async fn a_confirm_and_an_expiry_at_once_exclude_each_other(engine: Engine) {
    let oms = Oms::with_replicas(engine, replicas(engine)).await;
    let url = oms.site().inventory_database().to_owned();
    let hour = std::time::Duration::from_secs(3_600);
    let mut confirmed = 0;

    for round in 0..45 {
        let (isku, first, other) = (format!("A-{round}"), format!("first-{round}"), format!("other-{round}"));
        oms.isku(&isku).on_hand(2).await;
        let lines: [Sold<'_>; 1] = [("TEE", 2, &[(isku.as_str(), 1)])];
        let expiration = Some(Expiration::Ttl(prost_types::Duration { seconds: 3_600, nanos: 0 }));
        oms.hold(ReserveRequest { expiration, ..reserve_request(&first, &lines) }).await.unwrap();
        let (here, there) = (oms.at_replica(0), oms.at_replica(replicas(engine) - 1));

        // Time passes before, after or while they race.
        if round % 3 == 0 {
            oms.let_time_pass(hour).await;
        }
        let passing = async {
            if round % 3 == 1 {
                oms.let_time_pass(hour).await;
            }
        };
        let (confirm, reserve, ()) = join!(here.confirm(&first), there.reserve(&other, &lines), passing);
        if round % 3 == 2 {
            oms.let_time_pass(hour).await;
        }

        assert!(!(confirm.is_ok() && reserve.is_ok()), "round {round}: both have them");
        let again = there.reserve(&other, &lines).await;
        match confirm {
            Ok(reservation) => {
                assert_eq!(reservation.state(), ReservationState::Confirmed);
                assert_eq!(refused(again).reason, "INSUFFICIENT_STOCK", "round {round}");
                assert_ne!(round % 3, 0, "what was due is not confirmed");
                confirmed += 1;
            }
            Err(status) => {
                assert_eq!(Refusal::from(&status).metadata["state"], "EXPIRED", "round {round}");
                assert_eq!(again.unwrap().existing, reserve.is_ok(), "round {round}");
                assert_ne!(round % 3, 2, "what is not due is confirmed");
            }
        }
        assert_eq!(oms.level(&isku).await, Level::of(2, 2), "round {round}");
    }
    assert!((15..=30).contains(&confirmed), "confirmed {confirmed}");
    oms.finish().await;
    if engine == Engine::Postgres {
        assert_eq!(Oms::deadlocks(&url).await, 0);
    }
}
