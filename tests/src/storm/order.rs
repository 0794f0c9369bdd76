//! One order as its client knows it, and what an answer about it must look like.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use proto::{
    inventory::v1::{
        Component, ConfirmReservationRequest, CountStockRequest, ItemQuantity, Movement, ReleaseReservationRequest,
        Reservation, ReservationState, ReserveRequest, ShipReservationRequest, confirm_reservation_request,
        release_reservation_request, reserve_request::Expiration, ship_reservation_request,
    },
    r#type::v1::OrderKey,
};

use super::{
    ask::{Ask, Heard, Told},
    client::is_open,
    doors::Answered,
    entry::{Effect, Standing, held, key},
    tally::Tally,
};
use crate::dice::Dice;

/// What the database's clock and the client's may differ by between two moments.
const TOLERANCE: Duration = Duration::from_millis(50);

/// An order that holds units.
#[derive(Clone, Debug)]
pub(super) struct Order {
    reservation: Reservation,
    /// When its reservation is due at the earliest and at the latest, by the client's clock; never if `None`.
    due: Option<(Instant, Instant)>,
}

/// What an answer means.
#[derive(Debug, Default)]
pub(super) struct Learned {
    pub(super) effect: Effect,
    pub(super) standing: Option<Standing>,
    /// The order, if it still holds units.
    pub(super) order: Option<Order>,
}

impl Order {
    /// What its client does next.
    pub(super) fn next(&self, dice: &mut Dice, request_id: String) -> Ask {
        let order = self.reservation.order.clone();
        let expires = self.due.is_some();
        match dice.below(if self.is_past() { 3 } else { 6 }) {
            0 | 1 if expires || self.reservation.state() == ReservationState::Held => {
                let target = order.map(confirm_reservation_request::Target::Order);
                Ask::Confirm(ConfirmReservationRequest { request_id, target })
            }
            2..=4 => {
                let target = order.map(ship_reservation_request::Target::Order);
                // What is due after a part was shipped would look as if the rest had been released.
                let items = if expires { vec![] } else { self.part(dice) };
                Ask::Ship(ShipReservationRequest { request_id, target, items, document: "DO-1".to_owned() })
            }
            _ => {
                let target = order.map(release_reservation_request::Target::Order);
                let items = self.part(dice);
                Ask::Release(ReleaseReservationRequest { request_id, target, items, note: String::new() })
            }
        }
    }

    /// One unit of an item, or all.
    fn part(&self, dice: &mut Dice) -> Vec<ItemQuantity> {
        let held: Vec<_> = self.reservation.items.iter().filter(|item| item.held > 1).collect();
        match (dice.below(3), held.first()) {
            (0, Some(item)) => vec![ItemQuantity { csku: item.csku.clone(), quantity: 1 }],
            _ => vec![],
        }
    }

    /// Whether it is due for sure.
    pub(super) fn is_past(&self) -> bool {
        self.due.is_some_and(|(_, latest)| latest + TOLERANCE < Instant::now())
    }

    /// Whether it is due, or may be.
    pub(super) fn is_due(&self) -> bool {
        self.due.is_some_and(|(earliest, _)| earliest <= Instant::now())
    }

    /// Judges an answer by what was asked and what was known before, and tells what it means.
    pub(super) fn after(
        ask: &Ask,
        heard: &Heard,
        answered: &Answered,
        before: Option<&Self>,
        tally: &Tally,
    ) -> Learned {
        let wrong = |check, why: &str| tally.found(check, format!("{why}: {ask:?} of {before:?} was told {heard:?}"));
        if let Some(order) = before {
            order.judge_time(ask, heard, answered, tally);
        }
        let told = match &heard.told {
            Ok(told) => told,
            Err(refused) => {
                let expires = before.is_some_and(|order| order.due.is_some());
                let is_expected = match ask {
                    Ask::Reserve(_) | Ask::Batch(_) => refused.reason == "INSUFFICIENT_STOCK",
                    Ask::Confirm(_) | Ask::Ship(_) | Ask::Release(_) => {
                        expires && refused.reason == "RESERVATION_CLOSED"
                    }
                    Ask::Receive(_) => false,
                    Ask::Count(_) => refused.reason == "BELOW_RESERVED",
                };
                if !is_expected {
                    wrong("every refusal has its cause", "refused");
                }
                return Learned {
                    standing: before.map(|order| Standing::of(&order.reservation)),
                    ..Learned::default()
                };
            }
        };
        match (ask, told) {
            (Ask::Reserve(request), Told::Reservation(reservation)) => {
                if !is_what_was_ordered(request, reservation) {
                    wrong("an order gets what it asked for", "reserved something else");
                }
                let effect = held(reservation).into_iter().map(|(row, units)| (row, (0, units))).collect();
                learned(effect, reservation, due(request, answered))
            }
            (Ask::Confirm(_) | Ask::Ship(_) | Ask::Release(_), Told::Reservation(reservation)) => {
                let Some(order) = before else { return Learned::default() };
                let (was, is) = (held(&order.reservation), held(reservation));
                let gone = |row: &String| was[row] - is.get(row).copied().unwrap_or(0);
                let gone: BTreeMap<&String, i64> = was.keys().map(|row| (row, gone(row))).collect();
                let state = reservation.state();
                // Releasing what has expired answers its state, and is nothing that this request did.
                let by_expiry =
                    matches!(ask, Ask::Release(_)) && state == ReservationState::Expired && order.due.is_some();
                let is_right = match ask {
                    Ask::Confirm(_) => was == is && state == ReservationState::Confirmed,
                    Ask::Ship(request) => moved_as_asked(&request.items, &order.reservation, reservation, |item| {
                        (item.shipped, item.held)
                    }),
                    Ask::Release(request) => {
                        by_expiry
                            || moved_as_asked(&request.items, &order.reservation, reservation, |item| {
                                (item.released, item.held)
                            })
                    }
                    _ => false,
                };
                if !is_right {
                    wrong("an order changes as it was asked to", "changed otherwise");
                }
                let moved = |(row, units): (&String, i64)| match ask {
                    Ask::Ship(_) => (row.clone(), (-units, -units)),
                    _ => (row.clone(), (0, -units)),
                };
                let effect = match by_expiry {
                    true => Effect::new(),
                    false => gone.into_iter().filter(|(_, units)| *units != 0).map(moved).collect(),
                };
                let due = order.due.filter(|_| state == ReservationState::Held);
                if by_expiry {
                    // The ledger gives back what it held: until that is seen there, it stands as it was.
                    return Learned { standing: Some(Standing::of(&order.reservation)), ..Learned::default() };
                }
                learned(effect, reservation, due)
            }
            (Ask::Receive(request), Told::Movements(_)) => {
                let mut effect = Effect::new();
                for line in &request.lines {
                    effect.entry(key(&line.isku_code, &line.location)).or_default().0 += line.quantity;
                }
                Learned { effect, ..Learned::default() }
            }
            (Ask::Count(request), Told::Movements(movements)) => {
                if !is_what_was_counted(request, movements) {
                    wrong("a count is what was counted", "counted something else");
                }
                let effect = movements.iter().map(|row| (key(&row.isku_code, &row.location), (row.on_hand_delta, 0)));
                Learned { effect: effect.collect(), ..Learned::default() }
            }
            _ => {
                wrong("every answer is of its call's kind", "answered otherwise");
                Learned::default()
            }
        }
    }

