//! Reservations: units held for one order, item by item.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use shared::{
    code::Code,
    identity::{Channel, OrderId, OrderKey},
    time::Micros,
};
use uuid::Uuid;

use super::{isku::IskuId, location::LocationId};

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// Units are held.
    Held,
    /// Nothing is held and something was shipped.
    Shipped,
    /// Nothing is held and nothing was shipped.
    Released,
}

impl State {
    /// Its name, as stored and as told to callers.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Held => "HELD",
            Self::Shipped => "SHIPPED",
            Self::Released => "RELEASED",
        }
    }
}

/// What an order is compared by: the seller id without its case where that means nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct OrderRef {
    pub(crate) channel: Channel,
    pub(crate) seller_key: String,
    pub(crate) order_id: OrderId,
}

impl From<&OrderKey> for OrderRef {
    fn from(key: &OrderKey) -> Self {
        Self { channel: key.channel.clone(), seller_key: key.seller_id.key(), order_id: key.order_id.clone() }
    }
}

/// Writes an order as it is compared, so that equal orders make equal commands.
pub(super) fn as_compared<S: Serializer>(key: &OrderKey, serializer: S) -> Result<S::Ok, S::Error> {
    OrderRef::from(key).serialize(serializer)
}

/// Units of one listing that an order needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct RequestedItem {
    pub(crate) csku: Code,
    pub(crate) mapping_revision: i64,
    pub(crate) quantity: i64,
    /// What one unit consists of.
    pub(crate) components: Vec<(Code, i64)>,
}

/// Why the items of an order cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemsError {
    /// The item names another revision or other components than an earlier one of its CSKU.
    Differs(usize),
    /// The units of the item's CSKU leave the range of 64-bit whole units.
    Overflow(usize),
}

/// One item for each CSKU, in the order they were first named.
pub(crate) fn sum_items(items: Vec<RequestedItem>) -> Result<Vec<RequestedItem>, ItemsError> {
    let mut summed: Vec<RequestedItem> = Vec::with_capacity(items.len());
    let mut places: BTreeMap<Code, usize> = BTreeMap::new();
    for (index, item) in items.into_iter().enumerate() {
        let Some(known) = places.get(&item.csku).and_then(|place| summed.get_mut(*place)) else {
            places.insert(item.csku.clone(), summed.len());
            summed.push(item);
            continue;
        };
        if known.mapping_revision != item.mapping_revision || known.components != item.components {
            return Err(ItemsError::Differs(index));
        }
        known.quantity = known.quantity.checked_add(item.quantity).ok_or(ItemsError::Overflow(index))?;
    }
    Ok(summed)
}

/// Units held for one order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reservation {
    pub(crate) reservation_id: Uuid,
    pub(crate) order: OrderKey,
    pub(crate) items: Vec<Item>,
    pub(crate) create_time: Micros,
    pub(crate) update_time: Micros,
}

/// One listing of a reservation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) csku: Code,
    pub(crate) mapping_revision: i64,
    pub(crate) quantity: i64,
    pub(crate) components: Vec<Component>,
    /// By location priority.
    pub(crate) allocations: Vec<Allocation>,
}

/// What one unit of a listing consists of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Component {
    pub(crate) isku_id: IskuId,
    pub(crate) isku_code: Code,
    pub(crate) quantity: i64,
}

/// Units of a listing at one location.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Allocation {
    pub(crate) location_id: LocationId,
    pub(crate) location: Code,
    pub(crate) held: i64,
    pub(crate) shipped: i64,
    pub(crate) released: i64,
}

impl Item {
    /// Units still held.
    pub(crate) fn held(&self) -> i64 {
        self.allocations.iter().map(|allocation| allocation.held).sum()
    }

    /// Units shipped.
    pub(crate) fn shipped(&self) -> i64 {
        self.allocations.iter().map(|allocation| allocation.shipped).sum()
    }

    /// Units given back.
    pub(crate) fn released(&self) -> i64 {
        self.allocations.iter().map(|allocation| allocation.released).sum()
    }
}

impl Reservation {
    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        if self.items.iter().any(|item| item.held() > 0) {
            State::Held
        } else if self.items.iter().any(|item| item.shipped() > 0) {
            State::Shipped
        } else {
            State::Released
        }
    }

    /// Whether an order with these items, summed per CSKU, is the one it was made for.
    pub(crate) fn is_for(&self, items: &[RequestedItem]) -> bool {
        let own: BTreeMap<&Code, i64> = self.items.iter().map(|item| (&item.csku, item.quantity)).collect();
        let asked: BTreeMap<&Code, i64> = items.iter().map(|item| (&item.csku, item.quantity)).collect();
        own == asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(csku: &str, revision: i64, quantity: i64, components: &[(&str, i64)]) -> RequestedItem {
        let components = components.iter().map(|(code, q)| (Code::parse(code).unwrap(), *q)).collect();
        RequestedItem { csku: Code::parse(csku).unwrap(), mapping_revision: revision, quantity, components }
    }

    #[test]
    fn items_of_one_csku_are_summed_if_they_agree() {
        let check = |items: &[RequestedItem], expected: Result<&[RequestedItem], ItemsError>| {
            assert_eq!(sum_items(items.to_vec()).as_deref().map_err(|e| *e), expected);
        };
        let a = |quantity| item("A", 1, quantity, &[("a", 1)]);
        let b = |quantity| item("B", 1, quantity, &[("a", 1), ("b", 2)]);

        check(&[a(1), b(2), a(3)], Ok(&[a(4), b(2)]));
        check(&[a(1), item("A", 2, 1, &[("a", 1)])], Err(ItemsError::Differs(1)));
        check(&[a(1), b(1), item("A", 1, 1, &[("a", 2)])], Err(ItemsError::Differs(2)));
        check(&[a(i64::MAX), a(1)], Err(ItemsError::Overflow(1)));
    }
}
