//! Orders and reservations in requests.

use proto::{
    inventory::v1::{
        ItemQuantity, ReleaseReservationRequest, ReserveItem, ReserveRequest, ShipReservationRequest,
        get_reservation_request, release_reservation_request, ship_reservation_request,
    },
    r#type::v1 as wire,
};
use shared::{
    code::Code,
    refusal::{Fields, Refusal},
};

use super::{LISTING_UNITS_MAX, code, count, done, number, order, request_id, required, reservation_id, text};
use crate::{
    domain::{
        Action,
        command::{Order, Target, Withdrawal},
        reservation::{ItemsError, RequestedItem, sum_items},
    },
    inventory::Requested,
};

const ITEMS_MAX: usize = 500;
const COMPONENTS_MAX: usize = 100;
const COMPONENT_UNITS_MAX: i64 = 1_000_000;
const LOCATIONS_MAX: usize = 100;

/// Reserve.
pub(in crate::grpc) fn reserve(request: &ReserveRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let key = required(&mut fields, "order", request.order.as_ref()).and_then(|key| order(&mut fields, "order", key));
    count(&mut fields, "items", request.items.len(), 1, ITEMS_MAX);
    let mut items = Some(Vec::with_capacity(request.items.len()));
    for (n, wire) in request.items.iter().take(ITEMS_MAX).enumerate() {
        let read = item(&mut fields, &format!("items[{n}]"), wire);
        items = items.zip(read).map(|(mut items, item)| {
            items.push(item);
            items
        });
    }
    let items = items.and_then(|items| match sum_items(items) {
        Ok(items) => Some(items),
        Err(ItemsError::Differs(n)) => {
            fields.add(format!("items[{n}]"), "must have the revision and components of the other items of its csku");
            None
        }
        Err(ItemsError::Overflow(n)) => {
            fields.add(format!("items[{n}].quantity"), "must not leave the range of 64-bit whole units in sum");
            None
        }
    });
    count(&mut fields, "locations", request.locations.len(), 0, LOCATIONS_MAX);
    let named = request.locations.iter().take(LOCATIONS_MAX).enumerate();
    let locations = named.filter_map(|(n, text)| code(&mut fields, &format!("locations[{n}]"), text)).collect();
    let order = key.zip(items).map(|(key, items)| Order { key, items, locations });
    let requested =
        request_id.zip(order).map(|(request_id, order)| Requested { request_id, action: Action::Reserve(order) });
    done(fields, requested)
}

fn item(fields: &mut Fields, path: &str, wire: &ReserveItem) -> Option<RequestedItem> {
    let csku = code(fields, &format!("{path}.csku"), &wire.csku);
    let revision = number(fields, &format!("{path}.mapping_revision"), wire.mapping_revision, 0, i64::MAX);
    let quantity = number(fields, &format!("{path}.quantity"), wire.quantity, 1, LISTING_UNITS_MAX);
    count(fields, &format!("{path}.components"), wire.components.len(), 1, COMPONENTS_MAX);
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

named!(get_reservation_request::Target, ship_reservation_request::Target, release_reservation_request::Target);

/// Units per CSKU, summed.
fn items(fields: &mut Fields, items: &[ItemQuantity]) -> Vec<(Code, i64)> {
    count(fields, "items", items.len(), 0, ITEMS_MAX);
    let mut summed: Vec<(Code, i64)> = vec![];
    for (n, item) in items.iter().take(ITEMS_MAX).enumerate() {
        let csku = code(fields, &format!("items[{n}].csku"), &item.csku);
        let units = number(fields, &format!("items[{n}].quantity"), item.quantity, 1, LISTING_UNITS_MAX);
        let Some((csku, units)) = csku.zip(units) else { continue };
        match summed.iter_mut().find(|(own, _)| *own == csku) {
            // At most 500 items of 1,000,000,000 units.
            Some((_, sum)) => *sum = sum.saturating_add(units),
            None => summed.push((csku, units)),
        }
    }
    summed
}

/// ShipReservation.
pub(in crate::grpc) fn ship(request: &ShipReservationRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let target = target(&mut fields, request.target.as_ref().map(Named::from));
    let items = items(&mut fields, &request.items);
    let document = text(&mut fields, "document", &request.document, 128);
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
    let note = text(&mut fields, "note", &request.note, 512);
    let withdrawal = target.zip(note).map(|(target, note)| Withdrawal { target, items, document: None, note });
    let action = withdrawal.map(Action::Release);
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}
