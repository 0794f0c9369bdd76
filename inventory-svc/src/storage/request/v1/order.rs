//! What was asked for an order. Orders that are the same are written the same: by seller ids as they are compared, and lines by CSKU.

use serde::Serialize;
use shared::{identity, stored::Form, stored_content};
use uuid::Uuid;

use super::words::Fill;
use crate::domain::{command, reservation};

stored_content! {
    /// An order to reserve for.
    Order = command::Order { key: OrderRef, items: ByCsku, locations: Vec<String>, fill: Fill, expiry: Expiry }

    /// Units of one listing that an order needs.
    RequestedItem = reservation::RequestedItem {
        csku: String,
        mapping_revision: i64,
        quantity: i64,
        components: Vec<(String, i64)>,
    }

    /// What a reservation is to hold from now on.
    Amendment = command::Amendment { target: Target, items: ByCsku, locations: Vec<String>, fill: Fill }

    /// A later expiry.
    Extension = command::Extension { target: Target, expiry: Expiry }
}

/// What an order is compared by.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderRef {
    channel: String,
    seller_key: String,
    order_id: String,
}

impl Form<identity::OrderKey> for OrderRef {
    fn of(value: &identity::OrderKey) -> Self {
        let identity::OrderKey { channel, seller_id, order_id } = value;
        Self { channel: Form::of(channel), seller_key: seller_id.key(), order_id: Form::of(order_id) }
    }
}

/// Items, by their CSKUs.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct ByCsku(Vec<RequestedItem>);

impl Form<Vec<reservation::RequestedItem>> for ByCsku {
    fn of(value: &Vec<reservation::RequestedItem>) -> Self {
        let mut items: Vec<RequestedItem> = Form::of(value);
        items.sort_by(|a, b| a.csku.cmp(&b.csku));
        Self(items)
    }
}

/// When a reservation is due.
#[derive(Clone, Debug, Serialize)]
pub(crate) enum Expiry {
    Never,
    After(i64),
    At(i64),
}

impl Form<command::Expiry> for Expiry {
    fn of(value: &command::Expiry) -> Self {
        match value {
            command::Expiry::Never => Self::Never,
            command::Expiry::After(micros) => Self::After(*micros),
            command::Expiry::At(time) => Self::At(Form::of(time)),
        }
    }
}

/// Which reservation.
#[derive(Clone, Debug, Serialize)]
pub(crate) enum Target {
    Id(Uuid),
    Order(OrderRef),
}

impl Form<command::Target> for Target {
    fn of(value: &command::Target) -> Self {
        match value {
            command::Target::Id(id) => Self::Id(*id),
            command::Target::Order(key) => Self::Order(Form::of(key)),
        }
    }
}
