//! What each refusal looks like on the wire: code, reason, metadata.

use proto::inventory::v1::ErrorReason;
use shared::refusal::{Fields, Refusal};
use tonic::{Code, Status};

use crate::{
    domain::{
        self,
        error::Shortage,
        isku::Lifecycle,
        location::Location,
        same_goods::{Candidate, Reason},
        watch::Stale,
    },
    inventory,
};

/// Whose reasons these are.
const DOMAIN: &str = "inventory.oms";

/// ISKUs that a shortage names, at most.
const SHORT_MAX: usize = 20;

/// Bytes of their codes that the metadata and the sentence carry: a status travels in HTTP/2 headers, of which clients take 8 to 16 KiB.
const SHORT_BYTES_MAX: usize = 3_072;
const SHOWN_BYTES_MAX: usize = 512;

/// The status of an operation that did not succeed.
pub(super) fn of(error: inventory::Error) -> Status {
    match error {
        inventory::Error::Refused(refused) => refusal(&refused).into(),
        inventory::Error::Database(error) => Refusal::database(&error).into(),
    }
}

fn new(code: Code, reason: ErrorReason, message: impl Into<String>) -> Refusal {
    Refusal::new(code, reason.as_str_name(), DOMAIN, message)
}

/// What may be the goods of a code already, and what a person does about it.
fn same_goods(isku_code: &shared::code::Code, candidates: &[Candidate]) -> Refusal {
    let named = |one: &Candidate| {
        let why = |reason: &Reason| match reason {
            Reason::NearCode => "near code",
            Reason::SameBarcode => "same barcode",
        };
        let why: Vec<&str> = one.reasons.iter().map(why).collect();
        let archived = match one.isku.lifecycle {
            Lifecycle::Active => "",
            Lifecycle::Archived => ", archived: UnarchiveIsku takes it into use again",
        };
        format!("{} ({}{archived})", one.isku.code, why.join(", "))
    };
    let named: Vec<String> = candidates.iter().map(named).collect();
    let mangled = match isku_code.is_mangled() {
        true => {
            format!("a spreadsheet took the code {isku_code} for a number, and other codes may have become the same; ")
        }
        false => String::new(),
    };
    let likely = match named.is_empty() {
        true => String::new(),
        false => format!(
            "it may be the same goods as {}: a second ISKU would count them twice; use that one, or else ",
            named.join("; ")
        ),
    };
    let message = format!("{isku_code}: {mangled}{likely}send the item again with create_anyway");
    let refusal = new(Code::FailedPrecondition, ErrorReason::SameGoods, message)
        .with("isku_code", isku_code)
        .with("candidate_count", candidates.len());
    let each = candidates.iter().enumerate();
    each.fold(refusal, |refusal, (n, one)| refusal.with(&format!("candidate_{n}"), &one.isku.code))
}

