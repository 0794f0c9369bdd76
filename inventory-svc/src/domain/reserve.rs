//! An order is reserved: all of it or nothing, once for ever.

use std::collections::BTreeMap;

use super::{
    Answer, Error,
    allocate::{Need, Plan, allocate},
    command::{Order, Origin},
    draft::{Draft, Posting},
    error::Shortage,
    isku::{Isku, IskuId},
    location::{Location, LocationId, Selling},
    movement::{Cause, Kind},
    reservation::{Allocation, Component, Item, OrderRef, RequestedItem, Reservation},
    stock::StockKey,
};

/// Holds what the order needs; an order that was reserved before gets its reservation as it is now.
pub(super) fn reserve(draft: &mut Draft<'_>, order: &Order) -> Result<Answer, Error> {
    let known = draft.facts.orders.get(&OrderRef::from(&order.key));
    if let Some(existing) = known.and_then(|id| draft.facts.reservations.get(id)) {
        if !existing.is_for(&order.items) {
            return Err(Error::OrderDiffers { reservation_id: existing.reservation_id });
        }
        return Ok(Answer::Reserved { reservation: existing.clone(), origin: Origin::Existing });
    }

    let components = order.items.iter().map(|item| components(draft, item)).collect::<Result<Vec<_>, _>>()?;
    let locations = locations(draft, order)?;
    let needs: Vec<Need> = order.items.iter().zip(&components).map(|(item, parts)| need(item, parts)).collect();
    let demand = demand(&needs, &components)?;
    let plan = plan(draft, &needs, &demand, &locations)?;

    let reservation = Reservation {
        reservation_id: draft.command.new_id,
        order: order.key.clone(),
        items: items(order, components, &plan, &locations),
        create_time: draft.facts.now,
        update_time: draft.facts.now,
    };
    hold(draft, &reservation)?;
    draft.reservation = Some(reservation.clone());
    Ok(Answer::Reserved { reservation, origin: Origin::New })
}

/// What one unit of an item consists of; codes that name one ISKU are summed.
fn components(draft: &Draft<'_>, item: &RequestedItem) -> Result<Vec<Component>, Error> {
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

/// The sellable locations that the order may take from, by priority.
fn locations<'a>(draft: &Draft<'a>, order: &Order) -> Result<Vec<&'a Location>, Error> {
    for code in &order.locations {
        draft.location(Some(code))?;
    }
    let named = |location: &&Location| order.locations.is_empty() || order.locations.contains(&location.code);
    let sellable = |location: &&Location| location.selling == Selling::Sellable;
    Ok(draft.facts.locations.iter().filter(named).filter(sellable).collect())
}

fn need(item: &RequestedItem, parts: &[Component]) -> Need {
    let components = parts.iter().map(|part| (part.isku_id, part.quantity)).collect();
    Need { quantity: item.quantity, components }
}

/// Units of each ISKU that the whole order needs.
fn demand(needs: &[Need], components: &[Vec<Component>]) -> Result<BTreeMap<IskuId, i64>, Error> {
    let mut demand: BTreeMap<IskuId, i64> = BTreeMap::new();
    for (need, part) in
        needs.iter().zip(components).flat_map(|(need, parts)| parts.iter().map(move |part| (need, part)))
    {
        let sum = demand.entry(part.isku_id).or_insert(0);
        let units = need.quantity.checked_mul(part.quantity).and_then(|units| sum.checked_add(units));
        *sum = units.ok_or_else(|| Error::QuantityOverflow { isku_code: part.isku_code.clone() })?;
    }
    Ok(demand)
}

