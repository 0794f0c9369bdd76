//! An order is reserved: all of it or nothing, or on request what there is; once for ever.

use std::collections::{BTreeMap, BTreeSet};

use shared::code::Code;
use uuid::Uuid;

use super::{
    Answer, Error,
    allocate::{Need, Plan, allocate},
    answer::Origin,
    changes::Rewrite,
    command::{Fill, Order},
    draft::{Draft, Step, Texts},
    error::Shortage,
    expire::due_time,
    isku::{Isku, IskuId},
    location::{Location, LocationId, Selling},
    movement::Kind,
    reservation::{Allocation, Component, Item, OrderRef, RequestedItem, Reservation, Standing, State},
    stock::StockKey,
};

/// Holds what the order needs; an order that was reserved before gets its reservation as it is now, unless that has expired.
pub(super) fn reserve(draft: &mut Draft<'_>, order: &Order, new_id: Uuid) -> Result<Answer, Error> {
    let known = draft.facts.orders.get(&OrderRef::from(&order.key));
    let known = known.and_then(|id| draft.facts.reservations.get(id));
    if let Some(existing) = known {
        if !existing.is_for(&order.items) {
            return Err(Error::OrderDiffers { reservation_id: existing.reservation_id });
        }
        if existing.state() != State::Expired {
            return Ok(Answer::Reserved { reservation: existing.clone(), origin: Origin::Existing });
        }
    }

    let expire_time = due_time(draft, order.expiry)?;
    let components = order.items.iter().map(|item| components(draft, item)).collect::<Result<Vec<_>, _>>()?;
    let locations = locations(draft, &order.locations)?;
    let needs: Vec<Need> =
        order.items.iter().zip(&components).map(|(item, parts)| need(item.quantity, parts)).collect();
    let plan = plan(&needs, &components, &locations, |key| draft.quantities(key).available())?;
    if !plan.is_whole() {
        draft.lacking.due |= !draft.facts.is_whole;
        if order.fill == Fill::AllOrNothing {
            return Err(shortage(draft, &needs, &components, &plan, &locations));
        }
    }

    let reservation = Reservation {
        reservation_id: known.map_or(new_id, |expired| expired.reservation_id),
        order: order.key.clone(),
        items: items(order, components, plan, &locations, draft.location(None)?),
        standing: Standing::Held,
        expire_time,
        create_time: known.map_or(draft.facts.now, |expired| expired.create_time),
        update_time: draft.facts.now,
    };
    for item in &reservation.items {
        for allocation in item.allocations.iter().filter(|allocation| allocation.held > 0) {
            draft.step(&Step {
                reservation: &reservation,
                item,
                location_id: allocation.location_id,
                units: allocation.held,
                kind: Kind::Reserve,
                texts: Texts::default(),
            })?;
        }
    }
    let rewrite = if known.is_some() { Rewrite::Replace } else { Rewrite::Insert };
    let reservation = draft.save(rewrite, reservation);
    Ok(Answer::Reserved { reservation, origin: Origin::New })
}

/// What one unit of an item consists of; codes that name one ISKU are summed.
pub(super) fn components(draft: &Draft<'_>, item: &RequestedItem) -> Result<Vec<Component>, Error> {
    let mut parts: Vec<Component> = Vec::with_capacity(item.components.len());
    for (code, quantity) in &item.components {
        let isku = draft.active_isku(code)?;
        let overflow = || Error::QuantityOverflow { isku_code: isku.code.clone() };
        match parts.iter_mut().find(|part| part.isku_id == isku.isku_id) {
            Some(part) => part.quantity = part.quantity.checked_add(*quantity).ok_or_else(overflow)?,
            None => {
                parts.push(Component { isku_id: isku.isku_id, isku_code: isku.code.clone(), quantity: *quantity });
            }
        }
    }
    Ok(parts)
}

/// The sellable locations that an order may take from, by priority; all if none are named.
pub(super) fn locations<'a>(draft: &Draft<'a>, named: &BTreeSet<Code>) -> Result<Vec<&'a Location>, Error> {
    for code in named {
        draft.location(Some(code))?;
    }
    let chosen = |location: &&Location| named.is_empty() || named.contains(&location.code);
    let sellable = |location: &&Location| location.details.selling == Selling::Sellable;
    Ok(draft.facts.locations.iter().filter(chosen).filter(sellable).collect())
}

/// Units of a listing that consists of these components.
pub(super) fn need(quantity: i64, parts: &[Component]) -> Need {
    Need { quantity, components: parts.iter().map(|part| (part.isku_id, part.quantity)).collect() }
}

