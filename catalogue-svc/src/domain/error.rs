//! What a caller can be refused for.

use shared::{code::Code, identity::Channel};
use uuid::Uuid;

use super::{
    listing::{ChannelListingId, Kind, ListingCode},
    order::Unresolved,
    readiness::ReasonDetail,
};

/// What a caller can be refused for.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// Fields that are malformed in a way that only the facts show: name and problem.
    Malformed(Vec<(String, String)>),
    /// The request id was used with other content.
    RequestIdReused,
    /// This merchant has not connected the account.
    AccountNotFound {
        /// Where.
        channel: Channel,
    },
    /// This merchant has connected the account already.
    AccountExists {
        /// Where.
        channel: Channel,
    },
    /// The account has no such listing.
    ListingNotFound(ListingCode),
    /// The code is taken in the account.
    ListingExists(ListingCode),
    /// Several listings have this CSKU, and it does not say which is meant.
    AmbiguousCsku {
        /// The code.
        csku: Code,
        /// The listing ids that have it.
        ids: Vec<ChannelListingId>,
    },
    /// The channel calls the listing as we do.
    NotRenamed(ListingCode),
    /// The listing, or members of the group, may not go live.
    ListingNotReady(Vec<Unready>),
    /// Another listing of the account sells the same in the same way.
    DuplicateMapping {
        /// What both sell, or the first of it.
        isku_code: Code,
        /// The other listing.
        other: ListingCode,
    },
    /// No ISKU has this code.
    IskuNotFound {
        /// The code.
        isku_code: Code,
    },
    /// The ISKU is archived.
    IskuArchived {
        /// Its code.
        isku_code: Code,
    },
    /// What was asked does not fit the listing's kind.
    KindMismatch {
        /// The kind.
        kind: Kind,
        /// Why not.
        problem: &'static str,
    },
    /// Goods would be counted twice: a sync adopted opening stock for the single's own ISKU.
    AdoptedStock {
        /// That ISKU.
        isku_code: Code,
        /// Its units on hand.
        on_hand: i64,
        /// Where they were adopted, if that is known.
        location: Option<String>,
    },
    /// The mapping has another revision.
    RevisionMismatch {
        /// What the caller expects.
        expected: i64,
        /// What it is.
        current: i64,
    },
    /// The resource has another etag.
    EtagMismatch,
    /// An order names a parent SKU.
    OrderForGroup(ListingCode),
    /// An order names a listing without a mapping.
    ListingUnmapped(ListingCode),
    /// Several lines of an order name nothing that can be reserved: each with its own refusal.
    OrderLines {
        /// The first of them.
        first: Box<Error>,
        /// All of them, the first too.
        lines: Vec<Unresolved>,
    },
    /// Less available than ordered.
    InsufficientStock {
        /// The first shortages.
        shortages: Vec<Shortage>,
        /// ISKUs that are short, also those that are not told here.
        count: usize,
    },
    /// The order is reserved with other lines.
    OrderDiffers {
        /// The reservation there is.
        reservation_id: String,
    },
    /// Nothing was ever reserved for the order.
    OrderNotFound,
    /// The order has shipped units.
    OrderShipped {
        /// Its reservation.
        reservation_id: String,
    },
    /// The order has no line that takes stock.
    NothingToReserve,
    /// The account sells from a location that inventory-svc does not know.
    LocationNotFound {
        /// Its code.
        location: String,
    },
    /// inventory-svc cannot be reached.
    InventoryUnavailable,
    /// No sync has this id.
    SyncNotFound {
        /// The id.
        sync_id: Uuid,
    },
    /// The sync is in another state than the call needs.
    SyncState {
        /// Which sync.
        sync_id: Uuid,
        /// Its state.
        state: &'static str,
    },
    /// The sync would retire more than the threshold allows.
    SyncHeldForReview {
        /// Which sync.
        sync_id: Uuid,
        /// Listings it would retire.
        would_retire: i64,
        /// Listings of the account.
        listings: i64,
        /// The account's threshold.
        threshold_percent: i32,
    },
    /// The count stated is not the count uploaded.
    SyncCountMismatch {
        /// Which sync.
        sync_id: Uuid,
        /// The count stated.
        stated: i64,
        /// The count uploaded.
        uploaded: i64,
    },
    /// A chunk came out of sequence.
    SyncSequence {
        /// Which sync.
        sync_id: Uuid,
        /// The next number.
        expected: i64,
        /// The number that came.
        got: i64,
    },
    /// The session takes chunks from somebody else.
    SyncNotYours {
        /// Which sync.
        sync_id: Uuid,
    },
    /// A chunk was stored before with other content.
    SyncChunkDiffers {
        /// Which sync.
        sync_id: Uuid,
        /// Its number.
        sequence: i64,
    },
}

