//! What can be asked of the state machine, and what it answers.

use std::collections::BTreeSet;

use shared::{
    code::Code,
    identity::{OrderKey, RequestId},
    measure::Dimensions,
    money::Money,
    time::Micros,
};
use uuid::Uuid;

use super::{
    isku::NewIsku,
    location::{LocationUpdate, NewLocation},
    movement::Reason,
    reservation::RequestedItem,
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
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Create an ISKU, or be refused if its code is taken.
    Create(NewIsku),
    /// See to it that the code names an ISKU.
    ///
    /// Refused if that may be an ISKU of another code.
    Ensure(NewIsku),
    /// See to it that the code names an ISKU, whatever looks like it.
    EnsureAnyway(NewIsku),
    /// Change what is known of an ISKU.
    Update(IskuUpdate),
    /// Give an ISKU another code.
    Rename(Rename),
    /// Take an ISKU out of use.
    Archive(Named),
    /// Take an ISKU into use again.
    Unarchive(Named),
    /// Create a location, or be refused if its code is taken.
    CreateLocation(NewLocation),
    /// Change a location.
    UpdateLocation(LocationUpdate),
    /// Book goods in.
    Receive(Receipt),
    /// Change the units on hand by a difference.
    Adjust(Adjustment),
    /// Set the units on hand to what was counted.
    Count(Count),
    /// Move units from one location to another.
    Transfer(Transfer),
    /// Book shipped units back in.
    Return(Return),
    /// Hold what an order needs.
    Reserve(Order),
    /// Let a reservation never be due.
    Confirm(Target),
    /// Change what a reservation holds.
    Amend(Amendment),
    /// Let a reservation be due later.
    Extend(Extension),
    /// Take held units off the shelf.
    Ship(Withdrawal),
    /// Give held units back.
    Release(Withdrawal),
}

impl Action {
    /// The first ISKU that it names; none if it names a reservation.
    pub(crate) fn first_isku(&self) -> Option<&Code> {
        match self {
            Self::Create(new) | Self::Ensure(new) | Self::EnsureAnyway(new) => Some(&new.code),
            Self::Update(update) => Some(&update.isku.code),
            Self::Rename(rename) => Some(&rename.isku.code),
            Self::Archive(isku) | Self::Unarchive(isku) => Some(&isku.code),
            Self::Receive(receipt) => receipt.lines.first().map(|line| &line.isku_code),
            Self::Adjust(adjustment) => adjustment.lines.first().map(|line| &line.isku_code),
            Self::Count(count) => count.lines.first().map(|line| &line.isku_code),
            Self::Transfer(transfer) => transfer.lines.first().map(|(code, _)| code),
            Self::Reserve(order) => order.items.first()?.components.first().map(|(code, _)| code),
            Self::CreateLocation(_)
            | Self::UpdateLocation(_)
            | Self::Return(_)
            | Self::Confirm(_)
            | Self::Amend(_)
            | Self::Extend(_)
            | Self::Ship(_)
            | Self::Release(_) => None,
        }
    }
}

/// Names an ISKU to be changed.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) code: Code,
    /// The revision that the caller has seen; any if absent.
    pub(crate) revision: Option<i64>,
}

/// New data of an ISKU; what is absent stays.
#[derive(Clone, Debug)]
pub(crate) struct IskuUpdate {
    pub(crate) isku: Named,
    pub(crate) product_name: Option<String>,
    pub(crate) dimensions: Option<Dimensions>,
    pub(crate) weight_g: Option<i64>,
    pub(crate) cost_price: Option<Money>,
    /// The inner `None` takes the barcode away.
    pub(crate) barcode: Option<Option<String>>,
}

/// A new code for an ISKU.
#[derive(Clone, Debug)]
pub(crate) struct Rename {
    pub(crate) isku: Named,
    pub(crate) new_code: Code,
}

/// Goods that came in.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    pub(crate) lines: Vec<ReceiptLine>,
    pub(crate) document: Option<String>,
    pub(crate) note: Option<String>,
}

/// Goods of one ISKU that came in.
#[derive(Clone, Debug)]
pub(crate) struct ReceiptLine {
    pub(crate) isku_code: Code,
    /// The default location if absent.
    pub(crate) location: Option<Code>,
    pub(crate) quantity: i64,
}

