//! Reservations that are due, confirmed, or due later. Confirm and expire exclude each other: both are judged by one clock under one lock.

use uuid::Uuid;

use super::{
    Answer, Error,
    changes::Rewrite,
    command::{Expiry, Extension, Target},
    draft::{By, Draft, Effect, Step, Texts},
    movement::Kind,
    reservation::{Reservation, Standing, State},
    stock::WorkingSet,
};

/// Who gives back what is due.
const ACTOR: &str = "expiry";

/// Gives back what a due reservation holds; `None` if it is not due.
pub(super) fn expire(facts: &WorkingSet, reservation_id: Uuid) -> Option<Result<Effect, Error>> {
    let before = facts.reservations.get(&reservation_id).filter(|reservation| reservation.is_due(facts.now))?;
    let request_id = reservation_id.to_string();
    let mut draft = Draft::new(facts, By { actor: ACTOR, request_id: &request_id });
    Some(give_back(&mut draft, before).map(|()| draft.finish()))
}

fn give_back(draft: &mut Draft<'_>, before: &Reservation) -> Result<(), Error> {
    for item in &before.items {
        for allocation in item.allocations.iter().filter(|allocation| allocation.held > 0) {
            draft.step(&Step {
                reservation: before,
                item,
                location_id: allocation.location_id,
                units: allocation.held,
                kind: Kind::Expire,
                texts: Texts::default(),
            })?;
        }
    }
    draft.save(Rewrite::Update, before.clone().at(draft.facts.now));
    Ok(())
}

/// When a reservation is due that is made or extended now.
pub(super) fn due_time(draft: &Draft<'_>, expiry: Expiry) -> Result<Option<shared::time::Micros>, Error> {
    let now = draft.facts.now;
    match expiry {
        Expiry::Never => Ok(None),
        Expiry::After(micros) => Ok(Some(shared::time::Micros(now.0.saturating_add(micros)))),
        Expiry::At(time) if (1..=Expiry::AHEAD_MAX_US).contains(&time.0.saturating_sub(now.0)) => Ok(Some(time)),
        Expiry::At(_) => Err(Error::ExpiryOutOfRange),
    }
}

/// Lets a held reservation never be due; a confirmed one stays so.
pub(super) fn confirm(draft: &mut Draft<'_>, target: &Target) -> Result<Answer, Error> {
    let mut reservation = open(draft, target)?;
    reservation.standing = Standing::Confirmed;
    reservation.expire_time = None;
    Ok(Answer::Confirmed(draft.save(Rewrite::Update, reservation)))
}

/// Lets a held reservation be due later, never earlier; one that is never due stays so.
pub(super) fn extend(draft: &mut Draft<'_>, extension: &Extension) -> Result<Answer, Error> {
    let until = due_time(draft, extension.expiry)?;
    let mut reservation = open(draft, &extension.target)?;
    reservation.expire_time = match (reservation.expire_time, until) {
        (Some(due), Some(until)) => Some(due.max(until)),
        (None, _) | (_, None) => None,
    };
    Ok(Answer::Extended(draft.save(Rewrite::Update, reservation)))
}

/// The reservation that a command names, if it holds or awaits units.
pub(super) fn open(draft: &Draft<'_>, target: &Target) -> Result<Reservation, Error> {
    let reservation = draft.target(target)?;
    match reservation.state() {
        State::Held | State::Confirmed => Ok(reservation),
        state @ (State::Shipped | State::Released | State::Expired) => {
            Err(Error::ReservationClosed { reservation_id: reservation.reservation_id, state })
        }
    }
}
