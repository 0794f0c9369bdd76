//! Before anything is written, the items of the whole snapshot are matched with the account's listings, in chunks.

use std::collections::{HashMap, HashSet};

use shared::{code::Code, database::Transaction, database::now};
use uuid::Uuid;

use super::{Step, Work};
use crate::{
    catalogue::{Catalogue, Error},
    domain::{
        listing::{ChannelListingId, Listing, Presence},
        sync::{
            matching::{self, Known, Match, Seen},
            outcome::{Outcome, Verdict},
            stated::Stated,
        },
    },
    storage::{
        listing,
        sync::item::{self, Judged, Phase, Stage, Waiting},
    },
};

/// Items of one step: only their codes are read.
const CHUNK: i64 = 2_000;

impl Catalogue {
    /// Matches the next items; goes on where an interrupted run was.
    pub(super) async fn match_chunk(&self, work: &Work) -> Result<Step, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.begin().await?;
        let now = now(&transaction).await?;
        if !work.renew(&transaction, now).await? {
            return Ok(Step::Lost);
        }
        let progress = item::progress(&transaction, merchant, sync_id).await?;
        let Phase::Match(step) = progress.phase else { return Ok(Step::Nothing) };
        let items = item::unmatched(&transaction, merchant, sync_id, progress.after, CHUNK).await?;
        let after = progress.behind(items.last().map(|last| (last.rank, last.seen.place)));
        let seen: Vec<Seen> = items.into_iter().map(|item| item.seen).collect();
        let listings = named_by(&transaction, work, &seen).await?;
        let known = known(&transaction, work, &listings).await?;
        let (mut matched, mut aside) = (vec![], vec![]);
        for (place, found) in matching::matches(step, &seen, &known) {
            match found {
                Match::Listing(listing_id) => matched.push((place, listing_id)),
                Match::FormerCode => aside.push(not_told_apart(place, former_code())),
                Match::Ambiguous(ids) => aside.push(not_told_apart(place, ambiguous(&ids))),
            }
        }
        item::set_matched(&transaction, merchant, sync_id, &matched).await?;
        item::judge(&transaction, merchant, sync_id, &aside).await?;
        item::set_progress(&transaction, merchant, sync_id, after).await?;
        transaction.commit().await?;
        Ok(Step::More(super::done(&aside)))
    }
}

/// Matches items of a chunk with listings that somebody has made since the whole snapshot was matched.
pub(super) async fn match_late(
    transaction: &Transaction,
    work: &Work,
    items: &mut [(Waiting, Stated)],
) -> Result<(), Error> {
    let mut left = unmatched(items);
    let listings = if left.is_empty() { vec![] } else { named_by(transaction, work, &left).await? };
    if listings.is_empty() {
        return Ok(());
    }
    let mut known = known(transaction, work, &listings).await?;
    let mut late: HashMap<i64, Uuid> = HashMap::new();
    for step in matching::Step::ALL {
        for (place, found) in matching::matches(step, &left, &known) {
            if let Match::Listing(listing_id) = found {
                known.taken.insert(listing_id);
                late.insert(place, listing_id);
            }
        }
        left.retain(|item| !late.contains_key(&item.place));
    }
    for (waiting, _) in items.iter_mut().filter(|(waiting, _)| waiting.listing_id.is_none()) {
        waiting.listing_id = late.get(&waiting.place).copied();
    }
    Ok(())
}

fn unmatched(items: &[(Waiting, Stated)]) -> Vec<Seen> {
    let seen = |(waiting, stated): &(Waiting, Stated)| Seen {
        place: waiting.place,
        kind: stated.kind,
        csku: stated.csku.clone(),
        channel_listing_id: stated.channel_listing_id.clone(),
    };
    items.iter().filter(|(waiting, _)| waiting.listing_id.is_none()).map(seen).collect()
}