    /// Expiry is judged by one clock: nothing is due before its time, and nothing that is due is confirmed or shipped.
    fn judge_time(&self, ask: &Ask, heard: &Heard, answered: &Answered, tally: &Tally) {
        let Some((earliest, latest)) = self.due.filter(|_| matches!(ask, Ask::Confirm(_) | Ask::Ship(_))) else {
            return;
        };
        tally.count(|counts| counts.timed += 1);
        let late = answered.began.saturating_duration_since(latest + TOLERANCE);
        if heard.told.is_ok() && !late.is_zero() {
            let what = format!("{ask:?} was begun {late:?} after it was due, and told {heard:?}");
            tally.found("what is due is not confirmed", what);
        }
        let early = earliest.saturating_duration_since(answered.ended + TOLERANCE);
        if heard.outcome() == "RESERVATION_CLOSED" && !early.is_zero() {
            tally.found("nothing is due before its time", format!("{early:?} too early, {ask:?} was told {heard:?}"));
        }
    }
}

fn learned(effect: Effect, reservation: &Reservation, due: Option<(Instant, Instant)>) -> Learned {
    let order = is_open(reservation.state()).then(|| Order { reservation: reservation.clone(), due });
    Learned { effect, standing: Some(Standing::of(reservation)), order }
}

/// When a reservation is due: counted from some moment between the question and the answer.
fn due(request: &ReserveRequest, answered: &Answered) -> Option<(Instant, Instant)> {
    let Some(Expiration::Ttl(ttl)) = &request.expiration else { return None };
    let ttl = Duration::from_secs(ttl.seconds.unsigned_abs());
    Some((answered.began + ttl, answered.ended + ttl))
}

fn is_what_was_ordered(request: &ReserveRequest, reservation: &Reservation) -> bool {
    let parts = |parts: &[Component]| {
        let parts = parts.iter().map(|part| (part.isku_code.clone(), part.quantity));
        parts.collect::<BTreeMap<String, i64>>()
    };
    let wanted = request.items.iter().map(|item| (&item.csku, item.quantity, parts(&item.components)));
    let whole = |reservation: &Reservation| {
        reservation.items.iter().all(|item| {
            let allocated: i64 = item.allocations.iter().map(|allocation| allocation.held).sum();
            item.held == item.quantity && allocated == item.held && item.short == 0
        })
    };
    let order = |key: &Option<OrderKey>| key.as_ref().map(|key| key.order_id.clone());
    order(&reservation.order) == order(&request.order)
        && reservation.state() == ReservationState::Held
        && reservation.items.iter().map(|item| (&item.csku, item.ordered, parts(&item.components))).eq(wanted)
        && whole(reservation)
}

/// Whether units went from `held` to where they were to go: those that were named, or all.
fn moved_as_asked(
    asked: &[ItemQuantity],
    before: &Reservation,
    after: &Reservation,
    counted: impl Fn(&proto::inventory::v1::ReservationItem) -> (i64, i64),
) -> bool {
    before.items.len() == after.items.len()
        && before.items.iter().zip(&after.items).all(|(was, is)| {
            let named = asked.iter().find(|item| item.csku == was.csku).map_or(0, |item| item.quantity);
            let units = if asked.is_empty() { was.held } else { named };
            let ((gone_before, held_before), (gone, held)) = (counted(was), counted(is));
            gone == gone_before + units && held == held_before - units
        })
}

fn is_what_was_counted(request: &CountStockRequest, movements: &[Movement]) -> bool {
    movements.iter().all(|row| {
        let line = request.lines.iter().find(|line| line.isku_code == row.isku_code);
        row.location == request.location && line.is_some_and(|line| line.counted == row.on_hand_after)
    })
}
