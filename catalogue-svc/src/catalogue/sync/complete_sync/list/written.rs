//! What a chunk of items makes of the listings, before it is written.

use std::collections::{HashMap, HashSet};

use shared::time::Micros;
use uuid::Uuid;

use super::{Facts, Work};
use crate::{
    domain::{
        listing::{Kind, Listing, Presence},
        mapping::{Mapping, Source},
        naming,
        sync::{
            judge::{Judgement, Place, give_way, judge, numbered, verdict},
            outcome::Outcome,
            stated::Stated,
        },
    },
    storage::sync::item::{Judged, Stage, Waiting},
};

/// What a chunk writes.
#[derive(Default)]
pub(super) struct Written {
    pub(super) inserted: Vec<Listing>,
    pub(super) updated: Vec<Listing>,
    pub(super) judged: Vec<Judged>,
    places: HashMap<i64, usize>,
    displaced: Vec<Listing>,
}

impl Written {
    pub(super) fn take(&mut self, waiting: &Waiting, stated: &Stated, facts: &Facts, now: Micros) {
        let place = waiting.place;
        let category_id = facts.category(stated);
        let at = Place { account_id: facts.account_id, new_id: Uuid::now_v7(), category_id, now };
        let before = waiting.listing_id.and_then(|id| facts.listing(id));
        let (listing, outcome) = match judge(stated, before, &at) {
            Judgement::Create(listing) => (listing, Outcome::Created),
            Judgement::Update(listing) => (listing, Outcome::Updated),
            Judgement::Keep(listing) => (listing, Outcome::Unchanged),
            Judgement::Leave(verdict) => {
                let listing_id = before.map(|listing| listing.id);
                return self.judged.push(Judged { place, stage: Stage::Done, listing_id, verdict });
            }
        };
        self.displaced.extend(facts.displaced(stated, Some(listing.id)).map(give_way));
        self.places.insert(place, self.judged.len());
        let (stage, listing_id) = (Stage::Listed, Some(listing.id));
        self.judged.push(Judged { place, stage, listing_id, verdict: verdict(outcome, stated, &listing) });
        match outcome {
            Outcome::Created => self.inserted.push(listing),
            Outcome::Updated => self.updated.push(listing),
            Outcome::Unchanged | Outcome::Finding | Outcome::Rejected | Outcome::Retired | Outcome::WouldRetire => {}
        }
    }

    /// New listings that have the code of others sell what these do.
    pub(super) fn sell_what_others_do(&mut self, work: &Work, alike: &[Listing], now: Micros) {
        if alike.is_empty() {
            return;
        }
        for new in &mut self.inserted {
            new.mapping = naming::goods_of_others(new, alike).map(|components| Mapping {
                revision: 1,
                source: Source::Default,
                components,
                actor: work.caller.actor.clone(),
                note: format!("sync {}", work.session.sync_id),
                create_time: now,
            });
        }
    }

    /// The mappings of new listings.
    pub(super) fn mappings(&self) -> Vec<(Uuid, &Mapping)> {
        self.inserted.iter().filter_map(|listing| Some((listing.id, listing.mapping.as_ref()?))).collect()
    }

    /// What has to be without its listing id before others take it: what gives way, and what has another one now.
    pub(super) fn without_ids(&self, facts: &Facts) -> Vec<Listing> {
        let moved = self.updated.iter().filter(|after| {
            let before = facts.listing(after.id).and_then(|before| before.channel_listing_id.as_ref());
            before.is_some() && before != after.channel_listing_id.as_ref()
        });
        // Two of one code may both have another id now: without any they would be the same.
        let on_the_way = |listing: &Listing| Listing { channel_listing_id: numbered(listing), ..listing.clone() };
        moved.map(on_the_way).chain(self.displaced()).collect()
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
        self.places.get(&place).and_then(|at| self.judged.get(*at)).and_then(|judged| judged.listing_id)
    }

    pub(super) fn note(&mut self, notes: &[(i64, &'static str, String)]) {
        for (place, reason, detail) in notes {
            if let Some(judged) = self.places.get(place).and_then(|at| self.judged.get_mut(*at)) {
                judged.verdict.note(reason, detail);
            }
        }
    }

    /// Listings whose members or group changed are changed listings.
    pub(super) fn touch(&mut self, changed: &HashSet<Uuid>, facts: &Facts) {
        for judged in self.judged.iter_mut().filter(|judged| judged.listing_id.is_some_and(|id| changed.contains(&id)))
        {
            judged.verdict.touch();
        }
        let written: HashSet<Uuid> = self.inserted.iter().chain(&self.updated).map(|listing| listing.id).collect();
        let others = changed.iter().filter(|id| !written.contains(id)).filter_map(|id| facts.listing(*id));
        self.updated.extend(others.cloned());
    }
}
