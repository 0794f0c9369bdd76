//! Held units are shipped or given back, in units of the listing.

use shared::code::Code;

use super::{
    Answer, Error,
    command::Withdrawal,
    draft::Draft,
    movement::Kind,
    reservation::{Item, Reservation, State},
    reserve::post,
};

/// Takes held units off the shelf, from the location of the highest priority first.
pub(super) fn ship(draft: &mut Draft<'_>, withdrawal: &Withdrawal) -> Result<Answer, Error> {
    let reservation = draft.target(&withdrawal.target)?;
    let Reservation { reservation_id, .. } = *reservation;
    let state = reservation.state();
    let units = units(reservation, withdrawal)?;
    if state != State::Held {
        return Err(Error::ReservationClosed { reservation_id, state });
    }
    for (item, requested) in reservation.items.iter().zip(&units) {
        enough(item, *requested)?;
    }
    withdraw(draft, reservation, withdrawal, units, Kind::Ship).map(Answer::Shipped)
}

/// Gives held units back, from the location of the lowest priority first; what is released already stays so.
pub(super) fn release(draft: &mut Draft<'_>, withdrawal: &Withdrawal) -> Result<Answer, Error> {
    let reservation = draft.target(&withdrawal.target)?;
    let Reservation { reservation_id, .. } = *reservation;
    let mut units = units(reservation, withdrawal)?;
    match reservation.state() {
        State::Released => return Ok(Answer::Released(reservation.clone())),
        State::Shipped => return Err(Error::ReservationShipped { reservation_id }),
        State::Held => {}
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
    withdraw(draft, reservation, withdrawal, units, Kind::Release).map(Answer::Released)
}

/// Units of each item that are asked for.
fn units(reservation: &Reservation, withdrawal: &Withdrawal) -> Result<Vec<i64>, Error> {
    if withdrawal.items.is_empty() {
        return Ok(reservation.items.iter().map(Item::held).collect());
    }
    let has = |csku: &Code| reservation.items.iter().any(|item| item.csku == *csku);
    if let Some((csku, _)) = withdrawal.items.iter().find(|(csku, _)| !has(csku)) {
        return Err(Error::ItemNotFound { csku: csku.clone() });
    }
    let asked =
        |item: &Item| withdrawal.items.iter().find(|(csku, _)| *csku == item.csku).map_or(0, |(_, units)| *units);
    Ok(reservation.items.iter().map(asked).collect())
}

fn enough(item: &Item, requested: i64) -> Result<(), Error> {
    let held = item.held();
    if requested > held { Err(Error::MoreThanHeld { csku: item.csku.clone(), requested, held }) } else { Ok(()) }
}

fn withdraw(
    draft: &mut Draft<'_>,
    before: &Reservation,
    withdrawal: &Withdrawal,
    units: Vec<i64>,
    kind: Kind,
) -> Result<Reservation, Error> {
    let mut after = before.clone();
    let texts = (withdrawal.document.as_deref(), withdrawal.note.as_deref());
    for (item, mut left) in after.items.iter_mut().zip(units) {
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
            let allocation = allocation.clone();
            post(draft, before, item, &allocation, taken, kind, texts)?;
        }
    }
    if after != *before {
        after.update_time = draft.facts.now;
        draft.reservation = Some(after.clone());
    }
    Ok(after)
}
