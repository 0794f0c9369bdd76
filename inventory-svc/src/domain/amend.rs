//! What a reservation holds is changed to what the order wants now; its own hold counts as available.
//!
//! First only the difference is planned, so that what is held stays where it is; if that falls short, everything is planned anew.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Answer, Error,
    allocate::{Need, Plan},
    changes::Rewrite,
    command::{Amendment, Fill},
    draft::{Draft, Step, Texts},
    error::Shortage,
    location::{Location, LocationId},
    movement::Kind,
    reservation::{Item, Reservation, Standing, State},
    reserve::{allocation, components, locations, need, plan},
    stock::StockKey,
};

/// Lets a reservation hold what its items want; shipped units stay shipped, and an item keeps the revision it was made with.
pub(super) fn amend(draft: &mut Draft<'_>, amendment: &Amendment) -> Result<Answer, Error> {
    let before = draft.target(&amendment.target)?;
    if let state @ (State::Released | State::Expired) = before.state() {
        return Err(Error::ReservationClosed { reservation_id: before.reservation_id, state });
    }
    let wanted = wanted(draft, &before, amendment)?;
    let locations = locations(draft, &amendment.locations)?;
    let held = hold(draft, &wanted, &locations)?;
    if held.iter().zip(&wanted).any(|(at, item)| at.values().sum::<i64>() < to_hold(item)) {
        draft.lacking.due |= !draft.facts.is_whole;
        if amendment.fill == Fill::AllOrNothing {
            return Err(shortage(draft, &wanted, &held));
        }
    }
    let was_shipped = before.state() == State::Shipped;
    let mut after = Reservation { items: wanted, ..before };
    if was_shipped {
        // It was sold: what it holds anew is for good, unless it was never confirmed and its time is still to come.
        after.expire_time = after.expire_time.filter(|due| *due > draft.facts.now);
        if after.expire_time.is_none() {
            after.standing = Standing::Confirmed;
        }
    }
    let after = rehold(draft, after, &held)?;
    Ok(Answer::Amended(draft.save(Rewrite::Replace, after)))
}

/// The items of the reservation with what the order wants of each, and new ones behind them; nothing is moved yet.
fn wanted(draft: &Draft<'_>, before: &Reservation, amendment: &Amendment) -> Result<Vec<Item>, Error> {
    let mut items = before.items.clone();
    for item in &mut items {
        let asked = amendment.items.iter().find(|asked| asked.csku == item.csku);
        item.ordered = asked.map_or(0, |asked| asked.quantity);
        let (ordered, shipped) = (item.ordered, item.shipped());
        if ordered < shipped {
            return Err(Error::LessThanShipped { csku: item.csku.clone(), ordered, shipped });
        }
    }
    let known: BTreeSet<_> = before.items.iter().map(|item| &item.csku).collect();
    for new in amendment.items.iter().filter(|asked| !known.contains(&asked.csku)) {
        if new.components.is_empty() {
            return Err(Error::ItemNotFound { csku: new.csku.clone() });
        }
        items.push(Item {
            csku: new.csku.clone(),
            mapping_revision: new.mapping_revision,
            ordered: new.quantity,
            quantity: 0,
            short: 0,
            returned: 0,
            components: components(draft, new)?,
            allocations: vec![],
        });
    }
    Ok(items)
}

/// Units that an item should hold: what is wanted and not shipped.
fn to_hold(item: &Item) -> i64 {
    item.ordered - item.shipped()
}

/// Where each item will hold how much.
type Held = Vec<BTreeMap<LocationId, i64>>;

fn hold(draft: &Draft<'_>, wanted: &[Item], locations: &[&Location]) -> Result<Held, Error> {
    let kept: Held = wanted.iter().map(kept).collect();
    let (added, is_whole) = top_up(draft, wanted, &kept, locations)?;
    if is_whole {
        return Ok(added);
    }
    let nothing = vec![BTreeMap::new(); wanted.len()];
    let (anew, _) = top_up(draft, wanted, &nothing, locations)?;
    let units = |held: &Held| held.iter().flat_map(BTreeMap::values).sum::<i64>();
    Ok(if units(&anew) > units(&added) { anew } else { added })
}

/// What an item holds now, less what is not wanted any more: given back from the location of the lowest priority first.
fn kept(item: &Item) -> BTreeMap<LocationId, i64> {
    let mut left = to_hold(item);
    let mut kept = BTreeMap::new();
    for allocation in item.allocations.iter().filter(|allocation| allocation.held > 0) {
        let held = allocation.held.min(left);
        left -= held;
        kept.insert(allocation.location_id, held);
    }
    kept
}

