//! What an item does to the listing that it states.

use shared::{code::Code, time::Micros};
use uuid::Uuid;

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

/// The stored listings that an item may state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The account's listing with the item's CSKU.
    pub by_csku: Option<&'a Listing>,
    /// The account's listing with the item's listing id.
    pub by_id: Option<&'a Listing>,
    /// Whether the listing id that `by_csku` had so far is another item's.
    pub former_id: FormerId,
}

/// Where the listing id is that a listing had so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FormerId {
    /// No item of the snapshot has it.
    #[default]
    Gone,
    /// Another item of the snapshot has it.
    InSnapshot,
}

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
    /// It creates this listing.
    Create(Listing),
    /// It changes a listing to this.
    Update(Listing),
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

enum Match<'a> {
    Nothing,
    One(&'a Listing),
    Renamed(&'a Listing, &'a Code),
    Two,
}

fn find<'a>(stated: &'a Stated, known: &Known<'a>) -> Match<'a> {
    match (known.by_csku, known.by_id) {
        (None, None) => Match::Nothing,
        (Some(by_csku), Some(by_id)) if by_csku.id == by_id.id => Match::One(by_csku),
        (_, Some(by_id)) => match (&stated.csku, &by_id.csku, known.by_csku) {
            (Some(new), Some(old), _) if new != old => Match::Renamed(by_id, new),
            (_, _, Some(_)) => Match::Two,
            _ => Match::One(by_id),
        },
        (Some(by_csku), None) => {
            let moves = stated.channel_listing_id.is_some() && by_csku.channel_listing_id.is_some();
            if moves && known.former_id == FormerId::InSnapshot { Match::Two } else { Match::One(by_csku) }
        }
    }
}

/// Judges an item by the listings that are there.
pub fn judge(stated: &Stated, known: &Known<'_>, place: &Place) -> Judgement {
    match find(stated, known) {
        Match::Nothing => Judgement::Create(create(stated, place)),
        Match::Renamed(listing, new) => renamed(listing, new),
        Match::Two => {
            let detail = "its SKU and its listing id belong to two different listings";
            let verdict = Verdict::not_applied(Outcome::Rejected, "LISTING_EXISTS", detail);
            Judgement::Leave { verdict, marked: None, finding: None }
        }
        Match::One(listing) => match update(stated, listing, place) {
            Ok(after) if after == *listing => Judgement::Keep(after),
            Ok(after) => Judgement::Update(after),
            Err(error) => {
                let detail = format!("a person mapped it as {}: remap it, or correct the feed", listing.kind.as_str());
                let verdict = Verdict::not_applied(Outcome::Rejected, error.reason(), detail);
                Judgement::Leave { verdict, marked: None, finding: None }
            }
        },
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
        adopted_quantity: None,
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

/// The finding of a code that several rows of one snapshot have.
pub fn repeated(account_id: Uuid, code: &ListingCode, rows: &[i64]) -> Finding {
    let what = match code {
        ListingCode::Csku(_) => "CSKU",
        ListingCode::ChannelListingId(_) => "listing id",
    };
    let shown: Vec<String> = rows.iter().take(20).map(i64::to_string).collect();
    Finding {
        kind: FindingKind::RepeatedInSnapshot,
        subject: Subject::within(account_id, &format!("{what}|{code}")),
        account_id: Some(account_id),
        effect: Effect::Advisory,
        listing_ids: vec![],
        isku_codes: vec![],
        detail: format!("{what} {:?} is in {} rows: {}", code.to_string(), rows.len(), shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
