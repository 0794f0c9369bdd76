//! Orders: what they ask for and hold.

mod demand;

use std::collections::BTreeMap;

use shared::{code::Code, identity::OrderKey};
use uuid::Uuid;

use super::{
    listing::{Listing, ListingCode},
    mapping::Component,
};

pub use self::demand::{Demand, Fill, Unresolved, demand};

/// Units of one listing in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    /// Which listing.
    pub code: ListingCode,
    /// Units of it.
    pub quantity: i64,
}

/// The most units of one listing in an order.
pub const QUANTITY_MAX: i64 = 1_000_000_000;
/// The most lines of an order, before those of one listing are summed.
pub const LINES_MAX: usize = 10_000;
/// The most listings of an order.
pub const LISTINGS_MAX: usize = 1_000;

/// What inventory-svc is asked to hold for one listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveItem {
    /// The listing's code there.
    pub csku: String,
    /// The listing's code as ordered first.
    pub code: ListingCode,
    /// The listing.
    pub listing_id: Uuid,
    /// Other names that the same listing may have been reserved under.
    pub aliases: Vec<String>,
    /// Revision of the mapping.
    pub mapping_revision: i64,
    /// Units of the listing.
    pub quantity: i64,
    /// What one unit consists of.
    pub components: Vec<Component>,
}

impl Listing {
    /// The names that it may be reserved under, the one that is used now first.
    ///
    /// A listing goes by the channel's id where it has no CSKU, or another line has the same. Should that be the CSKU of another line, it
    /// is marked as an id.
    pub fn order_names(&self) -> Vec<String> {
        let cskus = self.csku.iter().chain(&self.renamed_csku).map(|code| code.as_str().to_owned());
        let ids =
            self.channel_listing_id.iter().flat_map(|id| [short(id.as_str()), short(&format!("id:{}", id.as_str()))]);
        cskus.chain(ids).collect()
    }
}

/// Ids may be longer than what inventory-svc takes as a code.
fn short(text: &str) -> String {
    if text.chars().count() <= Code::LENGTH_MAX {
        text.to_owned()
    } else {
        format!("id:{}", blake3::hash(text.as_bytes()).to_hex())
    }
}

/// Where an order's reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Units are held.
    Held,
    /// Units are held, and somebody has confirmed it.
    Confirmed,
    /// Nothing is held and something was shipped.
    Shipped,
    /// Nothing is held and nothing was shipped.
    Released,
    /// Like released, since it was due.
    Expired,
}

/// What an order holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which one.
    pub key: OrderKey,
    /// Its reservation in inventory-svc.
    pub reservation_id: String,
    /// Where it stands.
    pub state: OrderState,
    /// One for each listing that takes stock.
    pub lines: Vec<AllocatedLine>,
}

/// What one listing of an order holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocatedLine {
    /// The listing's code.
    pub csku: String,
    /// Units ordered.
    pub quantity: i64,
    /// Units still held.
    pub held: i64,
    /// Units that the order wants and that are not held.
    pub short: i64,
    /// Units shipped.
    pub shipped: i64,
    /// Units that were held and given back.
    pub released: i64,
    /// Shipped units that came back.
    pub returned: i64,
    /// Revision of the mapping it was reserved with.
    pub mapping_revision: i64,
}

impl Order {
    /// Whether it was made for these items, by whatever names and mappings they had then.
    pub fn is_for(&self, items: &[ReserveItem]) -> bool {
        self.lines.iter().filter(|line| line.quantity > 0).count() == items.len()
            && items.iter().all(|item| {
                let named = |line: &&AllocatedLine| line.csku == item.csku || item.aliases.contains(&line.csku);
                self.lines.iter().find(named).is_some_and(|line| line.quantity == item.quantity)
            })
    }

    /// Whether it was made for these lines, by the codes that they name, and nothing of it would be reserved again.
    pub fn stands_for(&self, lines: &[OrderLine]) -> bool {
        let mut asked: BTreeMap<String, i64> = BTreeMap::new();
        for line in lines {
            let sum = asked.entry(line.code.to_string()).or_default();
            *sum = sum.saturating_add(line.quantity);
        }
        let wanted = self.lines.iter().filter(|line| line.quantity > 0);
        let made: BTreeMap<String, i64> = wanted.map(|line| (line.csku.clone(), line.quantity)).collect();
        self.state != OrderState::Expired && asked == made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::listing::{ChannelListingId, Kind, example};

    #[test]
    fn an_order_is_recognised_after_its_listing_got_a_code() {
        let id = Uuid::from_u128(1);
        let mut listing = example::listing(id, id, "A", Kind::Single, &[(1, 1)]);
        let bare_line = OrderLine { code: ListingCode::Csku(Code::parse("A").unwrap()), quantity: 2 };
        listing.csku = None;
        listing.channel_listing_id = Some(ChannelListingId::parse("77").unwrap());
        let before = demand(&[(bare_line.clone(), Ok(listing.clone()))]).unwrap();
        listing.csku = Some(Code::parse("A").unwrap());
        let after = demand(&[(bare_line, Ok(listing))]).unwrap();
        let held = Order {
            key: OrderKey {
                channel: shared::identity::Channel::parse("shopee-my").unwrap(),
                seller_id: shared::identity::SellerId::parse("s").unwrap(),
                order_id: shared::identity::OrderId::parse("1").unwrap(),
            },
            reservation_id: String::new(),
            state: OrderState::Held,
            lines: vec![AllocatedLine {
                csku: before.items[0].csku.clone(),
                quantity: 2,
                held: 2,
                short: 0,
                shipped: 0,
                released: 0,
                returned: 0,
                mapping_revision: 1,
            }],
        };

        assert_eq!(before.items[0].csku, "77");
        assert_eq!(after.items[0].csku, "A");
        assert!(held.is_for(&after.items));
    }
}
