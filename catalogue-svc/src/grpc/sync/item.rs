//! Items of a sync, as they travel.

use proto::{
    catalogue::v1::{
        CategoryPath, ChannelStatus as ProtoStatus, ListingKind, MappingComponent, QuantityBasis as ProtoBasis,
        SyncItem,
    },
    r#type::v1::{Dimensions, Money},
};

use crate::domain::{
    listing::{ChannelStatus, Kind, QuantityBasis, Tracking},
    sync::item::{Amount, Item, NamedCategory},
};

/// An item for the wire.
pub(crate) fn to_proto(item: Item) -> SyncItem {
    let kind = match item.kind {
        None => ListingKind::Unspecified,
        Some(Kind::Single) => ListingKind::Single,
        Some(Kind::Group) => ListingKind::Group,
        Some(Kind::Variant) => ListingKind::Variant,
        Some(Kind::Kit) => ListingKind::Kit,
    };
    let status = match item.channel_status {
        None => ProtoStatus::Unspecified,
        Some(ChannelStatus::Live) => ProtoStatus::Live,
        Some(ChannelStatus::NotLive) => ProtoStatus::NotLive,
    };
    let basis = match item.quantity_basis {
        None => ProtoBasis::Unspecified,
        Some(QuantityBasis::NotCounted) => ProtoBasis::NotCounted,
        Some(QuantityBasis::AtParent) => ProtoBasis::AtParent,
    };
    let category =
        |named: NamedCategory| CategoryPath { channel_category_id: named.channel_category_id, path: named.path };
    let component = |(isku_code, quantity)| MappingComponent { isku_code, quantity, isku_id: 0 };
    SyncItem {
        row: item.row,
        csku: item.csku,
        channel_listing_id: item.channel_listing_id,
        kind: kind.into(),
        title: item.title,
        barcode: item.barcode,
        dimensions: item.sides_mm.map(|[length_mm, width_mm, height_mm]| Dimensions { length_mm, width_mm, height_mm }),
        weight_g: item.weight_g,
        cost_price: item.cost_price.map(|cost| Money {
            currency_code: cost.currency,
            units: cost.units,
            nanos: cost.nanos,
        }),
        channel_quantity: item.channel_quantity,
        quantity_basis: basis.into(),
        channel_status: status.into(),
        categories: item.categories.into_iter().map(category).collect(),
        stock_untracked: item.tracking == Tracking::Untracked,
        parent_csku: item.parent_csku,
        parent_channel_listing_id: item.parent_channel_listing_id,
        member_cskus: item.member_cskus,
        components: item.components.into_iter().map(component).collect(),
        member_channel_listing_ids: item.member_channel_listing_ids,
    }
}

/// An item from the wire; nothing is judged yet.
pub(crate) fn from_proto(item: SyncItem) -> Item {
    let kind = match item.kind() {
        ListingKind::Unspecified => None,
        ListingKind::Single => Some(Kind::Single),
        ListingKind::Group => Some(Kind::Group),
        ListingKind::Variant => Some(Kind::Variant),
        ListingKind::Kit => Some(Kind::Kit),
    };
    let channel_status = match item.channel_status() {
        ProtoStatus::Unspecified => None,
        ProtoStatus::Live => Some(ChannelStatus::Live),
        ProtoStatus::NotLive => Some(ChannelStatus::NotLive),
    };
    let quantity_basis = match item.quantity_basis() {
        ProtoBasis::Unspecified => None,
        ProtoBasis::NotCounted => Some(QuantityBasis::NotCounted),
        ProtoBasis::AtParent => Some(QuantityBasis::AtParent),
    };
    let category =
        |named: CategoryPath| NamedCategory { channel_category_id: named.channel_category_id, path: named.path };
    Item {
        row: item.row,
        csku: item.csku,
        channel_listing_id: item.channel_listing_id,
        kind,
        title: item.title,
        barcode: item.barcode,
        sides_mm: item.dimensions.map(|sides| [sides.length_mm, sides.width_mm, sides.height_mm]),
        weight_g: item.weight_g,
        cost_price: item.cost_price.map(|cost| Amount {
            currency: cost.currency_code,
            units: cost.units,
            nanos: cost.nanos,
        }),
        channel_quantity: item.channel_quantity,
        quantity_basis,
        channel_status,
        categories: item.categories.into_iter().map(category).collect(),
        tracking: if item.stock_untracked { Tracking::Untracked } else { Tracking::Tracked },
        parent_csku: item.parent_csku,
        parent_channel_listing_id: item.parent_channel_listing_id,
        member_cskus: item.member_cskus,
        member_channel_listing_ids: item.member_channel_listing_ids,
        components: item.components.into_iter().map(|component| (component.isku_code, component.quantity)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_comes_out_as_it_went_in() {
        let item = Item {
            row: 3,
            csku: "A".into(),
            channel_listing_id: "9".into(),
            kind: Some(Kind::Kit),
            title: "Set".into(),
            barcode: "955".into(),
            sides_mm: Some([1, 2, 3]),
            weight_g: Some(4),
            cost_price: Some(Amount { currency: "MYR".into(), units: 5, nanos: 6 }),
            channel_quantity: Some(-7),
            quantity_basis: Some(QuantityBasis::AtParent),
            channel_status: Some(ChannelStatus::NotLive),
            categories: vec![NamedCategory { channel_category_id: "c".into(), path: vec!["x".into()] }],
            tracking: Tracking::Untracked,
            parent_csku: "P".into(),
            parent_channel_listing_id: "8".into(),
            member_cskus: vec!["M".into()],
            member_channel_listing_ids: vec!["7".into()],
            components: vec![("B".into(), 2)],
        };

        assert_eq!(from_proto(to_proto(item.clone())), item);
        assert_eq!(from_proto(to_proto(Item::default())), Item::default());
    }
}
