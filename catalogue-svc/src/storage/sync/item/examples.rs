//! A value of every kind that is staged, each field unlike the others: what the golden file is compared with.

use crate::domain::{
    listing::{ChannelStatus, Kind, QuantityBasis, Tracking},
    sync::item::{Amount, Item, NamedCategory},
};

/// Items, by the names of their lines.
pub(crate) fn items() -> Vec<(&'static str, Item)> {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let full = Item {
        row: 1,
        csku: " K/1 ".to_owned(),
        channel_listing_id: "gid-1".to_owned(),
        kind: Some(Kind::Kit),
        title: "Sock \"L\" ü".to_owned(),
        barcode: "4006381333931".to_owned(),
        sides_mm: Some([10, 20, 30]),
        weight_g: Some(40),
        cost_price: Some(Amount { currency: "MYR".to_owned(), units: 5, nanos: 600_000_000 }),
        channel_quantity: Some(-7),
        quantity_basis: None,
        channel_status: Some(ChannelStatus::Live),
        categories: vec![NamedCategory { channel_category_id: "77".to_owned(), path: texts(&["Clothes", "Socks"]) }],
        tracking: Tracking::Untracked,
        parent_csku: "P".to_owned(),
        parent_channel_listing_id: "gid-2".to_owned(),
        member_cskus: texts(&["M", "N"]),
        member_channel_listing_ids: texts(&["gid-3"]),
        components: vec![("A".to_owned(), 2), ("B".to_owned(), 3)],
    };
    let kind = |kind| Item { kind: Some(kind), ..Item::default() };
    vec![
        ("full", full),
        ("bare", Item::default()),
        ("single", kind(Kind::Single)),
        ("group", kind(Kind::Group)),
        ("variant", kind(Kind::Variant)),
        ("not-counted", Item { quantity_basis: Some(QuantityBasis::NotCounted), ..Item::default() }),
        ("at-parent", Item { quantity_basis: Some(QuantityBasis::AtParent), ..kind(Kind::Group) }),
        ("not-live", Item { channel_status: Some(ChannelStatus::NotLive), ..Item::default() }),
    ]
}
