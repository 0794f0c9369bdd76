//! The steps of the end that go through many listings or findings, some at a time.

use shared::{database::Transaction, identity::Merchant, time::Micros};
use uuid::Uuid;

use crate::{
    catalogue::{
        Error,
        mapping::review::{Touched, review},
    },
    domain::{
        account::Account,
        finding::{self as found, FindingKind, Subject},
        listing::{Listing, Presence},
        sync::{
            session::{Ending, Scope, Session},
            settle::FOUND,
        },
    },
    storage::{
        account, finding, listing,
        sync::{
            absent::{self, Looked},
            presence,
        },
    },
};

/// Listings that one step looks at.
const LOOKED_AT: i64 = 2_000;
/// Listings that one step retires, and findings that one judges.
const CHANGED: u64 = 500;

/// Where a step is taken.
pub(super) struct At<'a> {
    pub(super) transaction: &'a Transaction,
    pub(super) merchant: &'a Merchant,
    pub(super) account: &'a Account,
    pub(super) now: Micros,
}

impl At<'_> {
    /// Takes one step; answers the next.
    pub(super) async fn take(&self, session: &mut Session, ending: Ending) -> Result<Ending, Error> {
        match ending {
            Ending::Shown => self.end_waiting(session).await,
            Ending::Absent(after) => self.look_for_absent(session, after).await,
            Ending::Retire(after) => self.retire(session, after).await,
            Ending::Findings(after) => self.judge_findings(after).await,
            Ending::Keys(after) => self.look_for_shared(after).await,
            Ending::Judge | Ending::Close => Ok(ending),
        }
    }

    async fn end_waiting(&self, session: &Session) -> Result<Ending, Error> {
        listing::waiting::end(self.transaction, self.merchant, self.account.id, session.sync_id).await?;
        Ok(match session.scope {
            Scope::Full => Ending::Absent(Uuid::nil()),
            Scope::Partial => Ending::Findings(Uuid::nil()),
        })
    }

    async fn look_for_absent(&self, session: &mut Session, after: Uuid) -> Result<Ending, Error> {
        let (transaction, merchant, sync_id) = (self.transaction, self.merchant, session.sync_id);
        let looked = absent::look(transaction, merchant, self.account.id, sync_id, after, LOOKED_AT).await?;
        let last = looked.last().map(|last| last.listing_id);
        let gone: Vec<Looked> = looked.into_iter().filter(|looked| looked.is_absent).collect();
        absent::insert(transaction, merchant, sync_id, session.absent, &gone).await?;
        session.absent = session.absent.saturating_add(i64::try_from(gone.len()).unwrap_or(i64::MAX));
        Ok(last.map_or(Ending::Judge, Ending::Absent))
    }

    /// Retires the next; what was found about each alone, or with others, is over.
    async fn retire(&self, session: &mut Session, after: i64) -> Result<Ending, Error> {
        let (transaction, merchant, sync_id) = (self.transaction, self.merchant, session.sync_id);
        let next = absent::list(transaction, merchant, sync_id, None, after, CHANGED).await?;
        let Some(last) = next.last() else { return Ok(Ending::Findings(Uuid::nil())) };
        let last = last.number;
        account::lock_mappings(transaction, merchant).await?;
        let ids = next.iter().map(|absent| absent.listing_id).collect();
        let listings = listing::by_ids(transaction, merchant, ids).await?;
        let mut touched = Touched::default();
        let mut retired: Vec<Listing> = vec![];
        for listing in listings.into_iter().filter(|listing| listing.presence == Presence::Listed) {
            touched.add(&listing);
            retired.push(Listing { presence: Presence::Retired, ..listing });
        }
        listing::update(transaction, merchant, &mut retired, self.now).await?;
        let over = retired.iter().flat_map(|listing| FOUND.map(|kind| (kind, Subject::listing(listing.id))));
        finding::settle(transaction, merchant, over.collect::<Vec<_>>(), vec![], self.now).await?;
        review(transaction, merchant, self.account, &touched, self.now).await?;
        let is_retired = |id: Uuid| retired.iter().any(|listing| listing.id == id);
        let numbers: Vec<i64> =
            next.iter().filter(|absent| is_retired(absent.listing_id)).map(|absent| absent.number).collect();
        session.counts.retired =
            session.counts.retired.saturating_add(i64::try_from(numbers.len()).unwrap_or(i64::MAX));
        absent::note_retired(transaction, merchant, sync_id, numbers).await?;
        Ok(Ending::Retire(last))
    }

    /// Findings about several listings whose cause is gone are closed.
    async fn judge_findings(&self, after: Uuid) -> Result<Ending, Error> {
        let (transaction, merchant) = (self.transaction, self.merchant);
        let limit = i64::try_from(CHANGED).unwrap_or(i64::MAX);
        account::lock_mappings(transaction, merchant).await?;
        let open = presence::open_findings_after(transaction, merchant, self.account.id, after, limit).await?;
        let Some((last, _)) = open.last() else { return Ok(Ending::Keys(Uuid::nil())) };
        let mut touched = Touched::default();
        for (_, (kind, subject)) in &open {
            let key = subject.key().to_owned();
            match kind {
                FindingKind::NearDuplicateCode => touched.add_near([key]),
                FindingKind::AmbiguousCsku => touched.add_csku(found::ambiguous_csku(subject)),
                _ => touched.add_sets([key]),
            }
        }
        review(transaction, merchant, self.account, &touched, self.now).await?;
        Ok(Ending::Findings(*last))
    }

    /// Findings about several listings are found where keys repeat.
    async fn look_for_shared(&self, after: Uuid) -> Result<Ending, Error> {
        let (transaction, merchant) = (self.transaction, self.merchant);
        let (keys, last) = presence::shared_keys(transaction, merchant, self.account.id, after, LOOKED_AT).await?;
        if !keys.is_empty() {
            account::lock_mappings(transaction, merchant).await?;
        }
        let mut touched = Touched::default();
        touched.add_sets(keys.sets);
        touched.add_near(keys.near);
        keys.cskus.iter().for_each(|csku| touched.add_csku(Some(csku)));
        review(transaction, merchant, self.account, &touched, self.now).await?;
        Ok(last.map_or(Ending::Close, Ending::Keys))
    }
}
