//! Which stored listing an item states: the owner of its CSKU keeps listing and mapping, wherever the channel's ids went.

use shared::code::Code;

use crate::domain::{
    listing::{Kind, KindSource, Listing},
    mapping::Source,
    sync::stated::Stated,
};

/// The stored listings that an item may state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The account's listing with the item's CSKU.
    pub by_csku: Option<&'a Listing>,
    /// The account's listing with the item's listing id.
    pub by_id: Option<&'a Listing>,
    /// Whether another item states the CSKU of `by_id`, under a listing id of its own.
    pub csku_of_id: Elsewhere,
    /// Whether another item states the listing id of `by_csku`, under another CSKU.
    pub id_of_csku: Elsewhere,
}

/// Whether another item of the snapshot states a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Elsewhere {
    /// None does.
    #[default]
    No,
    /// One does.
    Yes,
}

/// What an item is about.
pub(super) enum Match<'a> {
    /// A listing that is not there yet.
    Nothing {
        /// The listing that has its id, and is another.
        displaced: Option<&'a Listing>,
    },
    /// This listing.
    One {
        /// Which.
        listing: &'a Listing,
        /// The listing that has its id, and is another.
        displaced: Option<&'a Listing>,
    },
    /// This listing, which has a new name.
    Renamed(&'a Listing, &'a Code),
    /// The name that a listing had before another item renamed it.
    FormerCode,
    /// Two listings, of which neither gives way.
    Two,
}

pub(super) fn find<'a>(stated: &'a Stated, known: &Known<'a>) -> Match<'a> {
    let one = |listing| Match::One { listing, displaced: None };
    match (known.by_csku, known.by_id) {
        (None, None) => Match::Nothing { displaced: None },
        (Some(_), None) if stated.channel_listing_id.is_none() && known.id_of_csku == Elsewhere::Yes => {
            Match::FormerCode
        }
        (Some(by_csku), None) => one(by_csku),
        (Some(by_csku), Some(by_id)) if by_csku.id == by_id.id => one(by_csku),
        (Some(by_csku), Some(by_id)) => match renamed(stated, known, by_id) {
            Some(new) => Match::Renamed(by_id, new),
            None if by_id.csku.is_none() && is_a_persons(by_id) => Match::Two,
            None => Match::One { listing: by_csku, displaced: Some(by_id) },
        },
        (None, Some(by_id)) => match renamed(stated, known, by_id) {
            Some(new) => Match::Renamed(by_id, new),
            None if is_another(stated, known, by_id) => Match::Nothing { displaced: Some(by_id) },
            None => one(by_id),
        },
    }
}

/// The new name of a known listing id whose former name no other item has.
fn renamed<'a>(stated: &'a Stated, known: &Known<'_>, by_id: &Listing) -> Option<&'a Code> {
    let (new, old) = stated.csku.as_ref().zip(by_id.csku.as_ref())?;
    (new != old && known.csku_of_id == Elsewhere::No).then_some(new)
}

/// Whether the item is another than the listing that had its id: that goes on under its CSKU, or is sold and no parent.
fn is_another(stated: &Stated, known: &Known<'_>, by_id: &Listing) -> bool {
    let becomes_parent =
        stated.kind == Kind::Group && by_id.kind != Kind::Group && by_id.kind_source == KindSource::Feed;
    let is_sold = by_id.csku.is_some() || by_id.mapping.is_some();
    known.csku_of_id == Elsewhere::Yes || (stated.csku.is_none() && becomes_parent && is_sold)
}

/// Whether a person has made a listing or mapped it.
fn is_a_persons(listing: &Listing) -> bool {
    let mapped = listing.mapping.as_ref().is_some_and(|mapping| mapping.source == Source::Manual);
    mapped || listing.kind_source == KindSource::Manual
}
