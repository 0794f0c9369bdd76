//! Domain values as messages.

use prost_types::Timestamp;
use proto::{
    catalogue::v1::{
        Availability, AvailabilityRule, CategoryPath as ProtoCategoryPath, ChannelStatus as ProtoChannelStatus,
        DuplicatePolicy as ProtoDuplicatePolicy, Finding as ProtoFinding, FindingKind as ProtoFindingKind,
        FindingState, Listing as ProtoListing, ListingIntent, ListingKey as ProtoListingKey, ListingKind,
        ListingReason, Mapping as ProtoMapping, MappingComponent, MappingSource, OnSameGoods as ProtoOnSameGoods,
        OrderState as ProtoOrderState, ReasonDetail as ProtoReasonDetail, SellerAccount, SellerAccountKey, listing_key,
    },
    r#type::v1::Dimensions as ProtoDimensions,
};
use shared::time::Micros;

use crate::domain::{
    account::{Account, AccountKey, DuplicatePolicy, OnSameGoods},
    availability::{Offer, Rule},
    category::CategoryPath,
    etag,
    finding::{Effect, FindingKind, Stored},
    listing::{ChannelStatus, Intent, Kind, ListingCode, ListingKey, Presence, Shown, Tracking},
    mapping::{Mapping, Source},
    order::OrderState,
    readiness::{Reason, ReasonDetail},
};

pub(crate) fn timestamp(time: Micros) -> Timestamp {
    let (seconds, nanos) = time.seconds_and_nanos();
    Timestamp { seconds, nanos }
}

pub(crate) fn proto_account_key(key: &AccountKey) -> SellerAccountKey {
    SellerAccountKey { channel: key.channel.to_string(), seller_id: key.seller_id.as_received().to_owned() }
}

pub(crate) fn proto_account(account: Account) -> SellerAccount {
    let duplicate_policy = match account.terms.duplicate_policy {
        DuplicatePolicy::Block => ProtoDuplicatePolicy::Block,
        DuplicatePolicy::Warn => ProtoDuplicatePolicy::Warn,
    };
    let on_same_goods = match account.terms.on_same_goods {
        OnSameGoods::Ask => ProtoOnSameGoods::Ask,
        OnSameGoods::Create => ProtoOnSameGoods::Create,
    };
    SellerAccount {
        key: Some(proto_account_key(&account.key)),
        duplicate_policy: duplicate_policy.into(),
        buffer: account.terms.buffer,
        maximum: account.terms.maximum,
        retire_threshold_percent: account.terms.retire_threshold_percent,
        locations: account.terms.locations,
        on_same_goods: on_same_goods.into(),
        first_sync_due: account.first_sync_due,
        etag: etag(account.version),
        create_time: Some(timestamp(account.create_time)),
        update_time: Some(timestamp(account.update_time)),
        last_sync_time: account.last_sync_time.map(timestamp),
    }
}

pub(crate) fn proto_listing_code(account: &AccountKey, code: &ListingCode) -> ProtoListingKey {
    let code = match code {
        ListingCode::Csku(csku) => listing_key::Code::Csku(csku.to_string()),
        ListingCode::ChannelListingId(id) => listing_key::Code::ChannelListingId(id.as_str().to_owned()),
    };
    ProtoListingKey { account: Some(proto_account_key(account)), code: Some(code) }
}

pub(crate) fn proto_listing_key(key: &ListingKey) -> ProtoListingKey {
    proto_listing_code(&key.account, &key.code)
}

pub(crate) fn proto_category(category: &CategoryPath) -> ProtoCategoryPath {
    ProtoCategoryPath {
        channel_category_id: category.channel_category_id().unwrap_or_default().to_owned(),
        path: category.path().to_vec(),
    }
}

pub(crate) fn proto_listing(shown: Shown) -> ProtoListing {
    let Shown { listing, account, category, reasons, members, parent } = shown;
    let channel_status = match listing.channel_status {
        Some(ChannelStatus::Live) => ProtoChannelStatus::Live,
        Some(ChannelStatus::NotLive) => ProtoChannelStatus::NotLive,
        None => ProtoChannelStatus::Unspecified,
    };
    let intent = match listing.intent {
        Intent::Published => ListingIntent::Published,
        Intent::Unpublished => ListingIntent::Unpublished,
    };
    let id = listing.channel_listing_id.as_ref();
    ProtoListing {
        listing_id: listing.id.to_string(),
        csku: listing.csku.as_ref().map(ToString::to_string).unwrap_or_default(),
        channel_listing_id: id.map(|id| id.as_str().to_owned()).unwrap_or_default(),
        kind: proto_kind(listing.kind).into(),
        title: listing.description.title.unwrap_or_default(),
        barcode: listing.description.barcode.unwrap_or_default(),
        dimensions: listing.description.dimensions.map(|of| ProtoDimensions {
            length_mm: of.length_mm,
            width_mm: of.width_mm,
            height_mm: of.height_mm,
        }),
        weight_g: listing.description.weight_g,
        stock_tracked: listing.tracking == Tracking::Tracked,
        intent: intent.into(),
        channel_status: channel_status.into(),
        channel_quantity: listing.channel_quantity,
        category: category.as_ref().map(proto_category),
        mapping: Some(listing.mapping.map(proto_mapping).unwrap_or_default()),
        reasons: reasons.into_iter().map(proto_reason).collect(),
        members: members.iter().map(|code| proto_listing_code(&account, code)).collect(),
        parent: parent.as_ref().map(|code| proto_listing_code(&account, code)),
        retired: listing.presence == Presence::Retired,
        etag: etag(listing.version),
        create_time: Some(timestamp(listing.create_time)),
        update_time: Some(timestamp(listing.update_time)),
        account: Some(proto_account_key(&account)),
    }
}

