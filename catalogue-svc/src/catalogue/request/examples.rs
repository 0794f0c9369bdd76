//! A value of every kind that is stored with a request, each field unlike the others: what golden files are compared with.

use shared::{
    code::Code,
    identity::{Channel, OrderId, SellerId},
    measure::Dimensions,
    time::Micros,
};
use uuid::Uuid;

use crate::{
    catalogue::{
        AcceptRename, ConnectSellerAccount, CreateListing, KindChange, MapListing, Mapped, PublishListing, Published,
        RemapListing, Remapped, ReservedUnits, Scope, UnpublishListing, UpdateSellerAccount, Validation,
        sync::start_sync::StartSync,
    },
    domain::{
        account::{Account, AccountKey, DuplicatePolicy, OnSameGoods, Terms, TermsChange},
        adopted::Adopted,
        category::CategoryPath,
        finding::{Effect, Finding, FindingKind, Stored, Subject},
        listing::{
            ChannelListingId, ChannelStatus, Description, Intent, Kind, KindSource, Listing, ListingCode, ListingKey,
            Presence, Shown, Tracking,
        },
        mapping::{Component, Mapping, Named, Source},
        open_reservation::{OpenReservation, OpenReservations, Rest},
        order::OrderState,
        readiness::{Reason, ReasonDetail},
        sync::session::{self, IskuPolicy, Missing, Opening},
    },
};

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn id(text: &str) -> ChannelListingId {
    ChannelListingId::parse(text).unwrap()
}

fn account_key() -> AccountKey {
    AccountKey {
        channel: Channel::parse("shopee-my").unwrap(),
        seller_id: SellerId::parse("Shop@Example.com").unwrap(),
    }
}

fn by_csku() -> ListingKey {
    ListingKey { account: account_key(), code: ListingCode::Csku(code("K/1")) }
}

fn by_id() -> ListingKey {
    ListingKey { account: account_key(), code: ListingCode::ChannelListingId(id("gid-1")) }
}

fn named() -> Vec<Named> {
    vec![Named { isku_code: code("A"), quantity: 2 }, Named { isku_code: code("B"), quantity: 3 }]
}

fn terms() -> Terms {
    Terms {
        duplicate_policy: DuplicatePolicy::Block,
        buffer: 4,
        maximum: Some(5),
        retire_threshold_percent: 6,
        locations: vec!["kl".to_owned(), "jb".to_owned()],
        on_same_goods: OnSameGoods::Ask,
    }
}

fn description() -> Description {
    Description {
        title: some("Sock \"L\" ü"),
        barcode: some("4006381333931"),
        dimensions: Dimensions::parse(10, 20, 30).ok(),
        weight_g: Some(40),
    }
}

pub(super) fn connect() -> ConnectSellerAccount {
    ConnectSellerAccount { key: account_key(), terms: terms() }
}

pub(super) fn update() -> UpdateSellerAccount {
    let change = TermsChange {
        duplicate_policy: Some(DuplicatePolicy::Warn),
        buffer: Some(7),
        maximum: Some(Some(8)),
        retire_threshold_percent: Some(9),
        locations: Some(vec!["kl".to_owned()]),
        on_same_goods: None,
    };
    UpdateSellerAccount { key: account_key(), change, etag: some("3") }
}

pub(super) fn update_nothing() -> UpdateSellerAccount {
    UpdateSellerAccount { key: account_key(), change: TermsChange::default(), etag: None }
}

pub(super) fn update_lifts_the_maximum() -> UpdateSellerAccount {
    let change = TermsChange { maximum: Some(None), ..TermsChange::default() };
    UpdateSellerAccount { key: account_key(), change, etag: None }
}

pub(super) fn create() -> CreateListing {
    CreateListing {
        account: account_key(),
        csku: Some(code("K/1")),
        channel_listing_id: Some(id("gid-1")),
        kind: Kind::Kit,
        description: description(),
        category: CategoryPath::parse("77", &["Clothes".to_owned(), "Socks".to_owned()]).ok(),
        components: named(),
        members: vec![ListingCode::Csku(code("M")), ListingCode::ChannelListingId(id("gid-2"))],
        tracking: Tracking::Tracked,
    }
}

pub(super) fn create_bare() -> CreateListing {
    CreateListing {
        account: account_key(),
        csku: None,
        channel_listing_id: None,
        kind: Kind::Single,
        description: Description::default(),
        category: None,
        components: vec![],
        members: vec![],
        tracking: Tracking::Untracked,
    }
}

pub(super) fn map(kind_change: KindChange) -> MapListing {
    MapListing { key: by_csku(), components: named(), kind_change, note: "why".to_owned() }
}

pub(super) fn map_to_own() -> MapListing {
    MapListing { components: vec![], ..map(KindChange::None) }
}

pub(super) fn remap() -> RemapListing {
    RemapListing { key: by_id(), components: named(), expected_revision: 11, note: "why".to_owned() }
}

pub(super) fn publish(scope: Scope) -> PublishListing {
    PublishListing { key: by_csku(), scope, etag: some("12") }
}

pub(super) fn unpublish() -> UnpublishListing {
    UnpublishListing { key: by_id(), etag: some("13") }
}

pub(super) fn accept_rename() -> AcceptRename {
    AcceptRename { key: by_id(), etag: some("14") }
}

pub(super) fn start() -> StartSync {
    StartSync {
        account: account_key(),
        scope: session::Scope::Full,
        iskus: IskuPolicy { missing: Missing::Create, opening: Opening::Adopt, opening_location: "kl".to_owned() },
        source: "export.csv".to_owned(),
    }
}

