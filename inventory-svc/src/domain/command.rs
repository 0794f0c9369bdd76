//! What can be asked of the state machine, and what it answers.

use serde::{Deserialize, Serialize};
use shared::{
    code::Code,
    identity::{OrderKey, RequestId},
};
use uuid::Uuid;

use super::{
    isku::{Isku, NewIsku},
    movement::Movement,
    reservation::{RequestedItem, Reservation, as_compared},
    stock::Stock,
};

/// One request of one caller.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) request_id: RequestId,
    /// Hash of the action: tells a repeated request from one that reuses the id.
    pub(crate) content_hash: String,
    pub(crate) actor: String,
    /// The id of the reservation that this command may make.
    pub(crate) new_id: Uuid,
    pub(crate) action: Action,
}

/// What is to be done.
#[derive(Clone, Debug, Serialize)]
pub(crate) enum Action {
    /// Create an ISKU, or be refused if its code is taken.
    Create(NewIsku),
    /// See to it that the code names an ISKU.
    Ensure(NewIsku),
    /// Book goods in.
    Receive(Receipt),
    /// Hold what an order needs.
    Reserve(Order),
    /// Take held units off the shelf.
    Ship(Withdrawal),
    /// Give held units back.
    Release(Withdrawal),
}

/// Goods that came in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Receipt {
    pub(crate) lines: Vec<ReceiptLine>,
    pub(crate) document: Option<String>,
    pub(crate) note: Option<String>,
}

/// Goods of one ISKU that came in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReceiptLine {
    pub(crate) isku_code: Code,
    /// The default location if absent.
    pub(crate) location: Option<Code>,
    pub(crate) quantity: i64,
}

/// An order to reserve for; one item for each CSKU.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Order {
    #[serde(serialize_with = "as_compared")]
    pub(crate) key: OrderKey,
    pub(crate) items: Vec<RequestedItem>,
    /// The locations to take from; all sellable ones if empty.
    pub(crate) locations: Vec<Code>,
}

/// Held units that are to be shipped or given back.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Withdrawal {
    pub(crate) target: Target,
    /// Units of the listing per CSKU, each once; all that is held if empty.
    pub(crate) items: Vec<(Code, i64)>,
    pub(crate) document: Option<String>,
    pub(crate) note: Option<String>,
}

/// Which reservation.
#[derive(Clone, Debug, Serialize)]
pub(crate) enum Target {
    /// By its id.
    Id(Uuid),
    /// By its order.
    Order(#[serde(serialize_with = "as_compared")] OrderKey),
}

/// What a command led to; kept with the request id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The ISKU was created.
    Created(Isku),
    /// The code names an ISKU.
    Ensured(Ensured),
    /// The goods are booked in.
    Received(Vec<Movement>),
    /// The order is reserved.
    Reserved { reservation: Reservation, origin: Origin },
    /// The reservation after the shipment.
    Shipped(Reservation),
    /// The reservation after the release.
    Released(Reservation),
}

/// An ISKU that is there now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ensured {
    pub(crate) outcome: Outcome,
    pub(crate) isku: Isku,
    /// Where it has or had stock.
    pub(crate) stock: Vec<Stock>,
}

/// How an ISKU came to be there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// It was created.
    Created,
    /// It was there, and nothing contradicts it.
    Exists,
    /// It was there, and these fields contradict it.
    ExistsDifferent(Vec<String>),
}

/// Who made a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
