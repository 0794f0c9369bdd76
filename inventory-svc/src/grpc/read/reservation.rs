//! Orders and reservations in requests.

use std::collections::{BTreeSet, HashMap};

use proto::{
    inventory::v1::{
        AmendReservationRequest, ConfirmReservationRequest, ExtendReservationRequest, ItemQuantity,
        ReleaseReservationRequest, ReserveFill, ReserveItem, ReserveRequest, ShipReservationRequest,
        amend_reservation_request, confirm_reservation_request, extend_reservation_request, get_reservation_request,
        release_reservation_request, reserve_request, return_stock_request, ship_reservation_request,
    },
    r#type::v1 as wire,
};
use shared::{
    code::Code,
    refusal::{Fields, Refusal},
    time::Micros,
};

use super::{
    DOCUMENT_MAX, LISTING_UNITS_MAX, NOTE_MAX, code, count, done, number, order, request_id, required, reservation_id,
    text,
};
use crate::{
    domain::{
        Action,
        command::{Amendment, Expiry, Extension, Fill, Order, Target, Withdrawal},
        reservation::{ItemsError, RequestedItem, sum_items},
    },
    inventory::Requested,
};

/// Listings of one order.
const ITEMS_MAX: usize = 1_000;
/// Lines of one order, before those of one listing are summed.
const LINES_MAX: usize = 10_000;
const COMPONENTS_MAX: usize = 100;
const COMPONENT_UNITS_MAX: i64 = 1_000_000;
const LOCATIONS_MAX: usize = 100;

/// A longest time until a reservation is due: 366 days.
const TTL_MAX_S: i64 = 366 * 24 * 60 * 60;

/// Reserve.
pub(in crate::grpc) fn reserve(request: &ReserveRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let key = required(&mut fields, "order", request.order.as_ref()).and_then(|key| order(&mut fields, "order", key));
    let items = requested_items(&mut fields, &request.items, 1);
    let locations = locations(&mut fields, &request.locations);
    let fill = fill(&mut fields, request.fill);
    let expiry = match &request.expiration {
        None => Some(Expiry::Never),
        Some(reserve_request::Expiration::ExpireTime(time)) => expire_time(&mut fields, time),
        Some(reserve_request::Expiration::Ttl(ttl)) => self::ttl(&mut fields, ttl),
    };
    let order = key
        .zip(items)
        .zip(fill.zip(expiry))
        .map(|((key, items), (fill, expiry))| Action::Reserve(Order { key, items, locations, fill, expiry }));
    done(fields, request_id.zip(order).map(|(request_id, action)| Requested { request_id, action }))
}

/// One item for each CSKU; with `components_min` of 0 an item may leave its components out.
fn requested_items(fields: &mut Fields, wire: &[ReserveItem], components_min: usize) -> Option<Vec<RequestedItem>> {
    count(fields, "items", wire.len(), 1, LINES_MAX);
    let mut items = Some(Vec::with_capacity(wire.len()));
    for (n, wire) in wire.iter().take(LINES_MAX).enumerate() {
        let read = item(fields, &format!("items[{n}]"), wire, components_min);
        items = items.zip(read).map(|(mut items, item)| {
            items.push(item);
            items
        });
    }
    match sum_items(items?) {
        Ok(items) => {
            listings(fields, items.len());
            Some(items)
        }
        Err(ItemsError::Differs(n)) => {
            fields.add(format!("items[{n}]"), "must have the revision and components of the other items of its csku");
            None
        }
        Err(ItemsError::Overflow(n)) => {
            fields.add(format!("items[{n}].quantity"), "must not leave the range of 64-bit whole units in sum");
            None
        }
    }
}

/// Notes lines of too many listings.
fn listings(fields: &mut Fields, summed: usize) {
    if summed > ITEMS_MAX {
        fields.add("items", format!("must name at most {ITEMS_MAX} CSKUs"));
    }
}

fn locations(fields: &mut Fields, wire: &[String]) -> BTreeSet<Code> {
    count(fields, "locations", wire.len(), 0, LOCATIONS_MAX);
    let named = wire.iter().take(LOCATIONS_MAX).enumerate();
    named.filter_map(|(n, text)| code(fields, &format!("locations[{n}]"), text)).collect()
}

fn fill(fields: &mut Fields, value: i32) -> Option<Fill> {
    match ReserveFill::try_from(value) {
        Ok(ReserveFill::Unspecified | ReserveFill::AllOrNothing) => Some(Fill::AllOrNothing),
        Ok(ReserveFill::Partial) => Some(Fill::Partial),
        Err(_) => {
            fields.add("fill", "is not one of the ways to fill an order");
            None
        }
    }
}

fn expire_time(fields: &mut Fields, time: &prost_types::Timestamp) -> Option<Expiry> {
    let nanos = i64::from(time.nanos);
    let micros = time.seconds.checked_mul(1_000_000).and_then(|micros| micros.checked_add(nanos / 1_000));
    let micros = micros.filter(|micros| *micros > 0 && (0..1_000_000_000).contains(&nanos));
    fields.take("expire_time", micros.ok_or("must be a time in the future")).map(|micros| Expiry::At(Micros(micros)))
}

fn ttl(fields: &mut Fields, ttl: &prost_types::Duration) -> Option<Expiry> {
    let nanos = i64::from(ttl.nanos);
    let sound = (1..=TTL_MAX_S).contains(&ttl.seconds) && (0..1_000_000_000).contains(&nanos);
    let sound = sound && (ttl.seconds < TTL_MAX_S || nanos == 0);
    let micros = ttl.seconds.saturating_mul(1_000_000).saturating_add(nanos / 1_000);
    fields.take("ttl", sound.then_some(Expiry::After(micros)).ok_or("must be 1 second to 366 days"))
}