/// Adds to what is kept what each item still needs, from what is available and what the reservation holds beside it.
fn top_up(draft: &Draft<'_>, wanted: &[Item], kept: &Held, locations: &[&Location]) -> Result<(Held, bool), Error> {
    let mut own: BTreeMap<StockKey, i64> = BTreeMap::new();
    for (item, kept) in wanted.iter().zip(kept) {
        for (part, place) in item.components.iter().flat_map(|part| item.allocations.iter().map(move |at| (part, at))) {
            let key = StockKey { isku_id: part.isku_id, location_id: place.location_id };
            let freed = place.held - kept.get(&place.location_id).copied().unwrap_or(0);
            let sum = own.entry(key).or_insert(0);
            *sum = sum.saturating_add(freed.saturating_mul(part.quantity));
        }
    }
    let missing = |(item, kept): (&Item, &BTreeMap<_, i64>)| to_hold(item) - kept.values().sum::<i64>();
    let needs: Vec<Need> = wanted.iter().zip(kept).map(|pair| need(missing(pair), &pair.0.components)).collect();
    let components: Vec<_> = wanted.iter().map(|item| item.components.clone()).collect();
    let stock: BTreeMap<StockKey, i64> = wanted
        .iter()
        .flat_map(|item| &item.components)
        .flat_map(|part| locations.iter().map(|at| StockKey { isku_id: part.isku_id, location_id: at.location_id }))
        .map(|key| (key, draft.quantities(key).available().saturating_add(own.get(&key).copied().unwrap_or(0))))
        .collect();
    let plan: Plan = plan(&needs, &components, locations, |key| stock.get(&key).copied().unwrap_or(0))?;
    let mut held = kept.clone();
    for (at, served) in held.iter_mut().zip(&plan.served) {
        for (location_id, units) in served.iter().filter(|(_, units)| *units > 0) {
            *at.entry(*location_id).or_insert(0) += units;
        }
    }
    Ok((held, plan.is_whole()))
}

/// Moves each item from what it holds to what it is to hold: first all that is given back, then all that is taken.
fn rehold(draft: &mut Draft<'_>, mut after: Reservation, held: &Held) -> Result<Reservation, Error> {
    let before = after.clone();
    for (item, held) in after.items.iter_mut().zip(held) {
        for location_id in held.keys() {
            if !item.allocations.iter().any(|allocation| allocation.location_id == *location_id) {
                item.allocations.push(allocation(draft.location_of(*location_id)?, 0));
            }
        }
        if item.allocations.is_empty() {
            item.allocations.push(allocation(draft.location(None)?, 0));
        }
        let order = |id: LocationId| draft.facts.locations.iter().position(|location| location.location_id == id);
        item.allocations.sort_by_key(|allocation| order(allocation.location_id));
    }
    for kind in [Kind::Release, Kind::Reserve] {
        for (place, held) in held.iter().enumerate() {
            let Some(item) = after.items.get_mut(place) else { continue };
            let (own, mut allocations) = (item.clone(), std::mem::take(&mut item.allocations));
            for allocation in &mut allocations {
                let target = held.get(&allocation.location_id).copied().unwrap_or(0);
                let units = if kind == Kind::Release { allocation.held - target } else { target - allocation.held };
                if units <= 0 {
                    continue;
                }
                allocation.held = target;
                if kind == Kind::Release {
                    allocation.released += units;
                }
                let (item, location_id) = (&own, allocation.location_id);
                draft.step(&Step { reservation: &before, item, location_id, units, kind, texts: Texts::default() })?;
            }
            item.allocations = allocations;
        }
    }
    for item in &mut after.items {
        item.quantity = item.held() + item.shipped() + item.released();
        item.short = to_hold(item) - item.held();
    }
    Ok(after)
}

/// Names what the items lack: requested and what can be had of it, in units of each ISKU.
fn shortage(draft: &Draft<'_>, wanted: &[Item], held: &Held) -> Error {
    let mut short: BTreeMap<_, Shortage> = BTreeMap::new();
    for (item, held) in wanted.iter().zip(held) {
        let (requested, available) = (to_hold(item), held.values().sum::<i64>());
        for part in &item.components {
            let entry = short.entry(part.isku_id).or_insert_with(|| Shortage {
                isku_code: draft
                    .facts
                    .iskus
                    .get(&part.isku_id)
                    .map_or(part.isku_code.clone(), |isku| isku.code.clone()),
                requested: 0,
                available: 0,
            });
            entry.requested = entry.requested.saturating_add(requested.saturating_mul(part.quantity));
            entry.available = entry.available.saturating_add(available.saturating_mul(part.quantity));
        }
    }
    short.retain(|_, one| one.available < one.requested);
    Error::InsufficientStock { short: short.into_values().collect() }
}
