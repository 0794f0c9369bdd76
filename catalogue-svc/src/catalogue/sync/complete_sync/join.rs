//! Once all is listed: the groups of a sync take the members that they name, and let go of those that they no longer offer.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use shared::{code::Code, database::Transaction, database::now, identity::Merchant};
use uuid::Uuid;

use super::{CHUNK, Step, Work, list::named};
use crate::{
    catalogue::{Catalogue, Error},
    domain::{
        finding::{FindingKind, Subject},
        isku::Resolution,
        listing::{ChannelListingId, Kind, Listing, ListingCode, Presence},
        sync::{
            members::{Member, may_be_member, members, parent_stock},
            outcome::{Outcome, Verdict},
            settle::{Answers, Barcode, Ensured, FOUND, Origin, settle},
            stated::Stated,
        },
    },
    storage::{
        finding, group, listing,
        sync::item::{self, Judged, Stage, Turn, Waiting},
    },
};

/// The listings that groups name or offer.
struct Facts {
    groups: HashMap<Uuid, Listing>,
    by_code: HashMap<ListingCode, Listing>,
    current: BTreeMap<Uuid, Vec<Uuid>>,
    offered: HashMap<Uuid, (Listing, Option<Stated>)>,
}

impl Catalogue {
    /// Settles the next groups; they sell nothing, so inventory-svc is not asked.
    pub(super) async fn join_chunk(&self, work: &Work) -> Result<Step, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.begin().await?;
        let now = now(&transaction).await?;
        if !work.renew(&transaction, now).await? {
            return Ok(Step::Lost);
        }
        let waiting = item::waiting(&transaction, merchant, sync_id, Stage::Listed, Turn::Groups, CHUNK).await?;
        let (items, aside) = super::read::read(waiting);
        if !aside.is_empty() {
            transaction.rollback().await?;
            return self.set_aside(work, &aside).await;
        }
        if items.is_empty() {
            return Ok(Step::Nothing);
        }
        let facts = Facts::load(&transaction, work, &items).await?;
        let (mut updated, mut replaced) = (vec![], vec![]);
        let (mut subjects, mut findings, mut judged) = (vec![], vec![], vec![]);
        for (waiting, stated) in &items {
            let Some(listing) = waiting.listing_id.and_then(|id| facts.groups.get(&id)) else { continue };
            let mut verdict = waiting.verdict.clone().unwrap_or_else(|| Verdict::plain(Outcome::Unchanged));
            let (current, members) = facts.members(listing, stated, &mut verdict);
            if current != members {
                verdict.touch();
                updated.push(listing.clone());
                replaced.push((listing.id, members.clone()));
            }
            let mut settled = settle(listing, stated, &nothing_asked(&Resolution::default()));
            if let Some(finding) = parent_stock(listing, stated, &facts.variants(&members)) {
                settled.notes.push((finding.kind.as_str(), finding.detail.clone()));
                settled.findings.push(finding);
            }
            for (reason, detail) in &settled.notes {
                verdict.note(reason, detail);
            }
            subjects.extend(looked_for(listing).iter().map(|kind| (*kind, Subject::listing(listing.id))));
            findings.extend(settled.findings);
            judged.push(Judged { place: waiting.place, stage: Stage::Done, listing_id: waiting.listing_id, verdict });
        }
        listing::update(&transaction, merchant, &mut updated, now).await?;
        if !replaced.is_empty() {
            group::replace_members(&transaction, merchant, &replaced).await?;
        }
        finding::settle(&transaction, merchant, subjects, findings, now).await?;
        item::judge(&transaction, merchant, sync_id, &judged).await?;
        item::remember(&transaction, merchant, sync_id, items.iter().map(|(waiting, _)| waiting.place).collect())
            .await?;
        transaction.commit().await?;
        Ok(Step::More(super::done(&judged)))
    }
}

fn nothing_asked(resolution: &Resolution) -> Answers<'_> {
    Answers { resolution, ensured: &Ensured::NotCreated, locations: &[], origin: Origin::Known, barcode: Barcode::Own }
}

