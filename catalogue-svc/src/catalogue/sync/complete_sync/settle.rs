//! Second half of a chunk: ISKUs are ensured at inventory-svc, then mappings, findings and outcomes are written.

use std::collections::{HashMap, HashSet};

use shared::{
    code::Code,
    database::{Transaction, now},
};
use uuid::Uuid;

use super::{CHUNK, Step, Work};
use crate::{
    catalogue::{Catalogue, Error},
    domain::{
        adopted::Adopted,
        finding::{Finding, Subject},
        isku::{IsArchived, Isku, Resolution, Resolved},
        listing::{Kind, Listing},
        mapping::{Mapping, Source},
        sync::{
            kits,
            outcome::{Outcome, Verdict},
            settle::{Answers, Ensured, FOUND, Origin, Question, Settled, Wanted, question, settle},
            stated::Stated,
        },
    },
    inventory_client as client,
    storage::{
        account, archived, finding, listing, mapping,
        sync::{
            barcode,
            item::{self, Judged, Stage, Turn, Waiting},
        },
    },
};

/// The items of a chunk, those that go no further, and the listings of the former.
struct Listed {
    items: Vec<(Waiting, Stated)>,
    aside: Vec<Judged>,
    listings: HashMap<Uuid, Listing>,
}

/// What inventory-svc answered about a chunk.
#[derive(Default)]
pub(super) struct Answered {
    pub(super) resolution: Resolution,
    ensured: HashMap<i64, Ensured>,
    /// Barcodes that several listings carry.
    repeated: barcode::Repeated,
}

impl Catalogue {
    /// Settles the next listings: asks without a transaction, then writes.
    pub(super) async fn settle_chunk(&self, work: &Work) -> Result<Step, Error> {
        let Listed { items, aside, listings } = self.listed(work).await?;
        if !aside.is_empty() {
            return self.database.retrying(|| self.set_aside(work, &aside)).await;
        }
        if items.is_empty() {
            return Ok(Step::Nothing);
        }
        let answered = self.ask(work, &items, &listings).await?;
        self.database.retrying(|| self.write_settled(work, &items, &answered)).await
    }

    async fn listed(&self, work: &Work) -> Result<Listed, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.snapshot().await?;
        let waiting = item::waiting(&transaction, merchant, sync_id, Stage::Listed, Turn::Sold, CHUNK).await?;
        let (items, aside) = super::read::read(waiting);
        let ids = items.iter().filter_map(|(waiting, _)| waiting.listing_id).collect();
        let listings = listing::by_ids(&transaction, merchant, ids).await?;
        let listings = listings.into_iter().map(|listing| (listing.id, listing)).collect();
        Ok(Listed { items, aside, listings })
    }

    pub(super) async fn ask(
        &self,
        work: &Work,
        items: &[(Waiting, Stated)],
        listings: &HashMap<Uuid, Listing>,
    ) -> Result<Answered, Error> {
        let mut codes: Vec<Code> = vec![];
        let mut wanted: Vec<(i64, Wanted)> = vec![];
        for (waiting, stated) in items {
            let Some(listing) = waiting.listing_id.and_then(|id| listings.get(&id)) else { continue };
            match question(listing, stated, &work.session.iskus) {
                Question::Nothing => {}
                Question::Resolve(more) => codes.extend(more),
                Question::Ensure(isku) => wanted.push((waiting.place, isku)),
            }
        }
        codes.sort();
        codes.dedup();
        let merchant = &work.caller.merchant;
        let repeated = self.repeated_barcodes(work, listings.values()).await?;
        let mut answered = Answered { repeated, ..Answered::default() };
        let mut resolved: Vec<(Code, Resolved)> = vec![];
        if !wanted.is_empty() {
            let asked = wanted.iter().map(|(place, isku)| answered.repeated.item(work, *place, isku));
            let asked = asked.collect::<Result<Vec<_>, Error>>()?;
            let answers = self.inventory.ensure(merchant, &asked).await?;
            for ((place, isku), answer) in wanted.into_iter().zip(answers) {
                let (ensured, there) = became(answer, &isku);
                answered.ensured.insert(place, ensured);
                resolved.extend(there.map(|there| (isku.code, Resolved::Found(there))));
            }
        }
        codes.retain(|code| resolved.iter().all(|(known, _)| known != code));
        let more =
            if codes.is_empty() { Resolution::default() } else { self.inventory.resolve(merchant, codes).await? };
        answered.resolution = more.with(resolved);
        Ok(answered)
    }

    async fn write_settled(
        &self,
        work: &Work,
        items: &[(Waiting, Stated)],
        answered: &Answered,
    ) -> Result<Step, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.begin().await?;
        let now = now(&transaction).await?;
        if !work.renew(&transaction, now).await? {
            return Ok(Step::Lost);
        }
        account::lock_mappings(&transaction, merchant).await?;
        let places = items.iter().map(|(waiting, _)| waiting.place).collect();
        let left = item::still_at(&transaction, merchant, sync_id, Stage::Listed, places).await?;
        if left.is_empty() {
            // The commit before was reported as an error, and has succeeded.
            return Ok(Step::More(0));
        }
        let ids = items.iter().filter_map(|(waiting, _)| waiting.listing_id).collect();
        let found = listing::by_ids(&transaction, merchant, ids).await?;
        let listings: HashMap<Uuid, Listing> = found.into_iter().map(|listing| (listing.id, listing)).collect();
        let mut written = Written::default();
        let kits = kits_among(&transaction, work, items, &answered.resolution).await?;
        for (waiting, stated) in items {
            if let Some(before) = waiting.listing_id.and_then(|id| listings.get(&id)) {
                let mut settled = answered.settle(work, waiting, stated, before);
                if let Some(detail) = kits::unsupported(stated, &answered.resolution, &kits) {
                    settled = settled.unsupported(detail);
                }
                written.take(work, waiting, before, settled, now);
            }
        }
        let mapped: Vec<(Uuid, &Mapping)> = written.mapped.iter().map(|(id, mapping)| (*id, mapping)).collect();
        mapping::insert(&transaction, merchant, &mapped).await?;
        listing::update(&transaction, merchant, &mut written.updated, now).await?;
        let subjects = listings.keys().flat_map(|id| FOUND.map(|kind| (kind, Subject::listing(*id)))).collect();
        finding::settle(&transaction, merchant, subjects, written.findings, now).await?;
        let (gone, there) = answered.archived();
        archived::note(&transaction, merchant, gone, there).await?;
        item::judge(&transaction, merchant, sync_id, &written.judged).await?;
        item::remember(&transaction, merchant, sync_id, untold(items)).await?;
        transaction.commit().await?;
        Ok(Step::More(super::done(&written.judged)))
    }
}

