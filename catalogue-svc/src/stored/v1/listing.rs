//! Listings.

use serde::{Deserialize, Serialize};
use shared::{
    stored::{Form, Read, Unreadable, v1},
    stored_struct,
};
use uuid::Uuid;

use super::{
    account::AccountKey,
    mapping::Mapping,
    words::{ChannelStatus, Effect, Intent, Kind, KindSource, Presence, Reason, Tracking},
};
use crate::domain::{adopted, category, listing, readiness};

/// By which of its codes a listing is named.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum ListingCode {
    Csku(String),
    ChannelListingId(String),
}

impl Form<listing::ListingCode> for ListingCode {
    fn of(value: &listing::ListingCode) -> Self {
        match value {
            listing::ListingCode::Csku(code) => Self::Csku(Form::of(code)),
            listing::ListingCode::ChannelListingId(id) => Self::ChannelListingId(Form::of(id)),
        }
    }
}

impl Read<listing::ListingCode> for ListingCode {
    fn read(self) -> Result<listing::ListingCode, Unreadable> {
        Ok(match self {
            Self::Csku(code) => listing::ListingCode::Csku(code.read()?),
            Self::ChannelListingId(id) => listing::ListingCode::ChannelListingId(id.read()?),
        })
    }
}

impl Form<listing::ChannelListingId> for String {
    fn of(value: &listing::ChannelListingId) -> Self {
        value.as_str().to_owned()
    }
}

impl Read<listing::ChannelListingId> for String {
    fn read(self) -> Result<listing::ChannelListingId, Unreadable> {
        listing::ChannelListingId::parse(&self).map_err(Unreadable::because)
    }
}

/// A category as the channel names it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CategoryPath {
    channel_category_id: Option<String>,
    path: Vec<String>,
}

impl Form<category::CategoryPath> for CategoryPath {
    fn of(value: &category::CategoryPath) -> Self {
        Self { channel_category_id: value.channel_category_id().map(str::to_owned), path: value.path().to_vec() }
    }
}

impl Read<category::CategoryPath> for CategoryPath {
    fn read(self) -> Result<category::CategoryPath, Unreadable> {
        let id = self.channel_category_id.unwrap_or_default();
        category::CategoryPath::parse(&id, &self.path).map_err(Unreadable::because)
    }
}

stored_struct! {
    /// Names a listing.
    ListingKey = listing::ListingKey { account: AccountKey, code: ListingCode }

    /// What the goods are.
    Description = listing::Description {
        title: Option<String>,
        barcode: Option<String>,
        dimensions: Option<v1::Dimensions>,
        weight_g: Option<i64>,
    }

    /// Opening stock that a sync adopted.
    Adopted = adopted::Adopted { isku_code: String, location: Option<String>, quantity: i64 }

    /// What is offered on a channel.
    Listing = listing::Listing {
        id: Uuid,
        account_id: Uuid,
        csku: Option<String>,
        channel_listing_id: Option<String>,
        renamed_csku: Option<String>,
        kind: Kind,
        kind_source: KindSource,
        description: Description,
        tracking: Tracking,
        intent: Intent,
        channel_status: Option<ChannelStatus>,
        channel_quantity: Option<i64>,
        category_id: Option<Uuid>,
        mapping: Option<Mapping>,
        presence: Presence,
        adopted: Option<Adopted>,
        version: i64,
        create_time: i64,
        update_time: i64,
    }

    /// One reason with the way out.
    ReasonDetail = readiness::ReasonDetail { reason: Reason, effect: Effect, remedy: String, isku_codes: Vec<String> }

    /// A listing as people see it.
    Shown = listing::Shown {
        listing: Listing,
        account: AccountKey,
        category: Option<CategoryPath>,
        reasons: Vec<ReasonDetail>,
        members: Vec<ListingCode>,
        parent: Option<ListingCode>,
    }
}
