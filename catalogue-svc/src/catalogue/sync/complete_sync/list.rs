//! First half of a chunk: the listings that items state are created and changed.

mod facts;
mod members;
mod written;

use std::collections::HashSet;

use shared::{database::now, identity::Merchant, time::Micros};
use uuid::Uuid;

use self::{facts::Facts, members::Members, written::Written};
use super::{CHUNK, Step, Work};
use crate::{
    catalogue::{Catalogue, Error},
    domain::{
        finding::{FindingKind, Subject},
        listing::ListingCode,
        sync::{
            judge::{repeated, repeated_subject},
            outcome::{Outcome, Verdict},
            session::{Scope, Session},
            settle::FOUND,
        },
    },
    storage::{
        finding, listing,
        sync::{
            item::{self, CodeColumn, Judged, Stage, Turn},
            presence,
        },
    },
};

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
        let mut known = presence::open_findings(transaction, merchant, session.account_id, kind).await?;
        if session.scope == Scope::Partial {
            // Some listings say nothing of the others: only what is uploaded is judged again.
            let stated = self.stated_subjects(transaction, merchant, session).await?;
            known.retain(|(_, subject)| stated.contains(subject));
        }
        finding::settle(transaction, merchant, known, findings, now).await?;
        Ok(())
    }

    /// What findings about repeated codes would be about, for each code of the upload.
    async fn stated_subjects(
        &self,
        transaction: &shared::database::Transaction,
        merchant: &Merchant,
        session: &Session,
    ) -> Result<HashSet<Subject>, Error> {
        let mut subjects = HashSet::new();
        for column in [CodeColumn::Csku, CodeColumn::ChannelListingId] {
            let codes = item::codes(transaction, merchant, session.sync_id, column).await?;
            let codes = codes.iter().filter_map(|text| facts::code(column, text));
            subjects.extend(codes.map(|code| repeated_subject(session.account_id, &code)));
        }
        Ok(subjects)
    }

    /// Writes the listings of the next items.
    pub(super) async fn list_chunk(&self, work: &Work) -> Result<Step, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.begin().await?;
        let now = now(&transaction).await?;
        if !work.renew(&transaction, now).await? {
            return Ok(Step::Lost);
        }
        let waiting = item::waiting(&transaction, merchant, sync_id, Stage::Staged, Turn::Any, CHUNK).await?;
        let (items, aside) = super::read(waiting);
        if !aside.is_empty() {
            transaction.rollback().await?;
            return self.set_aside(work, &aside).await;
        }
        if items.is_empty() {
            return Ok(Step::Nothing);
        }
        let facts = Facts::load(&transaction, work, &items, now).await?;
        let mut written = Written::after(facts.matched.clone());
        for (waiting, stated) in &items {
            written.take(waiting.place, stated, &facts, now);
        }
        let mut members = Members::of(&transaction, merchant, &items, &facts, &written).await?;
        written.note(members.notes());
        let without_ids = written.without_ids(&facts);
        listing::give_up_ids(&transaction, merchant, &without_ids).await?;
        let gone = written.give_way();
        members.empty(&gone);
        members.empty(&written.no_groups_now(&facts));
        listing::insert(&transaction, merchant, &written.inserted).await?;
        written.touch(members.changed(), &facts);
        listing::update(&transaction, merchant, &mut written.updated, now).await?;
        members.write(&transaction, merchant).await?;
        finding::settle(&transaction, merchant, over(&gone), written.findings, now).await?;
        item::judge(&transaction, merchant, sync_id, &written.judged).await?;
        transaction.commit().await?;
        Ok(Step::More(super::done(&written.judged)))
    }
}

/// What was found about listings that are gone.
fn over(gone: &[Uuid]) -> Vec<finding::Key> {
    gone.iter().flat_map(|id| FOUND.map(|kind| (kind, Subject::listing(*id)))).collect()
}

/// A code for people.
pub(super) fn named(code: &ListingCode) -> String {
    match code {
        ListingCode::Csku(csku) => format!("{:?}", csku.as_str()),
        ListingCode::ChannelListingId(id) => format!("listing id {:?}", id.as_str()),
    }
}
