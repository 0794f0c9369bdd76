//! What an item does to the listing that it states.

use shared::time::Micros;
use uuid::Uuid;

use super::{
    outcome::{Outcome, Verdict},
    stated::Stated,
};
use crate::domain::{
    Error,
    finding::{Effect, Finding, FindingKind, Subject},
    listing::{ChannelListingId, ChannelStatus, Description, Intent, Kind, KindSource, Listing, Presence},
    mapping::{Source, fits},
};

/// What a new listing needs beside what the item states.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The account.
    pub account_id: Uuid,
    /// The id of the listing, if it is new.
    pub new_id: Uuid,
    /// Its category; `None` leaves it as it is.
    pub category_id: Option<Uuid>,
    /// The time.
    pub now: Micros,
}

/// What an item does.
#[derive(Clone, Debug, PartialEq)]
pub enum Judgement {
    /// It creates a listing.
    Create(Listing),
    /// It changes a listing.
    Update(Listing),
    /// It changes nothing of this listing.
    Keep(Listing),
    /// It is not applied; the listing is there all the same.
    Leave(Verdict),
}

/// Judges an item by the listing that it was matched with.
pub fn judge(stated: &Stated, listing: Option<&Listing>, place: &Place) -> Judgement {
    let Some(listing) = listing else { return Judgement::Create(create(stated, place)) };
    match update(stated, listing, place) {
        Ok(after) if after == *listing => Judgement::Keep(after),
        Ok(after) => Judgement::Update(after),
        Err(error) => {
            let detail = format!("a person mapped it as {}: remap it, or correct the feed", listing.kind.as_str());
            Judgement::Leave(Verdict::not_applied(Outcome::Rejected, error.reason(), detail))
        }
    }
}

/// What an item is told by as far as its listing goes: its code is not applied before somebody accepts it.
pub fn verdict(outcome: Outcome, stated: &Stated, listing: &Listing) -> Verdict {
    match renamed(listing).filter(|_| stated.csku.is_some()) {
        Some(finding) => Verdict::not_applied(Outcome::Finding, finding.kind.as_str(), finding.detail),
        None => Verdict::plain(outcome),
    }
}

/// A listing whose id on the channel is another's now: it goes by its CSKU or, without one, is gone and keeps its number here.
pub fn give_way(listing: &Listing) -> Listing {
    match listing.csku {
        Some(_) => Listing { channel_listing_id: None, ..listing.clone() },
        None => Listing { channel_listing_id: numbered(listing), presence: Presence::Retired, ..listing.clone() },
    }
}

/// Our own number of a listing, where the channel's is another's.
pub fn numbered(listing: &Listing) -> Option<ChannelListingId> {
    ChannelListingId::parse(&listing.id.to_string()).ok()
}

fn create(stated: &Stated, place: &Place) -> Listing {
    Listing {
        id: place.new_id,
        account_id: place.account_id,
        csku: stated.csku.clone(),
        channel_listing_id: stated.channel_listing_id.clone(),
        renamed_csku: None,
        kind: stated.kind,
        kind_source: KindSource::Feed,
        description: stated.description.clone(),
        tracking: stated.tracking,
        // Connecting a shop never takes off what it shows.
        intent: match (stated.channel_status, stated.kind) {
            (Some(ChannelStatus::Live), Kind::Single | Kind::Variant | Kind::Kit) => Intent::Published,
            _ => Intent::Unpublished,
        },
        channel_status: stated.channel_status,
        channel_quantity: stated.channel_quantity,
        category_id: place.category_id,
        mapping: None,
        presence: Presence::Listed,
        adopted: None,
        version: 1,
        create_time: place.now,
        update_time: place.now,
    }
}

/// The listing as the item states it; what the item does not know stays as it is.
fn update(stated: &Stated, before: &Listing, place: &Place) -> Result<Listing, Error> {
    let mut after = before.clone();
    after.csku = before.csku.clone().or_else(|| stated.csku.clone());
    if let Some(csku) = &stated.csku {
        after.renamed_csku = stated.csku.clone().filter(|_| after.csku.as_ref() != Some(csku));
    }
    after.channel_listing_id = stated.channel_listing_id.clone().or(after.channel_listing_id);
    if before.kind_source == KindSource::Feed && stated.kind != before.kind {
        if let Some(mapping) = before.mapping.as_ref().filter(|mapping| mapping.source == Source::Manual) {
            fits(stated.kind, &mapping.components)?;
        }
        after.kind = stated.kind;
    }
    let Description { title, barcode, dimensions, weight_g } = stated.description.clone();
    let known = before.description.clone();
    after.description = Description {
        title: title.or(known.title),
        barcode: barcode.or(known.barcode),
        dimensions: dimensions.or(known.dimensions),
        weight_g: weight_g.or(known.weight_g),
    };
    after.tracking = stated.tracking;
    after.channel_status = stated.channel_status.or(before.channel_status);
    // What the channel does not count has no number, whatever it once had.
    after.channel_quantity = match stated.quantity_basis {
        None => stated.channel_quantity.or(before.channel_quantity),
        Some(_) => None,
    };
    after.category_id = place.category_id.or(before.category_id);
    after.presence = Presence::Listed;
    Ok(after)
}

/// The finding of a listing that the channel calls otherwise than we do, until somebody accepts that or the channel takes it back.
pub fn renamed(listing: &Listing) -> Option<Finding> {
    let (old, new) = listing.csku.as_ref().zip(listing.renamed_csku.as_ref())?;
    let id = listing.channel_listing_id.as_ref().map_or("", ChannelListingId::as_str);
    Some(Finding {
        kind: FindingKind::Renamed,
        subject: Subject::listing(listing.id),
        account_id: Some(listing.account_id),
        effect: Effect::Advisory,
        listing_ids: vec![listing.id],
        isku_codes: vec![],
        detail: format!("listing {id:?} was {:?} and is now {:?} on the channel", old.as_str(), new.as_str()),
    })
}

#[cfg(test)]
mod tests;