/// A refusal as callers see it.
pub(super) fn refusal(error: &domain::Error) -> Refusal {
    use domain::Error as E;
    match error {
        E::RequestIdReused => Refusal::request_id_reused(),
        E::IskuNotFound { isku_code } => {
            new(Code::NotFound, ErrorReason::IskuNotFound, format!("no ISKU has the code {isku_code}"))
                .with("isku_code", isku_code)
        }
        E::IskuExists { isku_code } => {
            let message = format!("the code {isku_code} belongs to an ISKU already");
            new(Code::AlreadyExists, ErrorReason::IskuExists, message).with("isku_code", isku_code)
        }
        E::SameGoods { isku_code, candidates } => same_goods(isku_code, candidates),
        E::IskuArchived { isku } => {
            new(Code::FailedPrecondition, ErrorReason::IskuArchived, format!("the ISKU {} is archived", isku.code))
                .with("isku_code", &isku.code)
        }
        E::IskuHasStock { isku_code, on_hand, reserved } => {
            let message = format!("{isku_code} has {on_hand} units on hand and {reserved} reserved; it must have none");
            new(Code::FailedPrecondition, ErrorReason::IskuHasStock, message)
                .with("isku_code", isku_code)
                .with("on_hand", on_hand)
                .with("reserved", reserved)
        }
        E::EtagMismatch { revision } => {
            let message = "it was changed since its etag was read; read again, then decide again";
            new(Code::Aborted, ErrorReason::EtagMismatch, message).with("etag", revision)
        }
        E::LocationExists { location } => {
            let message = format!("the code {location} belongs to a location already");
            new(Code::AlreadyExists, ErrorReason::LocationExists, message).with("location", location)
        }
        E::TooManyLocations => {
            let message = format!("a merchant has at most {} locations", Location::COUNT_MAX);
            new(Code::FailedPrecondition, ErrorReason::TooManyLocations, message).with("maximum", Location::COUNT_MAX)
        }
        E::SequenceMismatch { isku_code, expected, found } => {
            let message = format!("the stock of {isku_code} has moved since it was counted; count again");
            new(Code::Aborted, ErrorReason::SequenceMismatch, message)
                .with("isku_code", isku_code)
                .with("expected", expected)
                .with("found", found)
        }
        E::BelowReserved { isku_code, location, on_hand, reserved, reservation_ids } => {
            let message = format!("{on_hand} of {isku_code} would be on hand at {location}, {reserved} are reserved");
            let refusal = new(Code::FailedPrecondition, ErrorReason::BelowReserved, message)
                .with("isku_code", isku_code)
                .with("location", location)
                .with("on_hand", on_hand)
                .with("reserved", reserved);
            let named = reservation_ids.iter().enumerate();
            named.fold(refusal, |refusal, (n, id)| refusal.with(&format!("reservation_id_{n}"), id))
        }
        E::LocationNotFound { location } => {
            new(Code::NotFound, ErrorReason::LocationNotFound, format!("no location has the code {location}"))
                .with("location", location)
        }
        E::InsufficientStock { short } => shortage(short),
        E::ReservationNotFound => new(Code::NotFound, ErrorReason::ReservationNotFound, "there is no such reservation"),
        E::ExpiryOutOfRange => {
            let mut fields = Fields::default();
            fields.add("expire_time", "must be a time in the future, at most 366 days from now");
            fields.into()
        }
        E::OrderDiffers { reservation_id } => {
            let message = "the order is reserved with other lines; an order is reserved once";
            new(Code::AlreadyExists, ErrorReason::OrderDiffers, message).with("reservation_id", reservation_id)
        }
        E::ReservationClosed { reservation_id, state } => {
            let message = format!("nothing is held any more: the reservation is {}", state.as_str());
            new(Code::FailedPrecondition, ErrorReason::ReservationClosed, message)
                .with("reservation_id", reservation_id)
                .with("state", state.as_str())
        }
        E::ReservationShipped { reservation_id } => {
            new(Code::FailedPrecondition, ErrorReason::ReservationShipped, "shipped units cannot be released")
                .with("reservation_id", reservation_id)
        }
        E::MoreThanHeld { csku, requested, held } => {
            let message = format!("{requested} of {csku} asked for, {held} held");
            new(Code::FailedPrecondition, ErrorReason::MoreThanHeld, message)
                .with("csku", csku)
                .with("requested", requested)
                .with("held", held)
        }
        E::MoreThanShipped { csku, requested, shipped } => {
            let message = format!("{requested} of {csku} asked for, {shipped} are shipped and not back");
            new(Code::FailedPrecondition, ErrorReason::MoreThanShipped, message)
                .with("csku", csku)
                .with("requested", requested)
                .with("shipped", shipped)
        }
        E::LessThanShipped { csku, ordered, shipped } => {
            let message = format!("{shipped} of {csku} are shipped; the order cannot want {ordered}");
            new(Code::FailedPrecondition, ErrorReason::LessThanShipped, message)
                .with("csku", csku)
                .with("ordered", ordered)
                .with("shipped", shipped)
        }
        E::ItemNotFound { csku } => {
            new(Code::NotFound, ErrorReason::ItemNotFound, format!("the reservation has no item {csku}"))
                .with("csku", csku)
        }
        E::QuantityOverflow { isku_code } => {
            let message = format!("the quantity of {isku_code} would leave the range of 64-bit whole units");
            new(Code::FailedPrecondition, ErrorReason::QuantityOverflow, message).with("isku_code", isku_code)
        }
        E::CursorStale(stale) => cursor_stale(*stale),
    }
}

fn cursor_stale(stale: Stale) -> Refusal {
    let (cause, why) = match stale {
        Stale::Restored => ("RESTORED", "the database was restored since the cursor was given out, or is another one"),
        Stale::Future => ("FUTURE", "the ledger is not there yet"),
        Stale::TooOld { .. } => ("TOO_OLD", "the cursor was given out too long ago"),
    };
    let message = format!("{why}: begin again with WATCH_START_SNAPSHOT");
    let refusal =
        new(Code::OutOfRange, ErrorReason::CursorStale, message).with("cause", cause).with("start", "SNAPSHOT");
    match stale {
        Stale::TooOld { keep_hours } => refusal.with("keep_hours", keep_hours),
        Stale::Restored | Stale::Future => refusal,
    }
}

fn shortage(short: &[Shortage]) -> Refusal {
    let line = |one: &Shortage| format!("{}: {} requested, {} available", one.isku_code, one.requested, one.available);
    let shown: Vec<String> = within(short, SHOWN_BYTES_MAX).map(line).collect();
    let rest = if shown.len() < short.len() { "; …" } else { "" };
    let message = format!("not enough stock: {}{rest}", shown.join("; "));
    let refusal =
        new(Code::FailedPrecondition, ErrorReason::InsufficientStock, message).with("short_count", short.len());
    within(short, SHORT_BYTES_MAX).take(SHORT_MAX).enumerate().fold(refusal, |refusal, (n, one)| {
        refusal
            .with(&format!("isku_code_{n}"), &one.isku_code)
            .with(&format!("requested_{n}"), one.requested)
            .with(&format!("available_{n}"), one.available)
    })
}

/// The first shortages, as many as the bytes of their codes allow.
fn within(short: &[Shortage], bytes_max: usize) -> impl Iterator<Item = &Shortage> {
    let bytes = short.iter().scan(0_usize, |bytes, one| {
        *bytes = bytes.saturating_add(one.isku_code.as_str().len());
        Some(*bytes)
    });
    short.iter().zip(bytes).take_while(move |(_, bytes)| *bytes <= bytes_max).map(|(one, _)| one)
}
