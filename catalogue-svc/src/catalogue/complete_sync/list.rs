//! First half of a chunk: the listings that items state are created and changed.

mod facts;
mod members;

use std::collections::HashSet;

use shared::{database::now, identity::Merchant, time::Micros};
use uuid::Uuid;

use self::{facts::Facts, members::Members};
use super::{CHUNK, Step, Work};
use crate::{
    catalogue::{Catalogue, Error},
    domain::{
        finding::{Finding, FindingKind},
        listing::{Kind, Listing, ListingCode},
        sync::{
            judge::{Judgement, Place, judge, repeated},
            outcome::{Outcome, Verdict},
            session::{Scope, Session},
            stated::Stated,
        },
    },
    storage::{
        finding, listing,
        sync::{
            item::{self, CodeColumn, Judged, Stage, Waiting},
            presence,
        },
    },
};

/// What a chunk writes.
#[derive(Default)]
struct Written {
    inserted: Vec<Listing>,
    updated: Vec<Listing>,
    findings: Vec<Finding>,
    judged: Vec<Judged>,
    matched: HashSet<Uuid>,
}

impl Catalogue {
    /// Codes that repeat in the snapshot are applied for none of their rows.
    pub(super) async fn set_repeated_aside(
        &self,
        transaction: &shared::database::Transaction,
        merchant: &Merchant,
        session: &Session,
        now: Micros,
    ) -> Result<(), Error> {
        let mut findings = vec![];
        let mut judged: Vec<Judged> = vec![];
        let mut aside: HashSet<i64> = HashSet::new();
        for column in [CodeColumn::Csku, CodeColumn::ChannelListingId] {
            let rows = item::repeated(transaction, merchant, session.sync_id, column).await?;
            for same in rows.chunk_by(|a, b| a.code == b.code) {
                let Some(code) = same.first().and_then(|row| facts::code(column, &row.code)) else { continue };
                let finding = repeated(session.account_id, &code, &same.iter().map(|row| row.row).collect::<Vec<_>>());
                let reason = FindingKind::RepeatedInSnapshot.as_str();
                let verdict = Verdict::not_applied(Outcome::Finding, reason, finding.detail.clone());
                let new = same.iter().filter(|row| aside.insert(row.place));
                let new = new.map(|row| Judged {
                    place: row.place,
                    stage: Stage::Done,
                    listing_id: None,
                    verdict: verdict.clone(),
                });
                judged.extend(new.collect::<Vec<_>>());
                findings.push(finding);
            }
        }
        item::judge(transaction, merchant, session.sync_id, &judged).await?;
        let kind = FindingKind::RepeatedInSnapshot;
        let known = match session.scope {
            Scope::Full => presence::open_findings(transaction, merchant, session.account_id, kind).await?,
            Scope::Partial => vec![],
        };
        finding::settle(transaction, merchant, known, findings, now).await?;
        Ok(())
    }

    /// Writes the listings of the next items.
    pub(super) async fn list_chunk(&self, work: &Work) -> Result<Step, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.begin().await?;
        let now = now(&transaction).await?;
        if !work.renew(&transaction, now).await? {
            return Ok(Step::Lost);
        }
        let items = read(item::waiting(&transaction, merchant, sync_id, Stage::Staged, CHUNK).await?);
        if items.is_empty() {
            return Ok(Step::Nothing);
        }
        let facts = Facts::load(&transaction, work, &items, now).await?;
        let mut written = Written { matched: facts.matched.clone(), ..Written::default() };
        for (waiting, stated) in &items {
            written.take(waiting.place, stated, &facts, now);
        }
        let members = Members::of(&transaction, merchant, &items, &facts, &written).await?;
        written.note(members.notes());
        listing::insert(&transaction, merchant, &written.inserted).await?;
        written.touch(members.changed(), &facts);
        listing::update(&transaction, merchant, &mut written.updated, now).await?;
        members.write(&transaction, merchant).await?;
        finding::settle(&transaction, merchant, vec![], written.findings, now).await?;
        item::judge(&transaction, merchant, sync_id, &written.judged).await?;
        transaction.commit().await?;
        Ok(Step::More(super::done(&written.judged)))
    }
}

/// What was staged was well formed.
fn read(waiting: Vec<Waiting>) -> Vec<(Waiting, Stated)> {
    let stated = waiting.into_iter().map(|waiting| {
        let stated = Stated::parse(&waiting.item);
        (waiting, stated)
    });
    stated.filter_map(|(waiting, stated)| Some((waiting, stated.ok()?))).collect()
}

impl Written {
    fn take(&mut self, place: i64, stated: &Stated, facts: &Facts, now: Micros) {
        let category_id = facts.category(stated);
        let at = Place { account_id: facts.account_id, new_id: Uuid::now_v7(), category_id, now };
        let (listing, outcome) = match judge(stated, &facts.known(stated), &at) {
            Judgement::Create(listing) => {
                self.inserted.push(listing.clone());
                (listing, Outcome::Created)
            }
            Judgement::Update(listing) => (listing, Outcome::Updated),
            Judgement::Keep(listing) => (listing, Outcome::Unchanged),
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
        let listing_id = Some(listing.id);
        if outcome == Outcome::Updated {
            self.updated.push(listing);
        }
        self.judged.push(Judged { place, stage: Stage::Listed, listing_id, verdict: Verdict::plain(outcome) });
    }

    /// The listing of an item, if it is applied.
    fn listing_of(&self, place: i64) -> Option<Uuid> {
        let judged = self.judged.iter().find(|judged| judged.place == place && judged.stage == Stage::Listed);
        judged.and_then(|judged| judged.listing_id)
    }

    fn note(&mut self, notes: &[(i64, String)]) {
        for (place, detail) in notes {
            for judged in self.judged.iter_mut().filter(|judged| judged.place == *place) {
                judged.verdict.note("LISTING_NOT_FOUND", detail);
            }
        }
    }

    /// Listings whose members or group changed are changed listings.
    fn touch(&mut self, changed: &HashSet<Uuid>, facts: &Facts) {
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

/// What a group may offer.
fn may_be_member(listing: &Listing) -> bool {
    matches!(listing.kind, Kind::Single | Kind::Variant)
}

fn named(code: &ListingCode) -> String {
    match code {
        ListingCode::Csku(csku) => format!("{:?}", csku.as_str()),
        ListingCode::ChannelListingId(id) => format!("listing id {:?}", id.as_str()),
    }
}
