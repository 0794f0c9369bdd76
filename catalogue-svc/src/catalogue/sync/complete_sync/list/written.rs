//! What a chunk of items makes of the listings, before it is written.

use std::collections::HashSet;

use shared::time::Micros;
use uuid::Uuid;

use super::Facts;
use crate::{
    domain::{
        finding::{Finding, FindingKind},
        listing::{Kind, Listing, Presence},
        sync::{
            judge::{Judgement, Place, judge},
            outcome::{Outcome, Verdict},
            stated::Stated,
        },
    },
    storage::sync::item::{Judged, Stage},
};

/// What a chunk writes.
#[derive(Default)]
pub(super) struct Written {
    pub(super) inserted: Vec<Listing>,
    pub(super) updated: Vec<Listing>,
    pub(super) findings: Vec<Finding>,
    pub(super) judged: Vec<Judged>,
    matched: HashSet<Uuid>,
    displaced: Vec<Listing>,
}

impl Written {
    /// Starts with the listings that earlier items of the sync were matched with.
    pub(super) fn after(matched: HashSet<Uuid>) -> Self {
        Self { matched, ..Self::default() }
    }

    pub(super) fn take(&mut self, place: i64, stated: &Stated, facts: &Facts, now: Micros) {
        let category_id = facts.category(stated);
        let at = Place { account_id: facts.account_id, new_id: Uuid::now_v7(), category_id, now };
        let (listing, displaced, outcome) = match judge(stated, &facts.known(stated), &at) {
            Judgement::Create { listing, displaced } => (listing, displaced, Outcome::Created),
            Judgement::Update { listing, displaced } => (listing, displaced, Outcome::Updated),
            Judgement::Keep(listing) => (listing, None, Outcome::Unchanged),
            Judgement::Leave { verdict, marked, finding } => {
                // A second item about the same listing, under its known code, must not write it again.
                self.updated.extend(marked.filter(|listing| self.matched.insert(listing.id)));
                self.findings.extend(finding);
                return self.judged.push(Judged { place, stage: Stage::Done, listing_id: None, verdict });
            }
        };
        if !self.matched.insert(listing.id) {
            let reason = FindingKind::RepeatedInSnapshot.as_str();
            let verdict = Verdict::not_applied(
                Outcome::Finding,
                reason,
                "another item states the same listing by its other code",
            );
            return self.judged.push(Judged { place, stage: Stage::Done, listing_id: None, verdict });
        }
        self.displaced.extend(displaced);
        let listing_id = Some(listing.id);
        match outcome {
            Outcome::Created => self.inserted.push(listing),
            Outcome::Updated => self.updated.push(listing),
            Outcome::Unchanged | Outcome::Finding | Outcome::Rejected => {}
        }
        self.judged.push(Judged { place, stage: Stage::Listed, listing_id, verdict: Verdict::plain(outcome) });
    }

    /// What has to be without its listing id before others take it: what gives way, and what has another one now.
    pub(super) fn without_ids(&self, facts: &Facts) -> Vec<Listing> {
        let moved = self.updated.iter().filter(|after| {
            let before = facts.listing(after.id).and_then(|before| before.channel_listing_id.as_ref());
            before.is_some() && before != after.channel_listing_id.as_ref()
        });
        let moved = moved.map(|listing| Listing { channel_listing_id: None, ..listing.clone() });
        moved.chain(self.displaced()).collect()
    }

    /// Listings that give way, and have no item in this chunk that says what becomes of them.
    fn displaced(&self) -> impl Iterator<Item = Listing> {
        self.displaced.iter().filter(|listing| self.updated.iter().all(|own| own.id != listing.id)).cloned()
    }

    /// What gives way is written with the rest; answers what is gone with that.
    pub(super) fn give_way(&mut self) -> Vec<Uuid> {
        let displaced: Vec<Listing> = self.displaced().collect();
        let gone = displaced.iter().filter(|listing| listing.presence == Presence::Retired).map(|listing| listing.id);
        let gone = gone.collect();
        self.updated.extend(displaced);
        gone
    }

    /// Listings that were groups and are sold now.
    pub(super) fn no_groups_now(&self, facts: &Facts) -> Vec<Uuid> {
        let was_group = |id| facts.listing(id).is_some_and(|before| before.kind == Kind::Group);
        let sold = self.updated.iter().filter(|after| after.kind != Kind::Group && was_group(after.id));
        sold.map(|listing| listing.id).collect()
    }

    /// The listing of an item, if it is applied.
    pub(super) fn listing_of(&self, place: i64) -> Option<Uuid> {
        let judged = self.judged.iter().find(|judged| judged.place == place && judged.stage == Stage::Listed);
        judged.and_then(|judged| judged.listing_id)
    }

    pub(super) fn note(&mut self, notes: &[(i64, String)]) {
        for (place, detail) in notes {
            for judged in self.judged.iter_mut().filter(|judged| judged.place == *place) {
                judged.verdict.note("LISTING_NOT_FOUND", detail);
            }
        }
    }

    /// Listings whose members or group changed are changed listings.
    pub(super) fn touch(&mut self, changed: &HashSet<Uuid>, facts: &Facts) {
        for judged in self.judged.iter_mut().filter(|judged| judged.listing_id.is_some_and(|id| changed.contains(&id)))
        {
            judged.verdict.touch();
        }
        for id in changed {
            let written = self.inserted.iter().chain(&self.updated).any(|listing| listing.id == *id);
            if let (false, Some(listing)) = (written, facts.listing(*id)) {
                self.updated.push(listing.clone());
            }
        }
    }
}