/// A listing that may not go live, and one reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Unready {
    /// Which listing.
    pub listing: ListingCode,
    /// Why not.
    pub reason: ReasonDetail,
}

/// Less of an ISKU than an order needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// The ISKU's code.
    pub isku_code: String,
    /// Units needed.
    pub requested: i64,
    /// Units available.
    pub available: i64,
}

impl Error {
    /// Whether a listing is there whose code does not say what is sold, and may have said so before.
    pub fn may_have_been_sold(&self) -> bool {
        match self {
            Self::OrderLines { lines, .. } => lines.iter().any(|line| line.refusal.may_have_been_sold()),
            _ => matches!(self, Self::AmbiguousCsku { .. } | Self::OrderForGroup(_) | Self::ListingUnmapped(_)),
        }
    }

    /// The stable name of the reason.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "INVALID_FIELD",
            Self::RequestIdReused => "REQUEST_ID_REUSED",
            Self::AccountNotFound { .. } => "ACCOUNT_NOT_FOUND",
            Self::AccountExists { .. } => "ACCOUNT_EXISTS",
            Self::ListingNotFound(_) => "LISTING_NOT_FOUND",
            Self::ListingExists(_) => "LISTING_EXISTS",
            Self::AmbiguousCsku { .. } => "AMBIGUOUS_CSKU",
            Self::NotRenamed(_) => "NOT_RENAMED",
            Self::ListingNotReady(_) => "LISTING_NOT_READY",
            Self::DuplicateMapping { .. } => "DUPLICATE_MAPPING",
            Self::IskuNotFound { .. } => "ISKU_NOT_FOUND",
            Self::IskuArchived { .. } => "ISKU_ARCHIVED",
            Self::KindMismatch { .. } => "KIND_MISMATCH",
            Self::AdoptedStock { .. } => "ADOPTED_STOCK",
            Self::RevisionMismatch { .. } => "REVISION_MISMATCH",
            Self::EtagMismatch => "ETAG_MISMATCH",
            Self::OrderForGroup(_) => "ORDER_FOR_GROUP",
            Self::ListingUnmapped(_) => "LISTING_UNMAPPED",
            Self::OrderLines { first, .. } => first.reason(),
            Self::InsufficientStock { .. } => "INSUFFICIENT_STOCK",
            Self::OrderDiffers { .. } => "ORDER_DIFFERS",
            Self::OrderNotFound => "ORDER_NOT_FOUND",
            Self::OrderShipped { .. } => "ORDER_SHIPPED",
            Self::NothingToReserve => "NOTHING_TO_RESERVE",
            Self::LocationNotFound { .. } => "LOCATION_NOT_FOUND",
            Self::InventoryUnavailable => "INVENTORY_UNAVAILABLE",
            Self::SyncNotFound { .. } => "SYNC_NOT_FOUND",
            Self::SyncState { .. } => "SYNC_STATE",
            Self::SyncHeldForReview { .. } => "SYNC_HELD_FOR_REVIEW",
            Self::SyncCountMismatch { .. } => "SYNC_COUNT_MISMATCH",
            Self::SyncSequence { .. } => "SYNC_SEQUENCE",
            Self::SyncNotYours { .. } => "SYNC_NOT_YOURS",
            Self::SyncChunkDiffers { .. } => "SYNC_CHUNK_DIFFERS",
        }
    }
}
