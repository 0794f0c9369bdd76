//! First of all: items that state what was stated last, of listings that nobody has changed since, go no further.
//!
//! Their ISKUs may have moved, and the account's terms changed: they are settled all the same, and only written where that says otherwise.

use std::collections::HashMap;

use shared::database::now;
use uuid::Uuid;

use super::{Step, Work, matching::named_by, settle::Answered};
use crate::{
    catalogue::{Catalogue, Error},
    domain::{
        finding::Subject,
        listing::{Kind, Listing},
        sync::{
            matching::Seen,
            outcome::{Outcome, Verdict},
            same::{self, Open},
            settle::FOUND,
            stated::Stated,
        },
    },
    storage::{
        archived, finding,
        sync::{
            item::{self, Judged, Phase, Progress, Stage, Waiting},
            presence,
        },
    },
};

/// Items of one step.
const CHUNK: i64 = 1_000;

/// Items that state the same, their listings and what is open about these, and how far this looked.
struct Found {
    items: Vec<(Waiting, Stated)>,
    listings: HashMap<Uuid, Listing>,
    open: HashMap<Uuid, Vec<Open>>,
    looked: (Progress, Progress),
}

impl Catalogue {
    /// Finds the next items that state the same; goes on where an interrupted run was.
    pub(super) async fn same_chunk(&self, work: &Work) -> Result<Step, Error> {
        let Some(found) = self.database.retrying(|| self.find_same(work)).await? else { return Ok(Step::Nothing) };
        let answered = self.ask(work, &found.items, &found.listings).await?;
        let mut judged = vec![];
        for (waiting, stated) in &found.items {
            let Some(listing) = waiting.listing_id.and_then(|id| found.listings.get(&id)) else { continue };
            let settled = answered.settle(work, waiting, stated, listing);
            let open = found.open.get(&listing.id).map(Vec::as_slice).unwrap_or_default();
            // A group is looked at once its members are listed.
            let is_done = listing.kind != Kind::Group && same::is_as_settled(listing, &settled, open);
            let mut verdict = Verdict::plain(Outcome::Unchanged);
            if is_done {
                settled.notes.iter().for_each(|(reason, detail)| verdict.note(reason, detail));
            }
            let stage = if is_done { Stage::Done } else { Stage::Listed };
            judged.push(Judged { place: waiting.place, stage, listing_id: Some(listing.id), verdict });
        }
        self.database.retrying(|| self.write_same(work, &judged, &answered, found.looked)).await
    }

    async fn find_same(&self, work: &Work) -> Result<Option<Found>, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.snapshot().await?;
        let progress = item::progress(&transaction, merchant, sync_id).await?;
        if progress.phase != Phase::Same {
            return Ok(None);
        }
        let mut found = Found {
            items: vec![],
            listings: HashMap::new(),
            open: HashMap::new(),
            looked: (progress, Progress::at(Phase::Over)),
        };
        if !presence::has_listings(&transaction, merchant, work.account.id).await? {
            return Ok(Some(found));
        }
        let staged = item::staged(&transaction, merchant, sync_id, progress.after, CHUNK).await?;
        found.looked = (progress, progress.behind(staged.last().map(|last| (last.rank, last.seen.place))));
        let seen: Vec<Seen> = staged.iter().map(|item| item.seen.clone()).collect();
        let listings = named_by(&transaction, work, &seen).await?;
        let ids = listings.iter().map(|listing| listing.id).collect();
        let last = item::last_stated(&transaction, merchant, ids).await?;
        let same: HashMap<i64, Uuid> = same::same(&staged, &listings, &last).into_iter().collect();
        if same.is_empty() {
            return Ok(Some(found));
        }
        for (place, item) in item::at(&transaction, merchant, sync_id, same.keys().copied().collect()).await? {
            let verdict = Some(Verdict::plain(Outcome::Unchanged));
            if let (Ok(stated), Some(id)) = (Stated::parse(&item), same.get(&place)) {
                let waiting = Waiting { place, item: Ok(item), listing_id: Some(*id), verdict };
                found.items.push((waiting, stated));
            }
        }
        for concern in finding::concerning(&transaction, merchant, same.values().copied().collect()).await? {
            if FOUND.contains(&concern.kind) && concern.subject == Subject::listing(concern.listing_id) {
                let open = (concern.kind, concern.effect, concern.detail);
                found.open.entry(concern.listing_id).or_default().push(open);
            }
        }
        found.listings = listings.into_iter().map(|listing| (listing.id, listing)).collect();
        Ok(Some(found))
    }

    async fn write_same(
        &self,
        work: &Work,
        judged: &[Judged],
        answered: &Answered,
        looked: (Progress, Progress),
    ) -> Result<Step, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.begin().await?;
        let now = now(&transaction).await?;
        if !work.renew(&transaction, now).await? {
            return Ok(Step::Lost);
        }
        if item::progress(&transaction, merchant, sync_id).await? != looked.0 {
            // The commit before was reported as an error, and has succeeded.
            return Ok(Step::More(0));
        }
        if !judged.is_empty() {
            let (gone, there) = answered.archived();
            archived::note(&transaction, merchant, gone, there).await?;
            item::judge(&transaction, merchant, sync_id, judged).await?;
        }
        item::set_progress(&transaction, merchant, sync_id, looked.1).await?;
        transaction.commit().await?;
        Ok(Step::More(super::done(judged)))
    }
}
