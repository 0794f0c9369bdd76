//! What was answered.

use serde::{Deserialize, Serialize};
use shared::{
    stored::{Form, Read, Unreadable, v1},
    stored_struct,
};
use uuid::Uuid;

use super::words::{Kind, Lifecycle, Origin, Reason, Selling, Standing, Unstated};
use crate::domain::{self, answer, isku, location, movement, reservation, stock};

/// What a command led to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Created(Isku),
    Ensured(Ensured),
    Changed(Isku),
    Located(Location),
    Received(Vec<Movement>),
    Corrected(Corrected),
    Transferred(Vec<Movement>),
    Returned { reservation: Reservation, movements: Vec<Movement> },
    Reserved { reservation: Reservation, origin: Origin },
    Confirmed(Reservation),
    Amended(Reservation),
    Extended(Reservation),
    Shipped(Reservation),
    Released(Reservation),
}

impl Form<domain::Answer> for Answer {
    fn of(value: &domain::Answer) -> Self {
        use domain::Answer as D;
        match value {
            D::Created(isku) => Self::Created(Form::of(isku)),
            D::Ensured(ensured) => Self::Ensured(Form::of(ensured)),
            D::Changed(isku) => Self::Changed(Form::of(isku)),
            D::Located(location) => Self::Located(Form::of(location)),
            D::Received(movements) => Self::Received(Form::of(movements)),
            D::Corrected(corrected) => Self::Corrected(Form::of(corrected)),
            D::Transferred(movements) => Self::Transferred(Form::of(movements)),
            D::Returned { reservation, movements } => {
                Self::Returned { reservation: Form::of(reservation), movements: Form::of(movements) }
            }
            D::Reserved { reservation, origin } => {
                Self::Reserved { reservation: Form::of(reservation), origin: Form::of(origin) }
            }
            D::Confirmed(reservation) => Self::Confirmed(Form::of(reservation)),
            D::Amended(reservation) => Self::Amended(Form::of(reservation)),
            D::Extended(reservation) => Self::Extended(Form::of(reservation)),
            D::Shipped(reservation) => Self::Shipped(Form::of(reservation)),
            D::Released(reservation) => Self::Released(Form::of(reservation)),
        }
    }
}

impl Read<domain::Answer> for Answer {
    fn read(self) -> Result<domain::Answer, Unreadable> {
        use domain::Answer as D;
        Ok(match self {
            Self::Created(isku) => D::Created(isku.read()?),
            Self::Ensured(ensured) => D::Ensured(ensured.read()?),
            Self::Changed(isku) => D::Changed(isku.read()?),
            Self::Located(location) => D::Located(location.read()?),
            Self::Received(movements) => D::Received(movements.read()?),
            Self::Corrected(corrected) => D::Corrected(corrected.read()?),
            Self::Transferred(movements) => D::Transferred(movements.read()?),
            Self::Returned { reservation, movements } => {
                D::Returned { reservation: reservation.read()?, movements: movements.read()? }
            }
            Self::Reserved { reservation, origin } => {
                D::Reserved { reservation: reservation.read()?, origin: origin.read()? }
            }
            Self::Confirmed(reservation) => D::Confirmed(reservation.read()?),
            Self::Amended(reservation) => D::Amended(reservation.read()?),
            Self::Extended(reservation) => D::Extended(reservation.read()?),
            Self::Shipped(reservation) => D::Shipped(reservation.read()?),
            Self::Released(reservation) => D::Released(reservation.read()?),
        })
    }
}

/// How an ISKU came to be there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Outcome {
    Created,
    Exists,
    ExistsDifferent(Vec<String>),
}

impl Form<answer::Outcome> for Outcome {
    fn of(value: &answer::Outcome) -> Self {
        match value {
            answer::Outcome::Created => Self::Created,
            answer::Outcome::Exists => Self::Exists,
            answer::Outcome::ExistsDifferent(fields) => Self::ExistsDifferent(fields.clone()),
        }
    }
}