/// The listings that have a code of new items, as this snapshot calls them: some of them may only be renamed by it.
pub(super) async fn alike(
    transaction: &Transaction,
    work: &Work,
    items: &[(Waiting, Stated)],
) -> Result<Vec<Listing>, Error> {
    let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
    let new = unmatched(items);
    let cskus: HashSet<&Code> = new.iter().filter_map(|item| item.csku.as_ref()).collect();
    if cskus.is_empty() {
        return Ok(vec![]);
    }
    let cskus: Vec<&Code> = cskus.into_iter().collect();
    let called = item::matched_by_code(transaction, merchant, sync_id, &cskus).await?;
    let called: HashMap<Uuid, Code> = called.into_iter().map(|(code, listing_id)| (listing_id, code)).collect();
    let mut listings = listing::by_ids(transaction, merchant, called.keys().copied().collect()).await?;
    for listing in &mut listings {
        let code = called.get(&listing.id).filter(|code| listing.csku.as_ref() != Some(*code));
        listing.renamed_csku = code.cloned();
        listing.presence = Presence::Listed;
    }
    let others = named_by(transaction, work, &new).await?;
    listings.extend(others.into_iter().filter(|listing| !called.contains_key(&listing.id)));
    let stated =
        item::matched(transaction, merchant, sync_id, listings.iter().map(|listing| listing.id).collect()).await?;
    // What the snapshot states under another code has this one no more.
    listings.retain(|listing| called.contains_key(&listing.id) || !stated.contains(&listing.id));
    Ok(listings)
}

/// The account's listings that have one of the items' codes.
pub(super) async fn named_by(transaction: &Transaction, work: &Work, items: &[Seen]) -> Result<Vec<Listing>, Error> {
    let (merchant, account_id) = (&work.caller.merchant, work.account.id);
    let cskus: HashSet<&Code> = items.iter().filter_map(|item| item.csku.as_ref()).collect();
    let cskus: Vec<&Code> = cskus.into_iter().collect();
    let ids: HashSet<&ChannelListingId> = items.iter().filter_map(|item| item.channel_listing_id.as_ref()).collect();
    let ids: Vec<&ChannelListingId> = ids.into_iter().collect();
    let mut found = listing::by_channel_listing_ids(transaction, merchant, account_id, &ids).await?;
    found.extend(listing::by_cskus(transaction, merchant, account_id, &cskus).await?);
    found.extend(listing::by_renamed_cskus(transaction, merchant, account_id, &cskus).await?);
    found.sort_by_key(|listing| listing.id);
    found.dedup_by_key(|listing| listing.id);
    Ok(found)
}

async fn known<'a>(transaction: &Transaction, work: &Work, listings: &'a [Listing]) -> Result<Known<'a>, Error> {
    let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
    let listing_ids: Vec<Uuid> = listings.iter().map(|listing| listing.id).collect();
    let ids: Vec<&ChannelListingId> =
        listings.iter().filter_map(|listing| listing.channel_listing_id.as_ref()).collect();
    Ok(Known {
        listings,
        taken: item::matched(transaction, merchant, sync_id, listing_ids).await?,
        stated: item::stated_by(transaction, merchant, sync_id, &ids).await?,
        scope: work.session.scope,
    })
}

fn not_told_apart(place: i64, verdict: Verdict) -> Judged {
    Judged { place, stage: Stage::Done, listing_id: None, verdict }
}

fn former_code() -> Verdict {
    let detail = "another item states the same listing by its other code";
    Verdict::not_applied(Outcome::Finding, "REPEATED_IN_SNAPSHOT", detail)
}

fn ambiguous(ids: &[ChannelListingId]) -> Verdict {
    let ids: Vec<String> = ids.iter().map(|id| format!("{:?}", id.as_str())).collect();
    let detail = format!("several listings have its CSKU: name the listing id, of {}", ids.join(", "));
    Verdict::not_applied(Outcome::Finding, "AMBIGUOUS_CSKU", detail)
}