fn item(fields: &mut Fields, path: &str, wire: &ReserveItem, components_min: usize) -> Option<RequestedItem> {
    let csku = code(fields, &format!("{path}.csku"), &wire.csku);
    let revision = number(fields, &format!("{path}.mapping_revision"), wire.mapping_revision, 0, i64::MAX);
    let quantity = number(fields, &format!("{path}.quantity"), wire.quantity, 1, LISTING_UNITS_MAX);
    count(fields, &format!("{path}.components"), wire.components.len(), components_min, COMPONENTS_MAX);
    let mut components = vec![];
    for (n, part) in wire.components.iter().take(COMPONENTS_MAX).enumerate() {
        let isku = code(fields, &format!("{path}.components[{n}].isku_code"), &part.isku_code);
        let units = format!("{path}.components[{n}].quantity");
        let units = number(fields, &units, part.quantity, 1, COMPONENT_UNITS_MAX);
        components.extend(isku.zip(units));
    }
    Some(RequestedItem { csku: csku?, mapping_revision: revision?, quantity: quantity?, components })
}

/// Which reservation a request names.
pub(in crate::grpc) fn target(fields: &mut Fields, target: Option<Named<'_>>) -> Option<Target> {
    match target {
        Some(Named::Id(text)) => reservation_id(fields, "reservation_id", text).map(Target::Id),
        Some(Named::Order(key)) => order(fields, "order", key).map(Target::Order),
        None => {
            fields.add("target", "name the reservation by reservation_id or order");
            None
        }
    }
}

/// The `target` of any request.
#[derive(Clone, Copy)]
pub(in crate::grpc) enum Named<'a> {
    Id(&'a str),
    Order(&'a wire::OrderKey),
}

macro_rules! named {
    ($($target:path),*) => {
        $(impl<'a> From<&'a $target> for Named<'a> {
            fn from(target: &'a $target) -> Self {
                use $target as Target;
                match target {
                    Target::ReservationId(id) => Self::Id(id),
                    Target::Order(key) => Self::Order(key),
                }
            }
        })*
    };
}

named!(
    get_reservation_request::Target,
    confirm_reservation_request::Target,
    amend_reservation_request::Target,
    extend_reservation_request::Target,
    ship_reservation_request::Target,
    release_reservation_request::Target,
    return_stock_request::Target
);

/// Units per CSKU, summed.
pub(super) fn items(fields: &mut Fields, items: &[ItemQuantity]) -> Vec<(Code, i64)> {
    count(fields, "items", items.len(), 0, LINES_MAX);
    let mut summed: Vec<(Code, i64)> = vec![];
    let mut places: HashMap<Code, usize> = HashMap::new();
    for (n, item) in items.iter().take(LINES_MAX).enumerate() {
        let csku = code(fields, &format!("items[{n}].csku"), &item.csku);
        let units = number(fields, &format!("items[{n}].quantity"), item.quantity, 1, LISTING_UNITS_MAX);
        let Some((csku, units)) = csku.zip(units) else { continue };
        match places.get(&csku).and_then(|place| summed.get_mut(*place)) {
            // At most 10,000 lines of 1,000,000,000 units.
            Some((_, sum)) => *sum = sum.saturating_add(units),
            None => {
                places.insert(csku.clone(), summed.len());
                summed.push((csku, units));
            }
        }
    }
    listings(fields, summed.len());
    summed
}

/// ShipReservation.
pub(in crate::grpc) fn ship(request: &ShipReservationRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let target = target(&mut fields, request.target.as_ref().map(Named::from));
    let items = items(&mut fields, &request.items);
    let document = text(&mut fields, "document", &request.document, DOCUMENT_MAX);
    let withdrawal = target.zip(document).map(|(target, document)| Withdrawal { target, items, document, note: None });
    let action = withdrawal.map(Action::Ship);
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}

/// ReleaseReservation.
pub(in crate::grpc) fn release(request: &ReleaseReservationRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let target = target(&mut fields, request.target.as_ref().map(Named::from));
    let items = items(&mut fields, &request.items);
    let note = text(&mut fields, "note", &request.note, NOTE_MAX);
    let withdrawal = target.zip(note).map(|(target, note)| Withdrawal { target, items, document: None, note });
    let action = withdrawal.map(Action::Release);
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}

/// ConfirmReservation.
pub(in crate::grpc) fn confirm(request: &ConfirmReservationRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let action = target(&mut fields, request.target.as_ref().map(Named::from)).map(Action::Confirm);
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}

/// AmendReservation.
pub(in crate::grpc) fn amend(request: &AmendReservationRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let target = target(&mut fields, request.target.as_ref().map(Named::from));
    let items = requested_items(&mut fields, &request.items, 0);
    let locations = locations(&mut fields, &request.locations);
    let fill = fill(&mut fields, request.fill);
    let amendment = target.zip(items).zip(fill);
    let action = amendment.map(|((target, items), fill)| Action::Amend(Amendment { target, items, locations, fill }));
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}

/// ExtendReservation.
pub(in crate::grpc) fn extend(request: &ExtendReservationRequest) -> Result<Requested, Refusal> {
    use extend_reservation_request::Expiration;
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let target = target(&mut fields, request.target.as_ref().map(Named::from));
    let expiry = match required(&mut fields, "expiration", request.expiration.as_ref()) {
        Some(Expiration::ExpireTime(time)) => expire_time(&mut fields, time),
        Some(Expiration::Ttl(ttl)) => self::ttl(&mut fields, ttl),
        None => None,
    };
    let action = target.zip(expiry).map(|(target, expiry)| Action::Extend(Extension { target, expiry }));
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}
