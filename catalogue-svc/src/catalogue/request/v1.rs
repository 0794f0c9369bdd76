//! Version 1 of what requests asked for and were answered, written since the first release. It does not change.

use shared::{stored_content, stored_struct, stored_words};
use uuid::Uuid;

use super::{Asked, Told};
use crate::{
    catalogue::{
        self,
        account::{connect_seller_account, update_seller_account},
        listing::{accept_rename, create_listing, publish_listing, unpublish_listing, validate_listings},
        mapping::{map_listing, remap_listing},
        sync::start_sync,
    },
    domain::{account, listing, sync::session},
    stored::v1::{
        self, AccountKey, CategoryPath, Description, Kind, ListingCode, ListingKey, Missing, Named, OpenReservations,
        Opening, Shown, Stored, Terms, TermsChange, Tracking,
    },
};

stored_content! {
    /// Which shop to connect.
    ConnectSellerAccount = connect_seller_account::ConnectSellerAccount { key: AccountKey, terms: Terms }

    /// Which account, and what changes.
    UpdateSellerAccount = update_seller_account::UpdateSellerAccount {
        key: AccountKey,
        change: TermsChange,
        etag: Option<String>,
    }

    /// A listing as somebody describes it.
    CreateListing = create_listing::CreateListing {
        account: AccountKey,
        csku: Option<String>,
        channel_listing_id: Option<String>,
        kind: Kind,
        description: Description,
        category: Option<CategoryPath>,
        components: Vec<Named>,
        members: Vec<ListingCode>,
        tracking: Tracking,
    }

    /// What to map to what.
    MapListing = map_listing::MapListing {
        key: ListingKey,
        components: Vec<Named>,
        kind_change: KindChange,
        note: String,
    }

    /// What to map to what instead.
    RemapListing = remap_listing::RemapListing {
        key: ListingKey,
        components: Vec<Named>,
        expected_revision: i64,
        note: String,
    }

    /// Which listing to publish.
    PublishListing = publish_listing::PublishListing { key: ListingKey, scope: Scope, etag: Option<String> }

    /// Which listing to take off.
    UnpublishListing = unpublish_listing::UnpublishListing { key: ListingKey, etag: Option<String> }

    /// Which listing's new code to accept.
    AcceptRename = accept_rename::AcceptRename { key: ListingKey, etag: Option<String> }

    /// What a new sync is to be.
    StartSync = start_sync::StartSync { account: AccountKey, scope: v1::Scope, iskus: IskuPolicy, source: String }

    /// What a sync may do with ISKUs.
    IskuPolicy = session::IskuPolicy { missing: Missing, opening: Opening, opening_location: String }
}

stored_words! {
    /// Whether a mapping changes what the listing is.
    KindChange = map_listing::KindChange { None, MakeKit, MakeKitAndWriteOff }

    /// Which members of a group to publish.
    Scope = publish_listing::Scope { All, ReadyOnly }

    /// Whether a session was open already.
    Opened = start_sync::Opened { New, Existing }
}

stored_struct! {
    /// A listing after it was mapped.
    Mapped = map_listing::Mapped { listing: Shown, new_findings: Vec<Stored> }

    /// What a remap did. The first release showed no open reservations.
    Remapped = remap_listing::Remapped {
        listing: Shown,
        new_findings: Vec<Stored>,
        quantity: Option<i64>,
        reserved_on_old_iskus: Vec<ReservedUnits>,
        #[serde(default)]
        open_reservations: OpenReservations,
    }

    /// Units of one ISKU that are promised to orders.
    ReservedUnits = remap_listing::ReservedUnits { isku_code: String, reserved: i64 }

    /// A listing after it was published.
    Published = publish_listing::Published {
        listing: Shown,
        published: Vec<ListingKey>,
        unready: Vec<Validation>,
    }

    /// Whether one listing may go live.
    Validation = validate_listings::Validation { key: ListingKey, listing: Option<Shown>, ready: bool }
}

macro_rules! asked {
    ($($command:ident),+) => {
        $(impl Asked for catalogue::$command {
            type Form = $command;
        })+
    };
}

asked!(
    ConnectSellerAccount,
    UpdateSellerAccount,
    CreateListing,
    MapListing,
    RemapListing,
    PublishListing,
    UnpublishListing,
    AcceptRename
);

impl Asked for start_sync::StartSync {
    type Form = StartSync;
}

impl Told for account::Account {
    type Form = v1::Account;
}

impl Told for listing::Shown {
    type Form = Shown;
}

impl Told for map_listing::Mapped {
    type Form = Mapped;
}

impl Told for remap_listing::Remapped {
    type Form = Remapped;
}

impl Told for publish_listing::Published {
    type Form = Published;
}

impl Told for (Uuid, start_sync::Opened) {
    type Form = (Uuid, Opened);
}
