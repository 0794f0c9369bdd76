//! Orders: which lines take stock, and what they take.

use std::collections::BTreeMap;

use shared::{code::Code, identity::OrderKey};
use uuid::Uuid;

use super::{
    Error,
    listing::{Kind, Listing, ListingCode, Tracking},
    mapping::Component,
};

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
/// The most lines of an order.
pub const LINES_MAX: usize = 500;

/// What inventory-svc is asked to hold for one listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveItem {
    /// The listing's code there.
    pub csku: String,
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

/// What an order takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// One for each listing that takes stock.
    pub items: Vec<ReserveItem>,
    /// Codes of lines that take nothing.
    pub untracked: Vec<String>,
}

/// What an order takes, from its lines with the listing of each; lines of one listing are summed.
pub fn demand(lines: &[(OrderLine, Listing)]) -> Result<Demand, Error> {
    let mut summed: Vec<(&Listing, &ListingCode, i64)> = vec![];
    for (line, listing) in lines {
        match summed.iter_mut().find(|(known, _, _)| known.id == listing.id) {
            Some((_, _, sum)) => *sum = sum.saturating_add(line.quantity),
            None => summed.push((listing, &line.code, line.quantity)),
        }
    }
    let mut demand = Demand::default();
    for (listing, code, quantity) in &summed {
        let quantity = *quantity;
        if listing.kind == Kind::Group {
            return Err(Error::OrderForGroup((*code).clone()));
        }
        if listing.tracking == Tracking::Untracked {
            demand.untracked.push(code.to_string());
            continue;
        }
        if quantity > QUANTITY_MAX {
            let problem = format!("the lines of {code} must sum to at most 1,000,000,000");
            return Err(Error::Malformed(vec![("lines".to_owned(), problem)]));
        }
        let Some(mapping) = &listing.mapping else { return Err(Error::ListingUnmapped((*code).clone())) };
        if let Some(missing) = mapping.components.iter().find(|component| component.isku_id.is_none()) {
            return Err(Error::IskuNotFound { isku_code: missing.isku_code.clone() });
        }
        let mut names = listing.order_names();
        let others = || summed.iter().map(|(other, ..)| other).filter(|other| other.id != listing.id);
        let taken = |name: &String| others().filter_map(|other| other.csku.as_ref()).any(|csku| csku.as_str() == name);
        let free = names.iter().position(|name| !taken(name)).unwrap_or_default();
        demand.items.push(ReserveItem {
            csku: names.remove(free),
            listing_id: listing.id,
            aliases: names,
            mapping_revision: mapping.revision,
            quantity,
            components: mapping.components.clone(),
        });
    }
    if demand.items.is_empty() { Err(Error::NothingToReserve) } else { Ok(demand) }
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
    /// Units shipped.
    pub shipped: i64,
    /// Revision of the mapping it was reserved with.
    pub mapping_revision: i64,
}

impl Order {
    /// Whether it was made for these items, by whatever names and mappings they had then.
    pub fn is_for(&self, items: &[ReserveItem]) -> bool {
        self.lines.len() == items.len()
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
        let made: BTreeMap<String, i64> = self.lines.iter().map(|line| (line.csku.clone(), line.quantity)).collect();
        self.state != OrderState::Expired && asked == made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::listing::{ChannelListingId, example};

    fn line(id: u128, csku: &str, kind: Kind, set: &[(i64, i64)], quantity: i64) -> (OrderLine, Listing) {
        let listing = example::listing(Uuid::from_u128(1), Uuid::from_u128(id), csku, kind, set);
        (OrderLine { code: ListingCode::Csku(Code::parse(csku).unwrap()), quantity }, listing)
    }

    #[test]
    fn what_an_order_takes() {
        let check = |lines: &[(OrderLine, Listing)], expected: Result<&str, &str>| {
            let got = demand(lines).map_err(|error| error.reason()).map(|demand| {
                let items: Vec<String> = demand.items.iter().map(|i| format!("{}x{}", i.csku, i.quantity)).collect();
                format!("{} / {}", items.join(" "), demand.untracked.join(" "))
            });
            assert_eq!(got.as_deref().map_err(|reason| *reason), expected);
        };
        let untracked = || {
            let (line, listing) = line(9, "U", Kind::Single, &[], 1);
            (line, Listing { tracking: Tracking::Untracked, ..listing })
        };
        check(&[line(1, "A", Kind::Single, &[(1, 1)], 2)], Ok("Ax2 / "));
        let twice = [line(1, "A", Kind::Single, &[(1, 1)], 2), line(1, "A", Kind::Single, &[(1, 1)], 3)];
        check(&twice, Ok("Ax5 / "));
        check(&[line(1, "K", Kind::Kit, &[(1, 2), (2, 1)], 1), untracked()], Ok("Kx1 / U"));
        check(&[untracked()], Err("NOTHING_TO_RESERVE"));
        check(&[line(1, "G", Kind::Group, &[], 1)], Err("ORDER_FOR_GROUP"));
        check(&[line(1, "A", Kind::Single, &[], 1)], Err("LISTING_UNMAPPED"));
        let much = [line(1, "A", Kind::Single, &[(1, 1)], QUANTITY_MAX), line(1, "A", Kind::Single, &[(1, 1)], 1)];
        check(&much, Err("INVALID_FIELD"));
    }

    #[test]
    fn two_listings_of_an_order_never_go_by_one_name() {
        let (bare_line, mut bare) = line(2, "B", Kind::Single, &[(2, 1)], 1);
        bare.csku = None;
        bare.channel_listing_id = Some(ChannelListingId::parse("A").unwrap());

        let demand = demand(&[(bare_line, bare), line(1, "A", Kind::Single, &[(1, 1)], 2)]).unwrap();

        assert_eq!(demand.items.iter().map(|item| item.csku.as_str()).collect::<Vec<_>>(), ["id:A", "A"]);
    }

    #[test]
    fn two_listings_of_one_code_go_by_their_listing_ids() {
        let of = |n: u128, quantity| {
            let (line, listing) = line(n, "A", Kind::Single, &[(1, 1)], quantity);
            (line, Listing { channel_listing_id: ChannelListingId::parse(&format!("id-{n}")).ok(), ..listing })
        };

        let demand = demand(&[of(1, 2), of(2, 3), of(1, 4)]).unwrap();

        let held: Vec<_> = demand.items.iter().map(|item| (item.csku.as_str(), item.quantity)).collect();
        assert_eq!(held, [("id-1", 6), ("id-2", 3)]);
    }

    #[test]
    fn an_order_is_recognised_after_its_listing_got_a_code() {
        let (bare_line, mut listing) = line(1, "A", Kind::Single, &[(1, 1)], 2);
        listing.csku = None;
        listing.channel_listing_id = Some(ChannelListingId::parse("77").unwrap());
        let before = demand(&[(bare_line.clone(), listing.clone())]).unwrap();
        listing.csku = Some(Code::parse("A").unwrap());
        let after = demand(&[(bare_line, listing)]).unwrap();
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
                shipped: 0,
                mapping_revision: 1,
            }],
        };

        assert_eq!(before.items[0].csku, "77");
        assert_eq!(after.items[0].csku, "A");
        assert!(held.is_for(&after.items));
    }
}
