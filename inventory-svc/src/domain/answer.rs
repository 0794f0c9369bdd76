//! What the state machine answers; kept with the request id.

use super::{isku::Isku, location::Location, movement::Movement, reservation::Reservation, stock::Stock};

/// What a command led to; kept with the request id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// The ISKU was created.
    Created(Isku),
    /// The code names an ISKU.
    Ensured(Ensured),
    /// The ISKU after the change.
    Changed(Isku),
    /// The location after it was created or changed.
    Located(Location),
    /// The goods are booked in.
    Received(Vec<Movement>),
    /// The differences are booked.
    Corrected(Corrected),
    /// The units are at the other location.
    Transferred(Vec<Movement>),
    /// The units are booked back in.
    Returned { reservation: Reservation, movements: Vec<Movement> },
    /// The order is reserved.
    Reserved { reservation: Reservation, origin: Origin },
    /// The reservation is never due.
    Confirmed(Reservation),
    /// The reservation holds what it is to hold.
    Amended(Reservation),
    /// The reservation is due later.
    Extended(Reservation),
    /// The reservation after the shipment.
    Shipped(Reservation),
    /// The reservation after the release.
    Released(Reservation),
}

/// Stock after a count or an adjustment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Corrected {
    pub(crate) movements: Vec<Movement>,
    /// The rows that the command named, also those that were right already.
    pub(crate) stock: Vec<Stock>,
    /// Reservations that gave units back, as they are after it.
    pub(crate) released: Vec<Reservation>,
}

/// An ISKU that is there now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ensured {
    pub(crate) outcome: Outcome,
    pub(crate) isku: Isku,
    /// Where it has or had stock.
    pub(crate) stock: Vec<Stock>,
}

/// How an ISKU came to be there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// It was created.
    Created,
    /// It was there, and nothing contradicts it.
    Exists,
    /// It was there, and these fields contradict it.
    ExistsDifferent(Vec<String>),
}

/// Who made a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This request.
    New,
    /// An earlier one.
    Existing,
}

/// The answer of one command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answered {
    pub(crate) answer: Answer,
    pub(crate) given: Given,
}

/// When an answer was first given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// Now.
    Now,
    /// To an earlier call with this request id.
    Before,
}