/// Where each need is served from, by what is available at each location.
pub(super) fn plan(
    needs: &[Need],
    components: &[Vec<Component>],
    locations: &[&Location],
    available: impl Fn(StockKey) -> i64,
) -> Result<Plan, Error> {
    let demand = demand(needs, components)?;
    let ids: Vec<LocationId> = locations.iter().map(|location| location.location_id).collect();
    Ok(allocate(needs, &demand, &ids, available))
}

/// Units of each ISKU that all needs take.
fn demand(needs: &[Need], components: &[Vec<Component>]) -> Result<BTreeMap<IskuId, i64>, Error> {
    let mut demand: BTreeMap<IskuId, i64> = BTreeMap::new();
    let parts = needs.iter().zip(components).flat_map(|(need, parts)| parts.iter().map(move |part| (need, part)));
    for (need, part) in parts {
        let sum = demand.entry(part.isku_id).or_insert(0);
        let units = need.quantity.checked_mul(part.quantity).and_then(|units| sum.checked_add(units));
        *sum = units.ok_or_else(|| Error::QuantityOverflow { isku_code: part.isku_code.clone() })?;
    }
    Ok(demand)
}

/// Names every ISKU of which there is less than the order needs, or less in whole kits.
fn shortage(
    draft: &Draft<'_>,
    needs: &[Need],
    components: &[Vec<Component>],
    plan: &Plan,
    locations: &[&Location],
) -> Error {
    let available = |isku_id: IskuId| {
        let at = |location: &&Location| {
            draft.quantities(StockKey { isku_id, location_id: location.location_id }).available()
        };
        locations.iter().map(at).fold(0, i64::saturating_add)
    };
    let demand = demand(needs, components).unwrap_or_default();
    let short = demand.iter().map(|(isku, requested)| (*isku, *requested, available(*isku)));
    let short: Vec<_> = short.filter(|(_, requested, available)| available < requested).collect();
    if !short.is_empty() {
        return named(draft, short);
    }
    // Enough of each ISKU, but not together at one location: what cannot be had in whole kits is not available.
    let mut missing: BTreeMap<IskuId, i64> = BTreeMap::new();
    for (need, left) in needs.iter().zip(&plan.short).filter(|(_, left)| **left > 0) {
        for (isku, per_unit) in &need.components {
            let sum = missing.entry(*isku).or_insert(0);
            *sum = sum.saturating_add(left.saturating_mul(*per_unit));
        }
    }
    let in_kits = |(isku, missing): (IskuId, i64)| {
        let requested = demand.get(&isku).copied().unwrap_or(0);
        (isku, requested, requested.saturating_sub(missing))
    };
    named(draft, missing.into_iter().map(in_kits).collect())
}

fn named(draft: &Draft<'_>, short: Vec<(IskuId, i64, i64)>) -> Error {
    let named = |(id, requested, available)| {
        let isku: Option<&Isku> = draft.facts.iskus.get(&id);
        isku.map(|isku| Shortage { isku_code: isku.code.clone(), requested, available })
    };
    Error::InsufficientStock { short: short.into_iter().filter_map(named).collect() }
}

fn items(
    order: &Order,
    components: Vec<Vec<Component>>,
    plan: Plan,
    locations: &[&Location],
    nowhere: &Location,
) -> Vec<Item> {
    let item = |((requested, components), (served, short)): ((&RequestedItem, _), (Vec<_>, i64))| Item {
        csku: requested.csku.clone(),
        mapping_revision: requested.mapping_revision,
        ordered: requested.quantity,
        // At most what was requested.
        quantity: requested.quantity - short,
        short,
        returned: 0,
        components,
        allocations: allocations(&served, locations, nowhere),
    };
    order.items.iter().zip(components).zip(plan.served.into_iter().zip(plan.short)).map(item).collect()
}

/// Allocations of what was served; where nothing was, one of nothing, which keeps what the item consists of.
pub(super) fn allocations(
    served: &[(LocationId, i64)],
    locations: &[&Location],
    nowhere: &Location,
) -> Vec<Allocation> {
    let found = |(id, held): &(LocationId, i64)| {
        let location = locations.iter().find(|location| location.location_id == *id)?;
        Some(allocation(location, *held))
    };
    let held: Vec<Allocation> = served.iter().filter_map(found).collect();
    if held.is_empty() { vec![allocation(locations.first().unwrap_or(&nowhere), 0)] } else { held }
}

/// Units of a listing that are held at a location.
pub(super) fn allocation(location: &Location, held: i64) -> Allocation {
    let Location { location_id, ref code, .. } = *location;
    Allocation { location_id, location: code.clone(), held, shipped: 0, released: 0 }
}