/// Items of which nothing was told when they were listed: the same again needs no second look there.
fn untold(items: &[(Waiting, Stated)]) -> Vec<i64> {
    let told = |waiting: &Waiting| waiting.verdict.as_ref().is_some_and(|verdict| !verdict.reasons.is_empty());
    items.iter().filter(|(waiting, _)| !told(waiting)).map(|(waiting, _)| waiting.place).collect()
}

/// The components of these items that are no ISKUs, and kits of the account or of the snapshot.
async fn kits_among(
    transaction: &Transaction,
    work: &Work,
    items: &[(Waiting, Stated)],
    resolution: &Resolution,
) -> Result<HashSet<Code>, Error> {
    let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
    let unknown: HashSet<&Code> = items.iter().flat_map(|(_, stated)| kits::unknown(stated, resolution)).collect();
    if unknown.is_empty() {
        return Ok(HashSet::new());
    }
    let unknown: Vec<&Code> = unknown.into_iter().collect();
    let listed = listing::by_cskus(transaction, merchant, work.account.id, &unknown).await?;
    let mut kits: HashSet<Code> =
        listed.into_iter().filter(|listing| listing.kind == Kind::Kit).filter_map(|listing| listing.csku).collect();
    kits.extend(item::kits(transaction, merchant, sync_id, &unknown).await?);
    Ok(kits)
}

/// The same for the same item of the same sync, however often it is asked.
fn became(answer: client::Ensured, wanted: &Wanted) -> (Ensured, Option<Isku>) {
    match answer {
        client::Ensured::Created(isku) => {
            let opening = wanted.opening.as_ref();
            let adopted = opening.and_then(|(location, quantity)| Adopted::of(&isku, location, Some(*quantity)));
            (Ensured::Created(adopted), Some(isku))
        }
        client::Ensured::Exists(isku) | client::Ensured::ExistsDifferent(isku, _) => (Ensured::NotCreated, Some(isku)),
        client::Ensured::SameGoods(candidates) => (Ensured::SameGoods(candidates), None),
        client::Ensured::Rejected { reason, problem } => (Ensured::Rejected(reason, problem), None),
    }
}

impl Answered {
    pub(super) fn settle(&self, work: &Work, waiting: &Waiting, stated: &Stated, listing: &Listing) -> Settled {
        let created = waiting.verdict.as_ref().is_some_and(|verdict| verdict.outcome == Outcome::Created);
        let answers = Answers {
            resolution: &self.resolution,
            ensured: self.ensured.get(&waiting.place).unwrap_or(&Ensured::NotCreated),
            locations: &work.account.terms.locations,
            origin: if created { Origin::Created } else { Origin::Known },
            barcode: self.repeated.of(listing),
        };
        settle(listing, stated, &answers)
    }

    /// Numbers of the ISKUs that are archived, and of those that are not.
    pub(super) fn archived(&self) -> (Vec<i64>, Vec<i64>) {
        let (mut gone, mut there) = (vec![], vec![]);
        for (isku, archived) in self.resolution.iskus() {
            match archived {
                IsArchived::Yes => gone.push(isku.id),
                IsArchived::No => there.push(isku.id),
            }
        }
        for ids in [&mut gone, &mut there] {
            ids.sort_unstable();
            ids.dedup();
        }
        (gone, there)
    }
}

/// What a chunk writes.
#[derive(Default)]
struct Written {
    mapped: Vec<(Uuid, Mapping)>,
    updated: Vec<Listing>,
    findings: Vec<Finding>,
    judged: Vec<Judged>,
}

impl Written {
    fn take(&mut self, work: &Work, waiting: &Waiting, before: &Listing, settled: Settled, now: shared::time::Micros) {
        let mut after = settled.listing;
        if let Some(components) = settled.mapping {
            let mapping = Mapping {
                revision: before.revision() + 1,
                source: Source::Default,
                components,
                actor: work.caller.actor.clone(),
                note: format!("sync {}", work.session.sync_id),
                create_time: now,
            };
            after.mapping = Some(mapping.clone());
            self.mapped.push((before.id, mapping));
        }
        let mut verdict = waiting.verdict.clone().unwrap_or_else(|| Verdict::plain(Outcome::Unchanged));
        if after != *before {
            verdict.touch();
            self.updated.push(after);
        }
        if let Some(detail) = &settled.rejected {
            verdict.refuse_isku(detail);
        }
        for (reason, detail) in &settled.notes {
            verdict.note(reason, detail);
        }
        self.findings.extend(settled.findings);
        self.judged.push(Judged { place: waiting.place, stage: Stage::Done, listing_id: Some(before.id), verdict });
    }
}
