//! Domain values as messages.

use proto::{inventory::v1 as wire, r#type::v1 as common};
use shared::{identity::OrderKey, time::Micros};

use crate::{
    domain::{
        isku::{Isku, Lifecycle},
        location::Selling,
        movement::{Kind, Movement},
        reservation::{Item, Reservation, State},
        stock::Stock,
        verify::FaultKind,
    },
    inventory::{NamedFault, Verified},
};

/// A point in time.
pub(super) fn timestamp(time: Micros) -> Option<prost_types::Timestamp> {
    let (seconds, nanos) = time.seconds_and_nanos();
    Some(prost_types::Timestamp { seconds, nanos })
}

fn order(key: &OrderKey) -> common::OrderKey {
    common::OrderKey {
        channel: key.channel.to_string(),
        seller_id: key.seller_id.as_received().to_owned(),
        order_id: key.order_id.to_string(),
    }
}

/// An ISKU.
pub(super) fn isku(isku: &Isku) -> wire::Isku {
    let details = &isku.details;
    wire::Isku {
        isku_id: isku.isku_id.0,
        code: isku.code.to_string(),
        product_name: details.product_name.clone().unwrap_or_default(),
        dimensions: details.dimensions.map(|own| common::Dimensions {
            length_mm: own.length_mm,
            width_mm: own.width_mm,
            height_mm: own.height_mm,
        }),
        weight_g: details.weight_g,
        cost_price: details.cost_price.as_ref().map(|own| common::Money {
            currency_code: own.currency().to_owned(),
            units: own.units(),
            nanos: own.nanos(),
        }),
        barcode: details.barcode.clone().unwrap_or_default(),
        incomplete: details.is_incomplete(),
        archived: isku.lifecycle == Lifecycle::Archived,
        etag: isku.revision.to_string(),
        create_time: timestamp(isku.create_time),
        update_time: timestamp(isku.update_time),
    }
}

/// Stock of one ISKU at one location.
pub(super) fn stock(stock: &Stock) -> wire::Stock {
    wire::Stock {
        isku_code: stock.isku_code.to_string(),
        location: stock.location.to_string(),
        on_hand: stock.on_hand,
        reserved: stock.reserved,
        available: stock.available(),
        sequence: stock.sequence,
        sellable: stock.selling == Selling::Sellable,
    }
}

fn movement_kind(kind: Kind) -> wire::MovementKind {
    match kind {
        Kind::Opening => wire::MovementKind::Opening,
        Kind::Receipt => wire::MovementKind::Receipt,
        Kind::Reserve => wire::MovementKind::Reserve,
        Kind::Release => wire::MovementKind::Release,
        Kind::Ship => wire::MovementKind::Ship,
    }
}

/// One ledger row.
pub(super) fn movement(movement: &Movement) -> wire::Movement {
    let cause = movement.reservation.as_ref();
    wire::Movement {
        isku_code: movement.isku_code.to_string(),
        location: movement.location.to_string(),
        sequence: movement.sequence,
        kind: movement_kind(movement.kind).into(),
        on_hand_delta: movement.on_hand_delta,
        reserved_delta: movement.reserved_delta,
        on_hand_after: movement.on_hand_after,
        reserved_after: movement.reserved_after,
        reservation_id: cause.map(|cause| cause.reservation_id.to_string()).unwrap_or_default(),
        order: cause.map(|cause| order(&cause.order)),
        csku: cause.map(|cause| cause.csku.to_string()).unwrap_or_default(),
        document: movement.document.clone().unwrap_or_default(),
        note: movement.note.clone().unwrap_or_default(),
        actor: movement.actor.clone(),
        request_id: movement.request_id.clone(),
        create_time: timestamp(movement.create_time),
    }
}

/// A reservation.
pub(super) fn reservation(reservation: &Reservation) -> wire::Reservation {
    let state = match reservation.state() {
        State::Held => wire::ReservationState::Held,
        State::Shipped => wire::ReservationState::Shipped,
        State::Released => wire::ReservationState::Released,
    };
    wire::Reservation {
        reservation_id: reservation.reservation_id.to_string(),
        order: Some(order(&reservation.order)),
        state: state.into(),
        items: reservation.items.iter().map(item).collect(),
        create_time: timestamp(reservation.create_time),
        update_time: timestamp(reservation.update_time),
    }
}

fn item(item: &Item) -> wire::ReservationItem {
    let components = item.components.iter();
    let held = item.allocations.iter().filter(|allocation| allocation.held > 0);
    wire::ReservationItem {
        csku: item.csku.to_string(),
        mapping_revision: item.mapping_revision,
        quantity: item.quantity,
        held: item.held(),
        shipped: item.shipped(),
        released: item.released(),
        components: components
            .map(|own| wire::Component { isku_code: own.isku_code.to_string(), quantity: own.quantity })
            .collect(),
        allocations: held.map(|own| wire::Allocation { location: own.location.to_string(), held: own.held }).collect(),
    }
}

/// What a proof found.
pub(super) fn verified(verified: &Verified) -> wire::VerifyStockResponse {
    wire::VerifyStockResponse {
        proven: verified.faults.is_empty(),
        stock_rows: verified.report.stock_rows,
        movements: verified.report.movements,
        reservations: verified.report.reservations,
        faults: verified.faults.iter().map(fault).collect(),
    }
}

fn fault(named: &NamedFault) -> wire::LedgerFault {
    use wire::ledger_fault::Kind;
    let kind = match named.fault.kind {
        FaultKind::OnHand => Kind::OnHand,
        FaultKind::Reserved => Kind::Reserved,
        FaultKind::Reservation => Kind::Reservation,
        FaultKind::Movement => Kind::Movement,
        FaultKind::Sequence => Kind::Sequence,
        FaultKind::Item => Kind::Item,
    };
    let text = |code: &Option<shared::code::Code>| code.as_ref().map(ToString::to_string).unwrap_or_default();
    wire::LedgerFault {
        kind: kind.into(),
        isku_code: text(&named.isku_code),
        location: text(&named.location),
        sequence: named.fault.sequence.unwrap_or(0),
        reservation_id: named.fault.reservation_id.map(|id| id.to_string()).unwrap_or_default(),
        expected: named.fault.expected,
        found: named.fault.found,
    }
}
