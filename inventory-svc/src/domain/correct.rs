//! What is on the shelf is not what the ledger says: counts and adjustments.
//!
//! What would leave less on hand than is reserved is refused, or reservations give units back in the same command: the named ones first,
//! then the newest held ones. Units given back so are short: the order still wants them.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{
    Answer, Error,
    answer::Corrected,
    changes::Rewrite,
    command::{Adjustment, Count, Shortfall, ShortfallPolicy},
    draft::{Draft, Posting, Step, Texts},
    isku::Isku,
    location::Location,
    movement::{Kind, Reason},
    reservation::{Reservation, Standing},
    stock::{Holders, Stock, StockKey, WorkingSet},
};

/// Reservations that a refusal names, at most.
const NAMED_MAX: usize = 20;

/// Units on hand as they really are.
struct Found<'a> {
    isku: &'a Isku,
    location: &'a Location,
    on_hand: i64,
}

/// How found units are booked.
struct Booking<'a> {
    kind: Kind,
    reason: Option<Reason>,
    texts: Texts<'a>,
    shortfall: &'a Shortfall,
}

/// Changes units on hand by differences, all lines or none; lines of one ISKU and location are summed.
pub(super) fn adjust(draft: &mut Draft<'_>, adjustment: &Adjustment) -> Result<Answer, Error> {
    let mut found: BTreeMap<StockKey, Found<'_>> = BTreeMap::new();
    for line in &adjustment.lines {
        let isku = draft.active_isku(&line.isku_code)?;
        let location = draft.location(line.location.as_ref())?;
        let key = StockKey { isku_id: isku.isku_id, location_id: location.location_id };
        let on_hand = draft.quantities(key).on_hand;
        let sum = &mut found.entry(key).or_insert(Found { isku, location, on_hand }).on_hand;
        let overflow = || Error::QuantityOverflow { isku_code: isku.code.clone() };
        *sum = sum.checked_add(line.delta).ok_or_else(overflow)?;
    }
    let booking = Booking {
        kind: Kind::Adjust,
        reason: Some(adjustment.reason),
        texts: Texts { document: adjustment.document.as_deref(), note: adjustment.note.as_deref() },
        shortfall: &adjustment.shortfall,
    };
    book(draft, &booking, found)
}

/// Sets units on hand to what was counted, all lines or none; a line that names a sequence is refused if the stock has moved since.
pub(super) fn count(draft: &mut Draft<'_>, count: &Count) -> Result<Answer, Error> {
    let location = draft.location(count.location.as_ref())?;
    let mut found: BTreeMap<StockKey, Found<'_>> = BTreeMap::new();
    for line in &count.lines {
        let isku = draft.active_isku(&line.isku_code)?;
        let key = StockKey { isku_id: isku.isku_id, location_id: location.location_id };
        let sequence = draft.quantities(key).sequence;
        // A sequence that was read counts what was due; so does this one once all of it is given back.
        draft.lacking.due |= line.sequence.is_some() && !draft.facts.is_whole;
        if let Some(expected) = line.sequence.filter(|expected| *expected != sequence) {
            return Err(Error::SequenceMismatch { isku_code: isku.code.clone(), expected, found: sequence });
        }
        found.insert(key, Found { isku, location, on_hand: line.counted });
    }
    let booking = Booking {
        kind: Kind::Count,
        reason: None,
        texts: Texts { document: count.document.as_deref(), note: count.note.as_deref() },
        shortfall: &count.shortfall,
    };
    book(draft, &booking, found)
}

fn book(draft: &mut Draft<'_>, booking: &Booking<'_>, found: BTreeMap<StockKey, Found<'_>>) -> Result<Answer, Error> {
    let mut released: BTreeMap<Uuid, Reservation> = BTreeMap::new();
    let mut stock = vec![];
    for (key, found) in found {
        for reservation in make_room(draft, booking, key, &found)? {
            released.insert(reservation.reservation_id, reservation);
        }
        let on_hand_delta = found.on_hand - draft.quantities(key).on_hand;
        // The first count tells that there is none.
        let is_first = booking.kind == Kind::Count && draft.quantities(key).sequence == 0;
        if on_hand_delta != 0 || is_first {
            draft.post(Posting {
                isku: found.isku,
                location: found.location,
                kind: booking.kind,
                on_hand_delta,
                reserved_delta: 0,
                reservation: None,
                reason: booking.reason,
                texts: booking.texts,
            })?;
        }
        stock.extend(Stock::seen(found.isku, found.location, draft.quantities(key)));
    }
    let released = released.into_values().collect();
    Ok(Answer::Corrected(Corrected { movements: draft.movements().to_vec(), stock, released }))
}