pub(super) fn start_partial() -> StartSync {
    let iskus = IskuPolicy { missing: Missing::Leave, opening: Opening::Empty, opening_location: "jb".to_owned() };
    StartSync { scope: session::Scope::Partial, iskus, ..start() }
}

pub(super) fn account() -> Account {
    Account {
        id: Uuid::from_u128(21),
        key: account_key(),
        terms: terms(),
        first_sync_due: true,
        last_sync_time: Some(Micros(22)),
        version: 23,
        create_time: Micros(24),
        update_time: Micros(25),
    }
}

fn listing() -> Listing {
    Listing {
        id: Uuid::from_u128(31),
        account_id: Uuid::from_u128(32),
        csku: Some(code("K/1")),
        channel_listing_id: Some(id("gid-1")),
        renamed_csku: Some(code("K/2")),
        kind: Kind::Variant,
        kind_source: KindSource::Manual,
        description: description(),
        tracking: Tracking::Tracked,
        intent: Intent::Published,
        channel_status: Some(ChannelStatus::NotLive),
        channel_quantity: Some(33),
        category_id: Some(Uuid::from_u128(34)),
        mapping: Some(Mapping {
            revision: 35,
            source: Source::Manual,
            components: vec![
                Component { isku_code: code("A"), isku_id: Some(36), quantity: 37 },
                Component { isku_code: code("B"), isku_id: None, quantity: 38 },
            ],
            actor: "clerk".to_owned(),
            note: "why".to_owned(),
            create_time: Micros(39),
        }),
        presence: Presence::Listed,
        adopted: Some(Adopted { isku_code: code("A"), location: some("kl"), quantity: 41 }),
        version: 42,
        create_time: Micros(43),
        update_time: Micros(44),
    }
}

pub(super) fn shown() -> Shown {
    let each = [
        Reason::NeedsIsku,
        Reason::IskuArchived,
        Reason::KitComponentMissing,
        Reason::DifferentGoods,
        Reason::DuplicateMapping,
        Reason::NeedsCategory,
        Reason::GroupEmpty,
        Reason::Retired,
    ];
    let reason = |reason| ReasonDetail {
        reason,
        effect: Effect::Blocking,
        remedy: "do it".to_owned(),
        isku_codes: vec![code("A")],
    };
    Shown {
        listing: listing(),
        account: account_key(),
        category: CategoryPath::parse("77", &["Clothes".to_owned(), "Socks".to_owned()]).ok(),
        reasons: each.map(reason).to_vec(),
        members: vec![ListingCode::Csku(code("M"))],
        parent: Some(ListingCode::ChannelListingId(id("gid-3"))),
    }
}

pub(super) fn shown_bare() -> Shown {
    let listing = Listing {
        csku: None,
        renamed_csku: None,
        kind: Kind::Group,
        kind_source: KindSource::Feed,
        description: Description::default(),
        tracking: Tracking::Untracked,
        intent: Intent::Unpublished,
        channel_status: None,
        channel_quantity: None,
        category_id: None,
        mapping: None,
        presence: Presence::Retired,
        adopted: None,
        ..listing()
    };
    let category = CategoryPath::parse("", &["Socks".to_owned()]).ok();
    Shown { listing, account: account_key(), category, reasons: vec![], members: vec![], parent: None }
}

fn findings() -> Vec<Stored> {
    let each = [
        FindingKind::DuplicateMapping,
        FindingKind::SharedIsku,
        FindingKind::NearDuplicateCode,
        FindingKind::DifferentGoods,
        FindingKind::DifferentDescription,
        FindingKind::StockDrift,
        FindingKind::Renamed,
        FindingKind::RepeatedInSnapshot,
        FindingKind::SeveralCategories,
    ];
    let stored = |kind| Stored {
        id: Uuid::from_u128(51),
        finding: Finding {
            kind,
            subject: Subject("one:1x1".to_owned()),
            account_id: Some(Uuid::from_u128(52)),
            effect: Effect::Advisory,
            listing_ids: vec![Uuid::from_u128(53)],
            isku_codes: vec![code("A")],
            detail: "two of them".to_owned(),
        },
        listings: vec![by_csku()],
        open_time: Micros(54),
        close_time: Some(Micros(55)),
    };
    each.map(stored).to_vec()
}

pub(super) fn mapped() -> Mapped {
    Mapped { listing: shown(), new_findings: findings() }
}

pub(super) fn remapped() -> Remapped {
    let open = |state| OpenReservation {
        reservation_id: Uuid::from_u128(61),
        order_id: OrderId::parse("2026-1").unwrap(),
        state,
        csku: code("K/1"),
        held: 62,
        mapping_revision: 63,
        components: named(),
        expire_time: Some(Micros(64)),
    };
    let states =
        [OrderState::Held, OrderState::Confirmed, OrderState::Shipped, OrderState::Released, OrderState::Expired];
    Remapped {
        listing: shown(),
        new_findings: vec![],
        quantity: Some(65),
        reserved_on_old_iskus: vec![ReservedUnits { isku_code: code("A"), reserved: 66 }],
        open_reservations: OpenReservations { shown: states.map(open).to_vec(), rest: Rest::Some },
    }
}

pub(super) fn published() -> Published {
    let ready = Validation { key: by_csku(), listing: Some(shown_bare()), ready: true };
    let absent = Validation { key: by_id(), listing: None, ready: false };
    Published { listing: shown(), published: vec![by_csku(), by_id()], unready: vec![ready, absent] }
}
