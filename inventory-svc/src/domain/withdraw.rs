//! Held units are shipped or given back, in units of the listing.

use shared::code::Code;

use super::{
    Answer, Error,
    changes::Rewrite,
    command::Withdrawal,
    draft::{Draft, Step, Texts},
    expire::open,
    movement::Kind,
    reservation::{Item, Reservation, State},
};
use crate::planted::{self, Bug};

/// Takes held units off the shelf, from the location of the highest priority first.
pub(super) fn ship(draft: &mut Draft<'_>, withdrawal: &Withdrawal) -> Result<Answer, Error> {
    let reservation = draft.target(&withdrawal.target)?;
    let units = units(&reservation, withdrawal)?;
    let reservation = open(draft, &withdrawal.target)?;
    for (item, requested) in reservation.items.iter().zip(&units) {
        enough(item, *requested)?;
    }
    withdraw(draft, reservation, withdrawal, units, Kind::Ship).map(Answer::Shipped)
}

/// Gives held units back, from the location of the lowest priority first; what is released or expired already stays so.
pub(super) fn release(draft: &mut Draft<'_>, withdrawal: &Withdrawal) -> Result<Answer, Error> {
    let mut reservation = draft.target(&withdrawal.target)?;
    let Reservation { reservation_id, .. } = reservation;
    let mut units = units(&reservation, withdrawal)?;
    match reservation.state() {
        State::Released | State::Expired => return Ok(Answer::Released(reservation)),
        State::Shipped if !reservation.items.iter().any(|item| item.released() > 0) => {
            return Err(Error::ReservationShipped { reservation_id });
        }
        State::Held | State::Confirmed | State::Shipped => {}
    }
    for (item, requested) in reservation.items.iter().zip(&mut units).filter(|(_, requested)| **requested > 0) {
        if item.held() == 0 && *requested <= item.quantity {
            if item.shipped() > 0 {
                return Err(Error::ReservationShipped { reservation_id });
            }
            *requested = 0;
        }
        enough(item, *requested)?;
    }
    if withdrawal.items.is_empty() {
        // Nobody waits for the rest any more.
        reservation.items.iter_mut().for_each(|item| item.short = 0);
    }
    withdraw(draft, reservation, withdrawal, units, Kind::Release).map(Answer::Released)
}

/// Units of each item that are asked for: all that is held if none are named.
fn units(reservation: &Reservation, withdrawal: &Withdrawal) -> Result<Vec<i64>, Error> {
    match withdrawal.items.is_empty() {
        true => Ok(reservation.items.iter().map(Item::held).collect()),
        false => asked(reservation, &withdrawal.items),
    }
}

/// Units of each item of a reservation, from units per CSKU.
pub(super) fn asked(reservation: &Reservation, items: &[(Code, i64)]) -> Result<Vec<i64>, Error> {
    let has = |csku: &Code| reservation.items.iter().any(|item| item.csku == *csku);
    if let Some((csku, _)) = items.iter().find(|(csku, _)| !has(csku)) {
        return Err(Error::ItemNotFound { csku: csku.clone() });
    }
    let asked = |item: &Item| items.iter().find(|(csku, _)| *csku == item.csku).map_or(0, |(_, units)| *units);
    Ok(reservation.items.iter().map(asked).collect())
}

fn enough(item: &Item, requested: i64) -> Result<(), Error> {
    let held = item.held();
    if requested > held { Err(Error::MoreThanHeld { csku: item.csku.clone(), requested, held }) } else { Ok(()) }
}

fn withdraw(
    draft: &mut Draft<'_>,
    mut after: Reservation,
    withdrawal: &Withdrawal,
    units: Vec<i64>,
    kind: Kind,
) -> Result<Reservation, Error> {
    let before = after.clone();
    let texts = Texts { document: withdrawal.document.as_deref(), note: withdrawal.note.as_deref() };
    for ((own, item), mut left) in before.items.iter().zip(&mut after.items).zip(units) {
        let places = item.allocations.len();
        for place in 0..places {
            let place = if kind == Kind::Release { places - 1 - place } else { place };
            let Some(allocation) = item.allocations.get_mut(place) else { continue };
            let taken = left.min(allocation.held);
            if taken <= 0 {
                continue;
            }
            // Each at most the item's quantity: no sum here can overflow.
            left -= taken;
            allocation.held -= taken;
            if kind == Kind::Release {
                allocation.released += taken;
            } else {
                allocation.shipped += taken;
            }
            let location_id = allocation.location_id;
            let step = Step { reservation: &before, item: own, location_id, units: taken, kind, texts };
            draft.step(&step)?;
            if kind == Kind::Release && planted::has(Bug::ReleaseCountedTwice) {
                draft.step(&step)?;
            }
        }
    }
    Ok(draft.save(Rewrite::Update, after))
}