fn plan(
    draft: &Draft<'_>,
    needs: &[Need],
    demand: &BTreeMap<IskuId, i64>,
    locations: &[&Location],
) -> Result<Vec<Vec<(LocationId, i64)>>, Error> {
    let ids: Vec<LocationId> = locations.iter().map(|location| location.location_id).collect();
    let available = |isku_id: IskuId| {
        let at =
            |location_id: &LocationId| draft.quantities(StockKey { isku_id, location_id: *location_id }).available();
        ids.iter().map(at).fold(0, i64::saturating_add)
    };
    let short = demand.iter().map(|(isku, requested)| (*isku, *requested, available(*isku)));
    let short: Vec<_> = short.filter(|(_, requested, available)| available < requested).collect();
    if !short.is_empty() {
        return Err(shortage(draft, short));
    }
    let lacking = match allocate(needs, demand, &ids, |key| draft.quantities(key)) {
        Plan::Served(served) => return Ok(served),
        Plan::Short(lacking) => lacking,
    };
    // Enough of each ISKU, but not together at one location: what cannot be had in whole kits is not available.
    let mut missing: BTreeMap<IskuId, i64> = BTreeMap::new();
    for (need, left) in needs.iter().zip(lacking).filter(|(_, left)| *left > 0) {
        for (isku, per_unit) in &need.components {
            let sum = missing.entry(*isku).or_insert(0);
            *sum = sum.saturating_add(left.saturating_mul(*per_unit));
        }
    }
    let in_kits = |(isku, missing): (IskuId, i64)| {
        let requested = demand.get(&isku).copied().unwrap_or(0);
        (isku, requested, requested.saturating_sub(missing))
    };
    Err(shortage(draft, missing.into_iter().map(in_kits).collect()))
}

fn shortage(draft: &Draft<'_>, short: Vec<(IskuId, i64, i64)>) -> Error {
    let named = |(id, requested, available)| {
        let isku: Option<&Isku> = draft.facts.iskus.get(&id);
        isku.map(|isku| Shortage { isku_code: isku.code.clone(), requested, available })
    };
    Error::InsufficientStock { short: short.into_iter().filter_map(named).collect() }
}

fn items(
    order: &Order,
    components: Vec<Vec<Component>>,
    plan: &[Vec<(LocationId, i64)>],
    locations: &[&Location],
) -> Vec<Item> {
    let allocation = |(id, held): &(LocationId, i64)| {
        let location = locations.iter().find(|location| location.location_id == *id)?;
        Some(Allocation { location_id: *id, location: location.code.clone(), held: *held, shipped: 0, released: 0 })
    };
    let item = |((requested, components), served): ((&RequestedItem, _), &Vec<_>)| Item {
        csku: requested.csku.clone(),
        mapping_revision: requested.mapping_revision,
        quantity: requested.quantity,
        components,
        allocations: served.iter().filter_map(allocation).collect(),
    };
    order.items.iter().zip(components).zip(plan).map(item).collect()
}

/// One movement for each item, location and component.
fn hold(draft: &mut Draft<'_>, reservation: &Reservation) -> Result<(), Error> {
    for item in &reservation.items {
        for allocation in &item.allocations {
            post(draft, reservation, item, allocation, allocation.held, Kind::Reserve, (None, None))?;
        }
    }
    Ok(())
}

/// Writes the movements of `units` of an item at one location; `texts` are document and note.
pub(super) fn post(
    draft: &mut Draft<'_>,
    reservation: &Reservation,
    item: &Item,
    allocation: &Allocation,
    units: i64,
    kind: Kind,
    texts: (Option<&str>, Option<&str>),
) -> Result<(), Error> {
    for part in &item.components {
        let lost = || Error::IskuNotFound { isku_code: part.isku_code.clone() };
        let isku = draft.facts.iskus.get(&part.isku_id).ok_or_else(lost)?;
        let away = || Error::LocationNotFound { location: allocation.location.as_str().to_owned() };
        let location = draft.location_of(allocation.location_id).ok_or_else(away)?;
        let overflow = || Error::QuantityOverflow { isku_code: isku.code.clone() };
        let units = units.checked_mul(part.quantity).ok_or_else(overflow)?;
        let (on_hand_delta, reserved_delta) = match kind {
            Kind::Reserve => (0, units),
            Kind::Release => (0, -units),
            Kind::Ship => (-units, -units),
            Kind::Opening | Kind::Receipt => (units, 0),
        };
        let cause = Cause {
            reservation_id: reservation.reservation_id,
            order: reservation.order.clone(),
            csku: item.csku.clone(),
        };
        draft.post(Posting {
            isku,
            location,
            kind,
            on_hand_delta,
            reserved_delta,
            reservation: Some(cause),
            document: texts.0,
            note: texts.1,
        })?;
    }
    Ok(())
}