impl Read<answer::Outcome> for Outcome {
    fn read(self) -> Result<answer::Outcome, Unreadable> {
        Ok(match self {
            Self::Created => answer::Outcome::Created,
            Self::Exists => answer::Outcome::Exists,
            Self::ExistsDifferent(fields) => answer::Outcome::ExistsDifferent(fields),
        })
    }
}

stored_struct! {
    /// An item of inventory. The first releases did not ask whether its quantity was stated.
    Isku = isku::Isku {
        isku_id: i64,
        code: String,
        details: Details,
        lifecycle: Lifecycle,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unstated: Option<Unstated>,
        revision: i64,
        create_time: i64,
        update_time: i64,
    }

    /// What is known of an item.
    Details = isku::Details {
        product_name: Option<String>,
        dimensions: Option<v1::Dimensions>,
        weight_g: Option<i64>,
        cost_price: Option<v1::Money>,
        barcode: Option<String>,
    }

    /// An ISKU that is there now.
    Ensured = answer::Ensured { outcome: Outcome, isku: Isku, stock: Vec<Stock> }

    /// Stock of one ISKU at one location.
    Stock = stock::Stock {
        isku_code: String,
        location: String,
        selling: Selling,
        on_hand: i64,
        reserved: i64,
        sequence: i64,
    }

    /// A place that holds stock.
    Location = location::Location { location_id: i64, code: String, details: LocationDetails, revision: i64 }

    /// What can be changed of a location.
    LocationDetails = location::LocationDetails { display_name: Option<String>, selling: Selling, priority: i64 }

    /// Stock after a count or an adjustment.
    Corrected = answer::Corrected { movements: Vec<Movement>, stock: Vec<Stock>, released: Vec<Reservation> }

    /// A ledger row. The first release knew no reasons.
    Movement = movement::Movement {
        isku_id: i64,
        isku_code: String,
        location_id: i64,
        location: String,
        sequence: i64,
        kind: Kind,
        on_hand_delta: i64,
        reserved_delta: i64,
        on_hand_after: i64,
        reserved_after: i64,
        reservation: Option<Cause>,
        #[serde(default)]
        reason: Option<Reason>,
        document: Option<String>,
        note: Option<String>,
        actor: String,
        request_id: String,
        create_time: i64,
    }

    /// What was sold, of a movement that a reservation caused.
    Cause = movement::Cause { reservation_id: Uuid, order: v1::OrderKey, csku: String }

    /// Units held for one order. The first release knew no expiry.
    Reservation = reservation::Reservation {
        reservation_id: Uuid,
        order: v1::OrderKey,
        items: Vec<Item>,
        #[serde(default)]
        standing: Standing,
        #[serde(default)]
        expire_time: Option<i64>,
        create_time: i64,
        update_time: i64,
    }

    /// One listing of a reservation. The first release knew no shortages and no returns.
    Item = reservation::Item {
        csku: String,
        mapping_revision: i64,
        #[serde(default)]
        ordered: i64,
        quantity: i64,
        #[serde(default)]
        short: i64,
        #[serde(default)]
        returned: i64,
        components: Vec<Component>,
        allocations: Vec<Allocation>,
    }

    /// What one unit of a listing consists of.
    Component = reservation::Component { isku_id: i64, isku_code: String, quantity: i64 }

    /// Units of a listing at one location.
    Allocation = reservation::Allocation { location_id: i64, location: String, held: i64, shipped: i64, released: i64 }
}

impl Form<isku::IskuId> for i64 {
    fn of(value: &isku::IskuId) -> Self {
        value.0
    }
}

impl Read<isku::IskuId> for i64 {
    fn read(self) -> Result<isku::IskuId, Unreadable> {
        Ok(isku::IskuId(self))
    }
}

impl Form<location::LocationId> for i64 {
    fn of(value: &location::LocationId) -> Self {
        value.0
    }
}

impl Read<location::LocationId> for i64 {
    fn read(self) -> Result<location::LocationId, Unreadable> {
        Ok(location::LocationId(self))
    }
}
