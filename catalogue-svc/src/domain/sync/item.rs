//! One listing as a feed states it, before anything is judged.

use crate::domain::listing::{ChannelStatus, Kind, QuantityBasis, Tracking};

/// One listing as a feed states it; every field may still be malformed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Where it stands in the source, such as the line of a file, from 1.
    pub row: i64,
    /// Its code; empty if it has none.
    pub csku: String,
    /// The channel's own id; empty if the feed has none.
    pub channel_listing_id: String,
    /// What it is.
    pub kind: Option<Kind>,
    /// What it is called.
    pub title: String,
    /// Barcode.
    pub barcode: String,
    /// Length, width and height of one unit in millimetres.
    pub sides_mm: Option<[i64; 3]>,
    /// Weight of one unit in grams.
    pub weight_g: Option<i64>,
    /// What one unit costs the merchant.
    pub cost_price: Option<Amount>,
    /// What the channel shows as in stock.
    pub channel_quantity: Option<i64>,
    /// What that counts, if not the item itself.
    pub quantity_basis: Option<QuantityBasis>,
    /// Whether it is live; `None` if the feed does not say.
    pub channel_status: Option<ChannelStatus>,
    /// The categories that the feed names.
    pub categories: Vec<NamedCategory>,
    /// Whether it takes stock.
    pub tracking: Tracking,
    /// For VARIANT: the CSKU of its group.
    pub parent_csku: String,
    /// For VARIANT: the channel's id of its group.
    pub parent_channel_listing_id: String,
    /// For GROUP: members by CSKU.
    pub member_cskus: Vec<String>,
    /// For GROUP: members by the channel's id.
    pub member_channel_listing_ids: Vec<String>,
    /// For KIT: codes and quantities of its components.
    pub components: Vec<(String, i64)>,
}

/// An amount of money as a feed states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// ISO 4217 code.
    pub currency: String,
    /// Whole units.
    pub units: i64,
    /// Billionths of a unit.
    pub nanos: i32,
}

/// A category as a feed names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedCategory {
    /// The channel's id; empty where it has none.
    pub channel_category_id: String,
    /// Names from the root to the category.
    pub path: Vec<String>,
}
