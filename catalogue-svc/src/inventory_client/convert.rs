//! The catalogue's words from and to those of inventory-svc's API.

use proto::{
    inventory::v1::{
        self as api, ReservationState, ensured_isku::Outcome, isku_candidate::Reason, resolved_isku::Status,
    },
    r#type::v1 as types,
};
use shared::{
    code::Code,
    identity::{OrderId, OrderKey},
    measure::Dimensions,
    time::Micros,
};
use uuid::Uuid;

use super::{EnsureItem, Ensured, Failure};
use crate::domain::{
    account::OnSameGoods,
    isku::{Candidate, Counting, IsArchived, Isku, Likeness, Resolved, Sellable, Stock},
    mapping::Named,
    open_reservation::OpenReservation,
    order::{AllocatedLine, Fill, Order, OrderState, ReserveItem},
};

fn unexpected(what: &str) -> Failure {
    Failure::Unexpected(format!("inventory-svc answered {what}"))
}

fn text(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn code(text: &str) -> Result<Code, Failure> {
    Code::parse(text).map_err(|_| unexpected("an illegal code"))
}

fn isku(isku: Option<api::Isku>, stock: Vec<api::Stock>, counting: Counting) -> Result<Isku, Failure> {
    let isku = isku.ok_or_else(|| unexpected("no ISKU"))?;
    let sides = isku.dimensions.and_then(|d| Dimensions::parse(d.length_mm, d.width_mm, d.height_mm).ok());
    Ok(Isku {
        id: isku.isku_id,
        code: code(&isku.code)?,
        product_name: text(isku.product_name),
        barcode: text(isku.barcode),
        dimensions: sides,
        weight_g: isku.weight_g,
        stock: stock.into_iter().map(self::stock).collect(),
        counting,
    })
}

fn stock(stock: api::Stock) -> Stock {
    Stock {
        location: stock.location,
        sellable: if stock.sellable { Sellable::Yes } else { Sellable::No },
        on_hand: stock.on_hand,
        reserved: stock.reserved,
        available: stock.available,
    }
}

fn counting(uncounted: bool) -> Counting {
    if uncounted { Counting::Uncounted } else { Counting::Counted }
}

fn candidate(candidate: api::IskuCandidate) -> Result<Candidate, Failure> {
    let likeness = |reason| match reason {
        Reason::NearCode => Some(Likeness::NearCode),
        Reason::SameBarcode => Some(Likeness::SameBarcode),
        Reason::Unspecified => None,
    };
    Ok(Candidate {
        isku_code: code(&candidate.code)?,
        likenesses: candidate.reasons().filter_map(likeness).collect(),
        archived: if candidate.archived { IsArchived::Yes } else { IsArchived::No },
        product_name: text(candidate.product_name),
    })
}

pub(super) fn resolved(result: api::ResolvedIsku) -> Result<Resolved, Failure> {
    let counting = counting(result.uncounted);
    match result.status() {
        Status::Found | Status::ByAlias => isku(result.isku, result.stock, counting).map(Resolved::Found),
        Status::Archived => isku(result.isku, result.stock, counting).map(Resolved::Archived),
        Status::NotFound | Status::Invalid => {
            Ok(Resolved::NotFound(result.near_codes.iter().filter_map(|code| Code::parse(code).ok()).collect()))
        }
        Status::Unspecified => Err(unexpected("a code without a status")),
    }
}

pub(super) fn ensure_item(item: &EnsureItem) -> api::EnsureIskuItem {
    let dimensions = item.dimensions.map(|d| types::Dimensions {
        length_mm: d.length_mm,
        width_mm: d.width_mm,
        height_mm: d.height_mm,
    });
    let cost_price = item.cost_price.as_ref().map(|money| types::Money {
        currency_code: money.currency().to_owned(),
        units: money.units(),
        nanos: money.nanos(),
    });
    let opening =
        |(location, quantity): &(String, i64)| api::OpeningStock { location: location.clone(), quantity: *quantity };
    api::EnsureIskuItem {
        request_id: item.request_id.as_str().to_owned(),
        code: item.code.as_str().to_owned(),
        product_name: item.product_name.clone().unwrap_or_default(),
        dimensions,
        weight_g: item.weight_g,
        cost_price,
        barcode: item.barcode.clone().unwrap_or_default(),
        opening_stock: item.opening_stock.iter().map(opening).collect(),
        create_anyway: item.on_same_goods == OnSameGoods::Create,
    }
}

pub(super) fn ensured(result: api::EnsuredIsku) -> Result<Ensured, Failure> {
    let counting = counting(result.uncounted);
    match result.outcome() {
        Outcome::Created => isku(result.isku, result.stock, counting).map(Ensured::Created),
        Outcome::Exists => isku(result.isku, result.stock, counting).map(Ensured::Exists),
        Outcome::ExistsDifferent => isku(result.isku, result.stock, counting)
            .map(|isku| Ensured::ExistsDifferent(isku, result.different_fields)),
        Outcome::SameGoods => {
            let candidates = result.candidates.into_iter().map(candidate).collect::<Result<_, Failure>>();
            candidates.map(Ensured::SameGoods)
        }
        Outcome::Rejected => Ok(Ensured::Rejected { reason: result.reason, problem: result.problem }),
        Outcome::Unspecified => Err(unexpected("an item without an outcome")),
    }
}

pub(super) fn order_key(key: &OrderKey) -> types::OrderKey {
    types::OrderKey {
        channel: key.channel.as_str().to_owned(),
        seller_id: key.seller_id.as_received().to_owned(),
        order_id: key.order_id.as_str().to_owned(),
    }
}

pub(super) fn fill(fill: Fill) -> api::ReserveFill {
    match fill {
        // What it is unless said: known to every release by the same bytes.
        Fill::AllOrNothing => api::ReserveFill::Unspecified,
        Fill::Partial => api::ReserveFill::Partial,
    }
}

pub(super) fn reserve_item(item: &ReserveItem) -> api::ReserveItem {
    let component = |component: &crate::domain::mapping::Component| api::Component {
        isku_code: component.isku_code.as_str().to_owned(),
        quantity: component.quantity,
    };
    api::ReserveItem {
        csku: item.csku.clone(),
        mapping_revision: item.mapping_revision,
        quantity: item.quantity,
        components: item.components.iter().map(component).collect(),
    }
}

pub(super) fn order(key: &OrderKey, reservation: Option<api::Reservation>) -> Result<Order, Failure> {
    let reservation = reservation.ok_or_else(|| unexpected("no reservation"))?;
    let state = state(&reservation)?;
    let line = |item: api::ReservationItem| AllocatedLine {
        csku: item.csku,
        quantity: item.ordered,
        held: item.held,
        short: item.short,
        shipped: item.shipped,
        released: item.released,
        returned: item.returned,
        mapping_revision: item.mapping_revision,
    };
    Ok(Order {
        key: key.clone(),
        reservation_id: reservation.reservation_id,
        state,
        lines: reservation.items.into_iter().map(line).collect(),
    })
}

fn state(reservation: &api::Reservation) -> Result<OrderState, Failure> {
    match reservation.state() {
        ReservationState::Held => Ok(OrderState::Held),
        ReservationState::Confirmed => Ok(OrderState::Confirmed),
        ReservationState::Shipped => Ok(OrderState::Shipped),
        ReservationState::Released => Ok(OrderState::Released),
        ReservationState::Expired => Ok(OrderState::Expired),
        ReservationState::Unspecified => Err(unexpected("a reservation without a state")),
    }
}

/// What one reservation holds of the listing that goes by these names.
pub(super) fn open(reservation: api::Reservation, names: &[Code]) -> Result<Vec<OpenReservation>, Failure> {
    let state = state(&reservation)?;
    let reservation_id = Uuid::parse_str(&reservation.reservation_id).map_err(|_| unexpected("an illegal id"))?;
    let order_id = reservation.order.unwrap_or_default().order_id;
    let order_id = OrderId::parse(&order_id).map_err(|_| unexpected("an illegal order id"))?;
    let expire_time = reservation.expire_time.map(|time| Micros::from_seconds_and_nanos(time.seconds, time.nanos));
    let mut open = vec![];
    for item in reservation.items.into_iter().filter(|item| item.held > 0) {
        let csku = code(&item.csku)?;
        if !names.contains(&csku) {
            continue;
        }
        let component = |part: api::Component| Ok(Named { isku_code: code(&part.isku_code)?, quantity: part.quantity });
        open.push(OpenReservation {
            reservation_id,
            order_id: order_id.clone(),
            state,
            csku,
            held: item.held,
            mapping_revision: item.mapping_revision,
            components: item.components.into_iter().map(component).collect::<Result<_, Failure>>()?,
            expire_time,
        });
    }
    Ok(open)
}