/// Lets reservations give back what would not be there any more; refused if they may not, or if it is not enough.
fn make_room(
    draft: &mut Draft<'_>,
    booking: &Booking<'_>,
    key: StockKey,
    found: &Found<'_>,
) -> Result<Vec<Reservation>, Error> {
    let before = draft.quantities(key).reserved;
    if found.on_hand >= before {
        return Ok(vec![]);
    }
    draft.lacking.due |= !draft.facts.is_whole;
    let below_reserved = |newest: &[Uuid]| Error::BelowReserved {
        isku_code: found.isku.code.clone(),
        location: found.location.code.clone(),
        on_hand: found.on_hand,
        reserved: before,
        reservation_ids: newest.iter().take(NAMED_MAX).copied().collect(),
    };
    let Some(holders) = draft.facts.holders.get(&key) else {
        // Nobody holds what is not reserved.
        if before > 0 {
            draft.lacking.holders.insert(key);
        }
        return Err(below_reserved(&[]));
    };
    let newest = newest_first(draft.facts, key, holders);
    let named = booking.shortfall.reservation_ids.iter();
    let willing = newest.iter().filter(|_| booking.shortfall.policy == ShortfallPolicy::ReleaseNewest);
    let is_confirmed =
        |id: &&Uuid| draft.facts.reservations.get(*id).is_some_and(|held| held.standing == Standing::Confirmed);
    let candidates: Vec<&Uuid> = named.chain(willing.filter(|id| !is_confirmed(id))).collect();
    let mut released = vec![];
    for id in candidates {
        let missing = draft.quantities(key).reserved.saturating_sub(found.on_hand);
        if missing <= 0 {
            break;
        }
        let Some(before) = draft.reservation(id).cloned() else { continue };
        released.extend(give_back(draft, booking, key, before, missing)?);
    }
    if draft.quantities(key).reserved > found.on_hand {
        if !holders.is_whole {
            draft.lacking.holders.insert(key);
        }
        return Err(below_reserved(&newest));
    }
    Ok(released)
}

/// Who holds units of a row, the newest first: those that were read, and those that hold units since an earlier command of the batch.
fn newest_first(facts: &WorkingSet, key: StockKey, read: &Holders) -> Vec<Uuid> {
    // Whoever is older may come after somebody who was not read.
    let oldest = read.newest_first.last().filter(|_| !read.is_whole);
    let known = facts.reservations.iter().rev().filter(|(id, _)| oldest.is_none_or(|oldest| *id >= oldest));
    known.filter(|(_, reservation)| reservation.holds(key)).map(|(id, _)| *id).collect()
}

/// Gives units of a reservation at one place back until `missing` units of the ISKU are free; they stay wanted.
fn give_back(
    draft: &mut Draft<'_>,
    booking: &Booking<'_>,
    key: StockKey,
    before: Reservation,
    missing: i64,
) -> Result<Option<Reservation>, Error> {
    let mut after = before.clone();
    let mut missing = missing;
    for (own, item) in before.items.iter().zip(&mut after.items) {
        let Some(part) = own.components.iter().find(|part| part.isku_id == key.isku_id) else { continue };
        let Some(allocation) = item.allocations.iter_mut().find(|at| at.location_id == key.location_id) else {
            continue;
        };
        // Whole units of the listing: rounded up, at most what is held.
        let needed = missing.saturating_add(part.quantity - 1).checked_div(part.quantity).unwrap_or(0);
        let units = needed.min(allocation.held);
        if units <= 0 {
            continue;
        }
        allocation.held -= units;
        allocation.released += units;
        item.short += units;
        missing = missing.saturating_sub(units.saturating_mul(part.quantity));
        draft.step(&Step {
            reservation: &before,
            item: own,
            location_id: key.location_id,
            units,
            kind: Kind::Release,
            texts: booking.texts,
        })?;
    }
    Ok((after != before).then(|| draft.save(Rewrite::Update, after)))
}
