//! Listings: what is offered on a channel.

mod shown;

use std::fmt;

use shared::{code::Code, measure::Dimensions, time::Micros};
use uuid::Uuid;

pub use self::shown::Shown;
use super::{
    account::AccountKey,
    adopted::Adopted,
    mapping::{Mapping, set_key},
};

/// What a listing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Sells one ISKU.
    Single,
    /// Offers one of its members.
    Group,
    /// Child of a group; sells one ISKU.
    Variant,
    /// Sells all of its components.
    Kit,
}

impl Kind {
    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Single => "SINGLE",
            Self::Group => "GROUP",
            Self::Variant => "VARIANT",
            Self::Kit => "KIT",
        }
    }

    /// Whether it sells exactly one ISKU.
    pub fn sells_one_isku(self) -> bool {
        match self {
            Self::Single | Self::Variant => true,
            Self::Group | Self::Kit => false,
        }
    }
}

/// Who decided a listing's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindSource {
    /// The channel's feed; the next one may change it.
    Feed,
    /// A person or a service; survives every sync.
    Manual,
}

/// What the merchant wants of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// It should be live.
    Published,
    /// It should not be live.
    Unpublished,
}

/// What the channel says of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelStatus {
    /// Live on the channel.
    Live,
    /// There, but not live.
    NotLive,
}

/// What a channel's quantity counts, where that is not the listing itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityBasis {
    /// Nothing: the channel does not count the listing. That is not 0.
    NotCounted,
    /// Its parent, whose variants share one number.
    AtParent,
}

/// Whether a listing takes stock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tracking {
    /// It sells goods from stock.
    #[default]
    Tracked,
    /// It never does: external, virtual.
    Untracked,
}

/// Whether the last full sync still brought a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    Listed,
    /// It is gone from the channel; it revives with its mapping.
    Retired,
}

/// The channel's own id of a listing: 1 to [`ChannelListingId::LENGTH_MAX`] characters, compared byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelListingId(String);

impl ChannelListingId {
    /// Characters at most.
    pub const LENGTH_MAX: usize = 256;

    /// Reads one, or says what is wrong.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            Err("must not be empty")
        } else if text.chars().any(char::is_control) {
            Err("must not contain control characters")
        } else if text.chars().count() > Self::LENGTH_MAX {
            Err("must have at most 256 characters")
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a listing is named by within its account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListingCode {
    /// Its CSKU.
    Csku(Code),
    /// The channel's own id.
    ChannelListingId(ChannelListingId),
}

impl fmt::Display for ListingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Csku(code) => f.write_str(code.as_str()),
            Self::ChannelListingId(id) => f.write_str(id.as_str()),
        }
    }
}

/// Names a listing of a merchant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListingKey {
    /// Its account.
    pub account: AccountKey,
    /// Which of the account's listings.
    pub code: ListingCode,
}

/// What the channel says the goods are; what is not known is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// What it is called.
    pub title: Option<String>,
    /// Barcode.
    pub barcode: Option<String>,
    /// Outer dimensions of one unit.
    pub dimensions: Option<Dimensions>,
    /// Weight of one unit in grams.
    pub weight_g: Option<i64>,
}

impl Description {
    /// Characters of a title at most.
    pub const TITLE_LENGTH_MAX: usize = 512;
    /// Characters of a barcode at most.
    pub const BARCODE_LENGTH_MAX: usize = 64;
}

/// A listing with its current mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Its id.
    pub id: Uuid,
    /// Its account.
    pub account_id: Uuid,
    /// Its code on the channel; this or the channel's id is there.
    pub csku: Option<Code>,
    /// The channel's own id.
    pub channel_listing_id: Option<ChannelListingId>,
    /// Another CSKU that the channel now gives it, until somebody accepts that; orders under either resolve.
    pub renamed_csku: Option<Code>,
    /// What it is.
    pub kind: Kind,
    /// Who decided that.
    pub kind_source: KindSource,
    /// What the goods are.
    pub description: Description,
    /// Whether it takes stock.
    pub tracking: Tracking,
    /// What the merchant wants.
    pub intent: Intent,
    /// What the channel says; `None` if not known.
    pub channel_status: Option<ChannelStatus>,
    /// The quantity that the channel reported last.
    pub channel_quantity: Option<i64>,
    /// Its category.
    pub category_id: Option<Uuid>,
    /// What it sells; `None` if it was never mapped.
    pub mapping: Option<Mapping>,
    /// Whether it is still on the channel.
    pub presence: Presence,
    /// Opening stock that a sync adopted for the ISKU of this listing's own code.
    pub adopted: Option<Adopted>,
    /// Grows with every change of the data.
    pub version: i64,
    /// When it was created.
    pub create_time: Micros,
    /// When it was last changed.
    pub update_time: Micros,
}

impl Listing {
    /// What it is named by: its CSKU, or the channel's id where it has none, or where the channel calls it otherwise now: another may have
    /// its CSKU.
    pub fn code(&self) -> Option<ListingCode> {
        let id = self.channel_listing_id.clone().map(ListingCode::ChannelListingId);
        match (&self.csku, &self.renamed_csku, id) {
            (Some(csku), None, _) | (Some(csku), _, None) => Some(ListingCode::Csku(csku.clone())),
            (_, _, id) => id,
        }
    }

    /// The code that the channel gives it now, whether somebody has accepted that or not.
    pub fn stated_csku(&self) -> Option<&Code> {
        self.renamed_csku.as_ref().or(self.csku.as_ref())
    }

    /// Takes the code that the channel gives it; answers the one that it had, if that is another.
    pub fn accept_rename(&mut self) -> Option<Code> {
        let new = self.renamed_csku.take()?;
        self.csku.replace(new)
    }

    /// The revision of its mapping; 0 if it was never mapped.
    pub fn revision(&self) -> i64 {
        self.mapping.as_ref().map_or(0, |mapping| mapping.revision)
    }

    /// Whether it needs ISKUs to be sold.
    pub fn needs_iskus(&self) -> bool {
        self.tracking == Tracking::Tracked && self.kind != Kind::Group
    }

    /// Whether its default mapping may be tried: it sells one ISKU, has a code and no mapping.
    pub fn wants_default(&self) -> bool {
        self.needs_iskus() && self.kind.sells_one_isku() && self.mapping.is_none() && self.csku.is_some()
    }

    /// What it sells and how, in one text: equal for listings that sell the same in the same way.
    ///
    /// `None` for what cannot be a duplicate: not mapped, a component missing, not on the channel any more, not stock-tracked.
    pub fn set_key(&self) -> Option<String> {
        if self.presence == Presence::Retired || !self.needs_iskus() {
            return None;
        }
        set_key(self.kind, &self.mapping.as_ref()?.components)
    }

    /// Equal for listings whose codes are near.
    pub fn near_key(&self) -> Option<String> {
        if self.presence == Presence::Retired {
            return None;
        }
        self.csku.as_ref().and_then(Code::near_key)
    }
}

#[cfg(test)]
pub(crate) mod example;