fn proto_kind(kind: Kind) -> ListingKind {
    match kind {
        Kind::Single => ListingKind::Single,
        Kind::Group => ListingKind::Group,
        Kind::Variant => ListingKind::Variant,
        Kind::Kit => ListingKind::Kit,
    }
}

pub(crate) fn proto_order_state(state: OrderState) -> ProtoOrderState {
    match state {
        OrderState::Held => ProtoOrderState::Held,
        OrderState::Confirmed => ProtoOrderState::Confirmed,
        OrderState::Shipped => ProtoOrderState::Shipped,
        OrderState::Released => ProtoOrderState::Released,
        OrderState::Expired => ProtoOrderState::Expired,
    }
}

pub(crate) fn proto_mapping(mapping: Mapping) -> ProtoMapping {
    let source = match mapping.source {
        Source::Default => MappingSource::Default,
        Source::Manual => MappingSource::Manual,
    };
    let component = |one: crate::domain::mapping::Component| MappingComponent {
        isku_code: one.isku_code.to_string(),
        quantity: one.quantity,
        isku_id: one.isku_id.unwrap_or_default(),
    };
    ProtoMapping {
        revision: mapping.revision,
        source: source.into(),
        components: mapping.components.into_iter().map(component).collect(),
        actor: mapping.actor,
        note: mapping.note,
        create_time: Some(timestamp(mapping.create_time)),
    }
}

pub(crate) fn proto_reason(detail: ReasonDetail) -> ProtoReasonDetail {
    let reason = match detail.reason {
        Reason::NeedsIsku => ListingReason::NeedsIsku,
        Reason::IskuArchived => ListingReason::IskuArchived,
        Reason::KitComponentMissing => ListingReason::KitComponentMissing,
        Reason::DifferentGoods => ListingReason::DifferentGoods,
        Reason::DuplicateMapping => ListingReason::DuplicateMapping,
        Reason::NeedsCategory => ListingReason::NeedsCategory,
        Reason::GroupEmpty => ListingReason::GroupEmpty,
        Reason::Retired => ListingReason::Retired,
        Reason::UnsupportedKit => ListingReason::UnsupportedKit,
    };
    ProtoReasonDetail {
        reason: reason.into(),
        blocking: detail.effect == Effect::Blocking,
        remedy: detail.remedy,
        isku_codes: detail.isku_codes.iter().map(ToString::to_string).collect(),
    }
}

pub(crate) fn proto_finding(stored: Stored) -> ProtoFinding {
    let Stored { id, finding, listings, open_time, close_time } = stored;
    let kind = match finding.kind {
        FindingKind::DuplicateMapping => ProtoFindingKind::DuplicateMapping,
        FindingKind::SharedIsku => ProtoFindingKind::SharedIsku,
        FindingKind::NearDuplicateCode => ProtoFindingKind::NearDuplicateCode,
        FindingKind::DifferentGoods => ProtoFindingKind::DifferentGoods,
        FindingKind::DifferentDescription => ProtoFindingKind::DifferentDescription,
        FindingKind::StockDrift => ProtoFindingKind::StockDrift,
        FindingKind::Renamed => ProtoFindingKind::Renamed,
        FindingKind::RepeatedInSnapshot => ProtoFindingKind::RepeatedInSnapshot,
        FindingKind::SeveralCategories => ProtoFindingKind::SeveralCategories,
        FindingKind::UnsupportedKit => ProtoFindingKind::UnsupportedKit,
        FindingKind::ParentStock => ProtoFindingKind::ParentStock,
        FindingKind::AmbiguousCsku => ProtoFindingKind::AmbiguousCsku,
        FindingKind::SameGoods => ProtoFindingKind::SameGoods,
        FindingKind::BarcodeRepeated => ProtoFindingKind::BarcodeRepeated,
    };
    let state = if close_time.is_some() { FindingState::Closed } else { FindingState::Open };
    ProtoFinding {
        finding_id: id.to_string(),
        kind: kind.into(),
        state: state.into(),
        blocking: finding.effect == Effect::Blocking,
        listings: listings.iter().map(proto_listing_key).collect(),
        isku_codes: finding.isku_codes.iter().map(ToString::to_string).collect(),
        detail: finding.detail,
        remedy: finding.kind.remedy().to_owned(),
        open_time: Some(timestamp(open_time)),
        close_time: close_time.map(timestamp),
    }
}

pub(crate) fn proto_offer(key: ProtoListingKey, offer: Offer, members: Vec<Availability>) -> Availability {
    let rule = match offer.rule {
        Rule::Stock => AvailabilityRule::Stock,
        Rule::Buffer => AvailabilityRule::Buffer,
        Rule::Maximum => AvailabilityRule::Maximum,
        Rule::Unmapped => AvailabilityRule::Unmapped,
        Rule::Uncounted => AvailabilityRule::Uncounted,
        Rule::Removed => AvailabilityRule::Removed,
        Rule::Untracked => AvailabilityRule::Untracked,
        Rule::Members => AvailabilityRule::Members,
    };
    Availability {
        key: Some(key),
        quantity: offer.quantity,
        rule: rule.into(),
        limiting_isku_code: offer.limiting.map(|code| code.to_string()).unwrap_or_default(),
        members,
    }
}
