//! Domain values as messages.

mod isku;
mod movement;

use proto::{inventory::v1 as wire, r#type::v1 as common};
use shared::{identity::OrderKey, refusal::Refusal, time::Micros};

pub(super) use self::{
    isku::{candidates, found, isku_stock},
    movement::traced,
};
use crate::{
    domain::{
        isku::{Isku, Lifecycle},
        location::{Location, Selling},
        movement::{Kind, Movement, Reason},
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

/// Units on hand and reserved at all locations, and available at all sellable ones.
pub(super) fn totals(stock: &[Stock]) -> [i64; 3] {
    let total = |of: fn(&Stock) -> i64| stock.iter().map(of).fold(0, i64::saturating_add);
    let sellable = |row: &Stock| if row.selling == Selling::Sellable { row.available() } else { 0 };
    [total(|row| row.on_hand), total(|row| row.reserved), total(sellable)]
}

fn movement_kind(kind: Kind) -> wire::MovementKind {
    match kind {
        Kind::Opening => wire::MovementKind::Opening,
        Kind::Receipt => wire::MovementKind::Receipt,
        Kind::Adjust => wire::MovementKind::Adjust,
        Kind::Count => wire::MovementKind::Count,
        Kind::TransferOut => wire::MovementKind::TransferOut,
        Kind::TransferIn => wire::MovementKind::TransferIn,
        Kind::Reserve => wire::MovementKind::Reserve,
        Kind::Release => wire::MovementKind::Release,
        Kind::Expire => wire::MovementKind::Expire,
        Kind::Ship => wire::MovementKind::Ship,
        Kind::Return => wire::MovementKind::Return,
    }
}

fn reason(reason: Option<Reason>) -> wire::AdjustmentReason {
    match reason {
        None => wire::AdjustmentReason::Unspecified,
        Some(Reason::Damaged) => wire::AdjustmentReason::Damaged,
        Some(Reason::Lost) => wire::AdjustmentReason::Lost,
        Some(Reason::Stolen) => wire::AdjustmentReason::Stolen,
        Some(Reason::Spoiled) => wire::AdjustmentReason::Spoiled,
        Some(Reason::Found) => wire::AdjustmentReason::Found,
        Some(Reason::WriteOff) => wire::AdjustmentReason::WriteOff,
        Some(Reason::Correction) => wire::AdjustmentReason::Correction,
        Some(Reason::Other) => wire::AdjustmentReason::Other,
    }
}

/// Ledger rows.
pub(super) fn movements(movements: &[Movement]) -> Vec<wire::Movement> {
    movements.iter().map(movement).collect()
}

/// A location.
pub(super) fn location(location: &Location) -> wire::Location {
    let details = &location.details;
    wire::Location {
        code: location.code.to_string(),
        display_name: details.display_name.clone().unwrap_or_default(),
        sellable: details.selling == Selling::Sellable,
        // It was read as one.
        priority: i32::try_from(details.priority).unwrap_or(i32::MAX),
        etag: location.revision.to_string(),
    }
}

/// The refusal of one item of a batch.
pub(super) fn refusal(refusal: Refusal) -> common::ItemRefusal {
    let field = |(field, problem)| common::FieldProblem { field, problem };
    common::ItemRefusal {
        code: refusal.code.into(),
        reason: refusal.reason,
        domain: refusal.domain.to_owned(),
        message: refusal.message,
        metadata: refusal.metadata.into_iter().collect(),
        fields: refusal.fields.into_iter().map(field).collect(),
    }
}

/// One ledger row.
fn movement(movement: &Movement) -> wire::Movement {
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
        reason: reason(movement.reason).into(),
    }
}

/// A reservation.
pub(super) fn reservation(reservation: &Reservation) -> wire::Reservation {
    let state = match reservation.state() {
        State::Held => wire::ReservationState::Held,
        State::Confirmed => wire::ReservationState::Confirmed,
        State::Shipped => wire::ReservationState::Shipped,
        State::Released => wire::ReservationState::Released,
        State::Expired => wire::ReservationState::Expired,
    };
    wire::Reservation {
        reservation_id: reservation.reservation_id.to_string(),
        order: Some(order(&reservation.order)),
        state: state.into(),
        items: reservation.items.iter().map(item).collect(),
        create_time: timestamp(reservation.create_time),
        update_time: timestamp(reservation.update_time),
        expire_time: reservation.expire_time.and_then(timestamp),
    }
}

fn item(item: &Item) -> wire::ReservationItem {
    let components = item.components.iter();
    let held = item.allocations.iter().filter(|allocation| allocation.held > 0);
    wire::ReservationItem {
        csku: item.csku.to_string(),
        mapping_revision: item.mapping_revision,
        ordered: item.ordered,
        quantity: item.quantity,
        short: item.short,
        returned: item.returned,
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
        rows_without_digest: verified.report.rows_without_digest,
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
        FaultKind::State => Kind::State,
        FaultKind::Trace => Kind::Trace,
        FaultKind::Return => Kind::Return,
        FaultKind::Short => Kind::Short,
        FaultKind::Expiry => Kind::Expiry,
        FaultKind::MovementDigest => Kind::MovementDigest,
        FaultKind::ReservationDigest => Kind::ReservationDigest,
        FaultKind::ItemDigest => Kind::ItemDigest,
        FaultKind::LineDigest => Kind::LineDigest,
        FaultKind::Unreadable => Kind::Unreadable,
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
        place: named.fault.place.map(|place| place.to_string()).unwrap_or_default(),
    }
}
