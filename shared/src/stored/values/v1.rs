//! Version 1 of values that both services store.

use serde::{Deserialize, Serialize, Serializer};

use super::{Form, Read, Unreadable};
use crate::{identity, measure, money};

/// A change of what may be absent: null leaves it as it is, false takes it away, and anything else is the new value.
#[derive(Clone, Debug)]
pub enum Change<F> {
    /// As it is.
    Leave,
    /// Nothing from now on.
    TakeAway,
    /// This from now on.
    Set(F),
}

impl<F: Form<D>, D> Form<Option<Option<D>>> for Change<F> {
    fn of(value: &Option<Option<D>>) -> Self {
        match value {
            None => Self::Leave,
            Some(None) => Self::TakeAway,
            Some(Some(value)) => Self::Set(F::of(value)),
        }
    }
}

impl<F: Serialize> Serialize for Change<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Leave => serializer.serialize_none(),
            Self::TakeAway => serializer.serialize_bool(false),
            Self::Set(value) => value.serialize(serializer),
        }
    }
}

/// An amount of money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Money {
    currency: String,
    units: i64,
    nanos: i32,
}

impl Form<money::Money> for Money {
    fn of(value: &money::Money) -> Self {
        Self { currency: value.currency().to_owned(), units: value.units(), nanos: value.nanos() }
    }
}

impl Read<money::Money> for Money {
    fn read(self) -> Result<money::Money, Unreadable> {
        money::Money::parse(&self.currency, self.units, self.nanos).map_err(Unreadable::because)
    }
}

/// Outer dimensions of one unit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dimensions {
    length_mm: i64,
    width_mm: i64,
    height_mm: i64,
}

impl Form<measure::Dimensions> for Dimensions {
    fn of(value: &measure::Dimensions) -> Self {
        let measure::Dimensions { length_mm, width_mm, height_mm } = *value;
        Self { length_mm, width_mm, height_mm }
    }
}

impl Read<measure::Dimensions> for Dimensions {
    fn read(self) -> Result<measure::Dimensions, Unreadable> {
        let Self { length_mm, width_mm, height_mm } = self;
        measure::Dimensions::parse(length_mm, width_mm, height_mm).map_err(Unreadable::because)
    }
}

/// An order as its channel names it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderKey {
    channel: String,
    seller_id: String,
    order_id: String,
}

impl Form<identity::OrderKey> for OrderKey {
    fn of(value: &identity::OrderKey) -> Self {
        let identity::OrderKey { channel, seller_id, order_id } = value;
        Self { channel: Form::of(channel), seller_id: Form::of(seller_id), order_id: Form::of(order_id) }
    }
}

impl Read<identity::OrderKey> for OrderKey {
    fn read(self) -> Result<identity::OrderKey, Unreadable> {
        Ok(identity::OrderKey {
            channel: self.channel.read()?,
            seller_id: self.seller_id.read()?,
            order_id: self.order_id.read()?,
        })
    }
}
