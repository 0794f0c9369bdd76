//! What an item does to the listing that it states.

mod find;

use shared::{code::Code, time::Micros};
use uuid::Uuid;

pub use self::find::{Elsewhere, Known};
use self::find::{Match, find};
use super::{
    outcome::{Outcome, Verdict},
    stated::Stated,
};
use crate::domain::{
    Error,
    finding::{Effect, Finding, FindingKind, Subject},
    listing::{ChannelListingId, Description, Intent, KindSource, Listing, ListingCode, Presence},
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
    Create {
        /// The new listing.
        listing: Listing,
        /// Another listing after it, which had the item's listing id so far.
        displaced: Option<Listing>,
    },
    /// It changes a listing.
    Update {
        /// The listing after it.
        listing: Listing,
        /// Another listing after it, which had the item's listing id so far.
        displaced: Option<Listing>,
    },
    /// It changes nothing of this listing.
    Keep(Listing),
    /// It is not applied; the listing that it names, if any, is there all the same.
    Leave {
        /// Why.
        verdict: Verdict,
        /// The listing after it, where something of it changes.
        marked: Option<Listing>,
        /// What was found.
        finding: Option<Finding>,
    },
}

/// Judges an item by the listings that are there.
pub fn judge(stated: &Stated, known: &Known<'_>, place: &Place) -> Judgement {
    let not_applied = |verdict| Judgement::Leave { verdict, marked: None, finding: None };
    match find(stated, known) {
        Match::Nothing { displaced } => {
            Judgement::Create { listing: create(stated, place), displaced: displaced.map(give_way) }
        }
        Match::Renamed(listing, new) => renamed(listing, new),
        Match::FormerCode => {
            let detail = "another item states the same listing by its other code";
            not_applied(Verdict::not_applied(Outcome::Finding, FindingKind::RepeatedInSnapshot.as_str(), detail))
        }
        Match::Two => {
            let detail =
                "its SKU and its listing id belong to two listings, and a person has mapped or made the second";
            not_applied(Verdict::not_applied(Outcome::Rejected, "LISTING_EXISTS", detail))
        }
        Match::One { listing, displaced } => match update(stated, listing, place) {
            Ok(after) if after == *listing => Judgement::Keep(after),
            Ok(after) => Judgement::Update { listing: after, displaced: displaced.map(give_way) },
            Err(error) => {
                let detail = format!("a person mapped it as {}: remap it, or correct the feed", listing.kind.as_str());
                not_applied(Verdict::not_applied(Outcome::Rejected, error.reason(), detail))
            }
        },
    }
}

/// A listing whose id on the channel is another's now: it goes by its CSKU or, without one, is gone and keeps its number here.
fn give_way(listing: &Listing) -> Listing {
    match listing.csku {
        Some(_) => Listing { channel_listing_id: None, ..listing.clone() },
        None => {
            let number = ChannelListingId::parse(&listing.id.to_string()).ok();
            Listing { channel_listing_id: number, presence: Presence::Retired, ..listing.clone() }
        }
    }
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
        intent: Intent::Unpublished,
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
    if stated.csku.is_some() {
        after.renamed_csku = None;
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
    after.channel_quantity = stated.channel_quantity.or(before.channel_quantity);
    after.category_id = place.category_id.or(before.category_id);
    after.presence = Presence::Listed;
    Ok(after)
}

/// A known listing id under another CSKU: the listing is there, and waits for somebody to accept its new name.
fn renamed(listing: &Listing, new: &Code) -> Judgement {
    let old = listing.csku.as_ref().map_or("", Code::as_str);
    let id = listing.channel_listing_id.as_ref().map_or("", ChannelListingId::as_str);
    let detail = format!("listing {id:?} was {old:?} and is now {new:?} on the channel");
    let finding = Finding {
        kind: FindingKind::Renamed,
        subject: Subject::listing(listing.id),
        account_id: Some(listing.account_id),
        effect: Effect::Advisory,
        listing_ids: vec![listing.id],
        isku_codes: vec![],
        detail: detail.clone(),
    };
    let after = Listing { renamed_csku: Some(new.clone()), presence: Presence::Listed, ..listing.clone() };
    let marked = (after != *listing).then_some(after);
    let verdict = Verdict::not_applied(Outcome::Finding, FindingKind::Renamed.as_str(), detail);
    Judgement::Leave { verdict, marked, finding: Some(finding) }
}

/// What a code is, for people.
fn sort_of(code: &ListingCode) -> &'static str {
    match code {
        ListingCode::Csku(_) => "CSKU",
        ListingCode::ChannelListingId(_) => "listing id",
    }
}

/// What the finding of a repeated code is about.
pub fn repeated_subject(account_id: Uuid, code: &ListingCode) -> Subject {
    Subject::within(account_id, &format!("{}|{code}", sort_of(code)))
}

/// The finding of a code that several rows of one snapshot have.
pub fn repeated(account_id: Uuid, code: &ListingCode, rows: &[i64]) -> Finding {
    let what = sort_of(code);
    let shown: Vec<String> = rows.iter().take(20).map(i64::to_string).collect();
    Finding {
        kind: FindingKind::RepeatedInSnapshot,
        subject: repeated_subject(account_id, code),
        account_id: Some(account_id),
        effect: Effect::Advisory,
        listing_ids: vec![],
        isku_codes: vec![],
        detail: format!("{what} {:?} is in {} rows: {}", code.to_string(), rows.len(), shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
