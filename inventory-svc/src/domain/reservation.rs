//! Reservations: units held for one order, item by item, until they are shipped, given back, or due.

use std::collections::BTreeMap;

use shared::{
    code::Code,
    identity::{Channel, OrderId, OrderKey},
    time::Micros,
};
use uuid::Uuid;

use super::{isku::IskuId, location::LocationId, stock::StockKey};

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Units are held, or waited for, until they are due.
    Held,
    /// Units are held, or waited for, and never due.
    Confirmed,
    /// Nothing is held and something was shipped.
    Shipped,
    /// Nothing is held and nothing was shipped.
    Released,
    /// Like released, since it was due.
    Expired,
}

impl State {
    /// Its name, as stored and as told to callers.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Held => "HELD",
            Self::Confirmed => "CONFIRMED",
            Self::Shipped => "SHIPPED",
            Self::Released => "RELEASED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// What was decided about a reservation, beside its units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is due at its expiry.
    #[default]
    Held,
    /// It is never due.
    Confirmed,
    /// It was due.
    Expired,
}

/// What an order is compared by: the seller id without its case where that means nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// Units of one listing that an order needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RequestedItem {
    pub(crate) csku: Code,
    pub(crate) mapping_revision: i64,
    pub(crate) quantity: i64,
    /// What one unit consists of, by code, each code once.
    pub(crate) components: Vec<(Code, i64)>,
}

/// Why the items of an order cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemsError {
    /// The item names another revision or other components than an earlier one of its CSKU.
    Differs(usize),
    /// The units of the item's CSKU, or of one of its components, leave the range of 64-bit whole units.
    Overflow(usize),
}

/// One item for each CSKU, in the order they were first named; components by their codes.
pub(crate) fn sum_items(items: Vec<RequestedItem>) -> Result<Vec<RequestedItem>, ItemsError> {
    let mut summed: Vec<RequestedItem> = Vec::with_capacity(items.len());
    let mut places: BTreeMap<Code, usize> = BTreeMap::new();
    for (index, mut item) in items.into_iter().enumerate() {
        item.components = sum_components(item.components).ok_or(ItemsError::Overflow(index))?;
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

fn sum_components(components: Vec<(Code, i64)>) -> Option<Vec<(Code, i64)>> {
    let mut summed: BTreeMap<Code, i64> = BTreeMap::new();
    for (code, quantity) in components {
        let sum = summed.entry(code).or_insert(0);
        *sum = sum.checked_add(quantity)?;
    }
    Some(summed.into_iter().collect())
}

/// Units held for one order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reservation {
    pub(crate) reservation_id: Uuid,
    pub(crate) order: OrderKey,
    pub(crate) items: Vec<Item>,
    pub(crate) standing: Standing,
    /// When it is due, while it is held; never if absent.
    pub(crate) expire_time: Option<Micros>,
    pub(crate) create_time: Micros,
    pub(crate) update_time: Micros,
}

/// One listing of a reservation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) csku: Code,
    pub(crate) mapping_revision: i64,
    /// Units that the order wants.
    pub(crate) ordered: i64,
    /// Units that were ever held for it: those still held, shipped and released.
    pub(crate) quantity: i64,
    /// Units of it that could not be held, or were taken back, and are still wanted.
    pub(crate) short: i64,
    /// Shipped units that came back.
    pub(crate) returned: i64,
    pub(crate) components: Vec<Component>,
    /// By location priority; at least one.
    pub(crate) allocations: Vec<Allocation>,
}

/// What one unit of a listing consists of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Component {
    pub(crate) isku_id: IskuId,
    pub(crate) isku_code: Code,
    pub(crate) quantity: i64,
}

/// Units of a listing at one location.
#[derive(Clone, Debug, PartialEq)]
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
        let any = |units: fn(&Item) -> i64| self.items.iter().any(|item| units(item) > 0);
        let open = any(Item::held);
        if !open && any(Item::shipped) {
            return State::Shipped;
        }
        match self.standing {
            Standing::Expired => State::Expired,
            Standing::Held if open || self.is_short() => State::Held,
            Standing::Confirmed if open || self.is_short() => State::Confirmed,
            Standing::Held | Standing::Confirmed => State::Released,
        }
    }

    /// Whether units of it are wanted that it does not hold.
    pub(crate) fn is_short(&self) -> bool {
        self.items.iter().any(|item| item.short > 0)
    }

    /// Whether it holds units of an ISKU at a location.
    pub(crate) fn holds(&self, key: StockKey) -> bool {
        let here = |item: &Item| item.allocations.iter().any(|at| at.location_id == key.location_id && at.held > 0);
        let of_it = |item: &Item| item.components.iter().any(|part| part.isku_id == key.isku_id);
        self.items.iter().any(|item| of_it(item) && here(item))
    }

    /// Whether it holds units of a listing that has an ISKU, if one is named, and goes by one of these codes, if any is.
    pub(crate) fn holds_any(&self, isku_id: Option<IskuId>, cskus: &[Code]) -> bool {
        let has = |item: &Item, isku_id| item.components.iter().any(|part| part.isku_id == isku_id);
        self.items.iter().any(|item| {
            item.held() > 0
                && isku_id.is_none_or(|isku_id| has(item, isku_id))
                && (cskus.is_empty() || cskus.contains(&item.csku))
        })
    }

    /// Whether what it holds is free at this time.
    pub(crate) fn is_due(&self, now: Micros) -> bool {
        self.state() == State::Held && self.expire_time.is_some_and(|due| due <= now)
    }

    /// The reservation as it is at this time: what is due is released, whether or not that is written yet.
    #[must_use]
    pub(crate) fn at(mut self, now: Micros) -> Self {
        if self.is_due(now) {
            self.standing = Standing::Expired;
            for item in &mut self.items {
                item.short = 0;
                for allocation in &mut item.allocations {
                    allocation.released += std::mem::take(&mut allocation.held);
                }
            }
        }
        self
    }

    /// Whether an order with these items, summed per CSKU, is the one it was made for.
    pub(crate) fn is_for(&self, items: &[RequestedItem]) -> bool {
        let own: BTreeMap<&Code, i64> =
            self.items.iter().filter(|item| item.ordered > 0).map(|item| (&item.csku, item.ordered)).collect();
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
        check(
            &[item("A", 1, 1, &[("b", 2), ("a", 1)]), item("A", 1, 1, &[("a", 1), ("b", 1), ("b", 1)])],
            Ok(&[item("A", 1, 2, &[("a", 1), ("b", 2)])]),
        );
        check(&[item("A", 1, 1, &[("a", i64::MAX), ("a", 1)])], Err(ItemsError::Overflow(0)));
    }
}
