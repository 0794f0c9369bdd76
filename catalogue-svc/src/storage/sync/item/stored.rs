//! Staged items as they are stored. Version 1, written since the first release; it does not change.

#[cfg(test)]
mod tests;

use shared::{
    stored::{self, Unreadable},
    stored_struct,
};

use crate::{
    domain::sync::item,
    stored::v1::{ChannelStatus, Kind, QuantityBasis, Tracking},
};

/// The text of an item.
pub(super) fn write(item: &item::Item) -> Result<String, Unreadable> {
    stored::write::<Item, _>(item)
}

/// The item that a text states.
pub(super) fn read(text: &str) -> Result<item::Item, Unreadable> {
    stored::read::<Item, _>(text)
}

stored_struct! {
    /// One listing as a feed states it. What an earlier release did not know of is as if the feed did not state it.
    #[derive(Default)]
    #[serde(default)]
    Item = item::Item {
        row: i64,
        csku: String,
        channel_listing_id: String,
        kind: Option<Kind>,
        title: String,
        barcode: String,
        sides_mm: Option<[i64; 3]>,
        weight_g: Option<i64>,
        cost_price: Option<Amount>,
        channel_quantity: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        quantity_basis: Option<QuantityBasis>,
        channel_status: Option<ChannelStatus>,
        categories: Vec<NamedCategory>,
        tracking: Tracking,
        parent_csku: String,
        parent_channel_listing_id: String,
        member_cskus: Vec<String>,
        member_channel_listing_ids: Vec<String>,
        components: Vec<(String, i64)>,
    }

    /// An amount of money as a feed states it.
    Amount = item::Amount { currency: String, units: i64, nanos: i32 }

    /// A category as a feed names it.
    #[derive(Default)]
    #[serde(default)]
    NamedCategory = item::NamedCategory { channel_category_id: String, path: Vec<String> }
}