/// Differences found on the shelf.
#[derive(Clone, Debug)]
pub(crate) struct Adjustment {
    pub(crate) lines: Vec<AdjustmentLine>,
    pub(crate) reason: Reason,
    pub(crate) document: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) shortfall: Shortfall,
}

/// A difference of one ISKU.
#[derive(Clone, Debug)]
pub(crate) struct AdjustmentLine {
    pub(crate) isku_code: Code,
    /// The default location if absent.
    pub(crate) location: Option<Code>,
    pub(crate) delta: i64,
}

/// What was counted at one location.
#[derive(Clone, Debug)]
pub(crate) struct Count {
    /// The default location if absent.
    pub(crate) location: Option<Code>,
    pub(crate) lines: Vec<CountLine>,
    pub(crate) document: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) shortfall: Shortfall,
}

/// Units of one ISKU that were counted.
#[derive(Clone, Debug)]
pub(crate) struct CountLine {
    pub(crate) isku_code: Code,
    pub(crate) counted: i64,
    /// The sequence of the stock that was counted; any if absent.
    pub(crate) sequence: Option<i64>,
}

/// What happens to reservations of units that are not there.
#[derive(Clone, Debug)]
pub(crate) struct Shortfall {
    pub(crate) policy: ShortfallPolicy,
    /// Reservations that are to give units back first, confirmed ones too.
    pub(crate) reservation_ids: Vec<Uuid>,
}

/// What happens to reservations of units that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShortfallPolicy {
    /// The command is refused and names them.
    Refuse,
    /// The newest held ones give units back.
    ReleaseNewest,
}

/// Units that move from one location to another.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    /// The default location if absent.
    pub(crate) from: Option<Code>,
    /// The default location if absent.
    pub(crate) to: Option<Code>,
    pub(crate) lines: Vec<(Code, i64)>,
    pub(crate) document: Option<String>,
    pub(crate) note: Option<String>,
}

/// Shipped units that came back.
#[derive(Clone, Debug)]
pub(crate) struct Return {
    pub(crate) target: Target,
    /// Units of the listing per CSKU, each once; all that is shipped and not returned if empty.
    pub(crate) items: Vec<(Code, i64)>,
    /// Where they are now; the default location if absent.
    pub(crate) location: Option<Code>,
    pub(crate) document: Option<String>,
    pub(crate) note: Option<String>,
}

/// An order to reserve for; one item for each CSKU.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) key: OrderKey,
    pub(crate) items: Vec<RequestedItem>,
    /// The locations to take from; all sellable ones if empty.
    pub(crate) locations: BTreeSet<Code>,
    pub(crate) fill: Fill,
    pub(crate) expiry: Expiry,
}

/// How much of an order has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// All of it, or the order is refused.
    AllOrNothing,
    /// Whatever there is; the rest is short.
    Partial,
}

/// When a reservation is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// Never.
    Never,
    /// Microseconds from now.
    After(i64),
    /// At a time.
    At(Micros),
}

impl Expiry {
    /// How far ahead a reservation may be due, in microseconds: 366 days.
    pub(crate) const AHEAD_MAX_US: i64 = 366 * 24 * 60 * 60 * 1_000_000;
}

/// What a reservation is to hold from now on; one item for each CSKU.
#[derive(Clone, Debug)]
pub(crate) struct Amendment {
    pub(crate) target: Target,
    /// Revision and components count for CSKUs that are new to the reservation only.
    pub(crate) items: Vec<RequestedItem>,
    /// The locations to take from; all sellable ones if empty.
    pub(crate) locations: BTreeSet<Code>,
    pub(crate) fill: Fill,
}

/// A later expiry.
#[derive(Clone, Debug)]
pub(crate) struct Extension {
    pub(crate) target: Target,
    pub(crate) expiry: Expiry,
}

/// Held units that are to be shipped or given back.
#[derive(Clone, Debug)]
pub(crate) struct Withdrawal {
    pub(crate) target: Target,
    /// Units of the listing per CSKU, each once; all that is held if empty.
    pub(crate) items: Vec<(Code, i64)>,
    pub(crate) document: Option<String>,
    pub(crate) note: Option<String>,
}

/// Which reservation.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// By its id.
    Id(Uuid),
    /// By its order.
    Order(OrderKey),
}
