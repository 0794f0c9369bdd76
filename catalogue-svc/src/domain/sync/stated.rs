//! An item that is well formed: read from what a feed states, with everything wrong named at once.

use std::collections::{BTreeMap, HashSet};

use shared::{
    code::Code,
    measure::{self, Dimensions},
    money::Money,
};

use super::item::Item;
use crate::domain::{
    category::CategoryPath,
    listing::{ChannelListingId, ChannelStatus, Description, Kind, ListingCode, QuantityBasis, Tracking},
    mapping::{COMPONENTS_MAX, QUANTITY_MAX},
};

/// What is wrong with one field of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field.
    pub field: &'static str,
    /// A sentence without its subject, such as "must not be empty".
    pub problem: String,
}

/// A well-formed item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Where it stands in the source.
    pub row: i64,
    /// Its code.
    pub csku: Option<Code>,
    /// The channel's own id.
    pub channel_listing_id: Option<ChannelListingId>,
    /// What it is.
    pub kind: Kind,
    /// What the goods are.
    pub description: Description,
    /// What one unit costs the merchant.
    pub cost_price: Option<Money>,
    /// What the channel shows as in stock of the item itself.
    pub channel_quantity: Option<i64>,
    /// What the channel counts, if not the item itself.
    pub quantity_basis: Option<QuantityBasis>,
    /// The number that variants share.
    pub shared_quantity: Option<i64>,
    /// Whether it is live.
    pub channel_status: Option<ChannelStatus>,
    /// The categories that the feed names, without repeats.
    pub categories: Vec<CategoryPath>,
    /// Whether it takes stock.
    pub tracking: Tracking,
    /// For VARIANT: its group.
    pub parent: Option<ListingCode>,
    /// For GROUP: the members that the feed names.
    pub members: Vec<ListingCode>,
    /// For KIT, and for VARIANTs that are packs: its components; repeats are summed.
    pub components: BTreeMap<Code, i64>,
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn note(&mut self, field: &'static str, problem: impl ToString) {
        self.problems.push(Problem { field, problem: problem.to_string() });
    }

    fn take<T>(&mut self, field: &'static str, parsed: Result<T, impl ToString>) -> Option<T> {
        parsed.map_err(|problem| self.note(field, problem)).ok()
    }

    /// A text of at most `max` characters; `None` if empty.
    fn text(&mut self, field: &'static str, text: &str, max: usize) -> Option<String> {
        let text = text.trim();
        if text.chars().count() > max {
            self.note(field, format!("must have at most {max} characters"));
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn csku(&mut self, field: &'static str, text: &str) -> Option<Code> {
        if text.trim().is_empty() { None } else { self.take(field, Code::parse(text)) }
    }

    fn listing_id(&mut self, field: &'static str, text: &str) -> Option<ChannelListingId> {
        if text.trim().is_empty() { None } else { self.take(field, ChannelListingId::parse(text)) }
    }

    fn components(&mut self, stated: &[(String, i64)]) -> BTreeMap<Code, i64> {
        let mut components: BTreeMap<Code, i64> = BTreeMap::new();
        for (code, quantity) in stated {
            if let Some(code) = self.take("components", Code::parse(code)) {
                let sum = components.get(&code).copied().unwrap_or(0).checked_add(*quantity);
                match sum.filter(|sum| *quantity >= 1 && (1..=QUANTITY_MAX).contains(sum)) {
                    Some(sum) => drop(components.insert(code, sum)),
                    None => self.note("components", "each quantity must be 1 to 1000000"),
                }
            }
        }
        if components.len() > COMPONENTS_MAX {
            self.note("components", "must be at most 100");
        }
        components
    }
}

impl Stated {
    /// The [rank](Self::rank) of groups.
    pub const GROUP_RANK: i64 = 0;
    /// The [rank](Self::rank) of kits.
    pub const KIT_RANK: i64 = 3;
    /// The [rank](Self::rank) of variants that are packs.
    const PACK_RANK: i64 = 4;

    /// The kind of what has a [rank](Self::rank).
    pub fn kind_of(rank: i64) -> Kind {
        match rank {
            Self::GROUP_RANK => Kind::Group,
            1 => Kind::Single,
            Self::KIT_RANK => Kind::Kit,
            _ => Kind::Variant,
        }
    }

    /// Reads an item, or names everything that is wrong with it.
    pub fn parse(item: &Item) -> Result<Self, Vec<Problem>> {
        let mut read = Reader::default();
        let csku = read.csku("csku", &item.csku);
        let channel_listing_id = read.listing_id("channel_listing_id", &item.channel_listing_id);
        if read.problems.is_empty() && csku.is_none() && channel_listing_id.is_none() {
            read.note("csku", "this or channel_listing_id must be there");
        }
        if item.kind.is_none() {
            read.note("kind", "must be SINGLE, GROUP, VARIANT or KIT");
        }
        // A pack that is a member of a group is a variant of it.
        let has_parent =
            [&item.parent_csku, &item.parent_channel_listing_id].iter().any(|code| !code.trim().is_empty());
        let kind = match item.kind.unwrap_or(Kind::Single) {
            Kind::Kit if has_parent => Kind::Variant,
            kind => kind,
        };
        let [length, width, height] = item.sides_mm.unwrap_or_default();
        let dimensions = item.sides_mm.and_then(|_| read.take("dimensions", Dimensions::parse(length, width, height)));
        let weight_g = item.weight_g.and_then(|weight| read.take("weight_g", measure::parse_weight_g(weight)));
        let cost_price = item.cost_price.as_ref();
        let cost_price =
            cost_price.and_then(|cost| read.take("cost_price", Money::parse(&cost.currency, cost.units, cost.nanos)));
        let mut categories: Vec<CategoryPath> = vec![];
        for named in &item.categories {
            let category = read.take("categories", CategoryPath::parse(&named.channel_category_id, &named.path));
            categories.extend(category.filter(|category| !categories.contains(category)));
        }
        let stated = Self {
            row: item.row,
            csku,
            channel_listing_id,
            kind,
            description: Description {
                title: read.text("title", &item.title, Description::TITLE_LENGTH_MAX),
                barcode: read.text("barcode", &item.barcode, Description::BARCODE_LENGTH_MAX),
                dimensions,
                weight_g,
            },
            cost_price,
            channel_quantity: item.channel_quantity.filter(|_| kind != Kind::Group && item.quantity_basis.is_none()),
            quantity_basis: item.quantity_basis,
            shared_quantity: item.channel_quantity.filter(|_| item.quantity_basis == Some(QuantityBasis::AtParent)),
            channel_status: item.channel_status,
            categories,
            tracking: item.tracking,
            parent: read.parent(item, kind),
            members: read.members(item, kind),
            components: read.components(&item.components),
        };
        if !stated.components.is_empty() && matches!(kind, Kind::Single | Kind::Group) {
            read.note("components", "only a KIT has them, or a VARIANT that is a pack");
        }
        if item.quantity_basis == Some(QuantityBasis::AtParent) && matches!(kind, Kind::Single | Kind::Kit) {
            read.note("quantity_basis", "only a GROUP or a VARIANT has its quantity at the parent");
        }
        if item.row < 1 {
            read.note("row", "must be 1 or more");
        }
        if read.problems.is_empty() { Ok(stated) } else { Err(read.problems) }
    }

    /// When its turn comes to be listed: parents before their variants, components before kits.
    pub fn rank(&self) -> i64 {
        match self.kind {
            Kind::Group => Self::GROUP_RANK,
            Kind::Single => 1,
            Kind::Variant if self.components.is_empty() => 2,
            Kind::Kit => Self::KIT_RANK,
            Kind::Variant => Self::PACK_RANK,
        }
    }
}

impl Reader {
    fn parent(&mut self, item: &Item, kind: Kind) -> Option<ListingCode> {
        let csku = self.csku("parent_csku", &item.parent_csku).map(ListingCode::Csku);
        let id = self
            .listing_id("parent_channel_listing_id", &item.parent_channel_listing_id)
            .map(ListingCode::ChannelListingId);
        let parent = csku.or(id);
        match (kind, &parent) {
            (Kind::Variant, None) => self.note("parent_csku", "a VARIANT must name its group"),
            (Kind::Single | Kind::Group | Kind::Kit, Some(_)) => {
                self.note("parent_csku", "only a VARIANT has a parent")
            }
            _ => {}
        }
        parent
    }

    fn members(&mut self, item: &Item, kind: Kind) -> Vec<ListingCode> {
        let (mut members, mut seen) = (vec![], HashSet::new());
        let cskus = item
            .member_cskus
            .iter()
            .map(|csku| Code::parse(csku).map(ListingCode::Csku).map_err(|problem| problem.to_string()));
        let ids = item.member_channel_listing_ids.iter();
        let ids = ids.map(|id| ChannelListingId::parse(id).map(ListingCode::ChannelListingId).map_err(str::to_owned));
        for parsed in cskus.chain(ids) {
            let member = self.take("member_cskus", parsed);
            members.extend(member.filter(|member| seen.insert(member.clone())));
        }
        if !members.is_empty() && kind != Kind::Group {
            self.note("member_cskus", "only a GROUP has members");
        }
        if members.len() > 1_000 {
            self.note("member_cskus", "must be at most 1000");
        }
        members
    }
}

#[cfg(test)]
mod tests;