/// What is looked for without an answer of inventory-svc; a group has nothing else.
fn looked_for(listing: &Listing) -> &'static [FindingKind] {
    match listing.kind {
        Kind::Group => &FOUND,
        Kind::Single | Kind::Variant | Kind::Kit => &[FindingKind::Renamed, FindingKind::SeveralCategories],
    }
}

impl Facts {
    async fn load(transaction: &Transaction, work: &Work, items: &[(Waiting, Stated)]) -> Result<Self, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let ids: Vec<Uuid> = items.iter().filter_map(|(waiting, _)| waiting.listing_id).collect();
        let groups = listing::by_ids(transaction, merchant, ids.clone()).await?;
        let mut current: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        for tie in group::members_of(transaction, merchant, ids).await? {
            current.entry(tie.group_id).or_default().push(tie.member_id);
        }
        let offered: HashSet<Uuid> = current.values().flatten().copied().collect();
        let offered: Vec<Uuid> = offered.into_iter().collect();
        let mut stated: HashMap<Uuid, Stated> = HashMap::new();
        for (id, item) in item::stating(transaction, merchant, sync_id, &offered).await? {
            stated.extend(Stated::parse(&item).ok().map(|stated| (id, stated)));
        }
        let offered = listing::by_ids(transaction, merchant, offered).await?;
        let offered = offered.into_iter().map(|listing| (listing.id, (listing.clone(), stated.remove(&listing.id))));
        Ok(Self {
            groups: groups.into_iter().map(|listing| (listing.id, listing)).collect(),
            by_code: by_code(transaction, merchant, work.account.id, items).await?,
            current,
            offered: offered.collect(),
        })
    }

    /// The members that were offered so far, with what the sync states of them.
    fn variants(&self, members: &[Uuid]) -> Vec<Member<'_>> {
        let offered = members.iter().filter_map(|id| self.offered.get(id));
        offered.map(|(listing, stated)| Member { listing, stated: stated.as_ref() }).collect()
    }

    /// The members so far, and those that the group is to have; names that nothing has are noted.
    fn members(&self, group: &Listing, stated: &Stated, verdict: &mut Verdict) -> (Vec<Uuid>, Vec<Uuid>) {
        let current = self.current.get(&group.id).cloned().unwrap_or_default();
        if group.kind != Kind::Group {
            return (current.clone(), current);
        }
        let mut named_ids = vec![];
        for code in &stated.members {
            match self.by_code.get(code).filter(|listing| may_be_member(listing)) {
                Some(listing) => named_ids.push(listing.id),
                None => verdict.note("LISTING_NOT_FOUND", &format!("its member {} is not there", named(code))),
            }
        }
        let offered = current.iter().filter_map(|id| self.offered.get(id));
        let offered: Vec<Member<'_>> =
            offered.map(|(listing, stated)| Member { listing, stated: stated.as_ref() }).collect();
        let members = members(group, !stated.members.is_empty(), &named_ids, &offered);
        (current, members)
    }
}

/// The account's listings that groups name.
async fn by_code(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    items: &[(Waiting, Stated)],
) -> Result<HashMap<ListingCode, Listing>, Error> {
    let (mut cskus, mut ids): (HashSet<&Code>, HashSet<&ChannelListingId>) = (HashSet::new(), HashSet::new());
    for code in items.iter().flat_map(|(_, stated)| &stated.members) {
        match code {
            ListingCode::Csku(csku) => drop(cskus.insert(csku)),
            ListingCode::ChannelListingId(id) => drop(ids.insert(id)),
        }
    }
    let cskus: Vec<&Code> = cskus.into_iter().collect();
    let ids: Vec<&ChannelListingId> = ids.into_iter().collect();
    let mut found = HashMap::new();
    // Of several with one code the oldest that is on the channel is the member.
    let mut alike = listing::by_cskus(transaction, merchant, account_id, &cskus).await?;
    alike.sort_by_key(|one| (may_be_member(one), one.presence == Presence::Listed, Reverse(one.id)));
    for listing in alike {
        found.extend(listing.csku.clone().map(|csku| (ListingCode::Csku(csku), listing)));
    }
    for listing in listing::by_channel_listing_ids(transaction, merchant, account_id, &ids).await? {
        found.extend(listing.channel_listing_id.clone().map(|id| (ListingCode::ChannelListingId(id), listing)));
    }
    Ok(found)
}
