//! The end of a sync: what a full one did not bring is retired, and the account's findings are brought up to date.

use shared::{
    code::Code,
    database::{Transaction, now},
    identity::Merchant,
    time::Micros,
};

use super::Work;
use crate::{
    catalogue::{Catalogue, Error, sync::forget_sync::forget},
    domain::{
        self,
        account::Account,
        finding::{self as found, FindingKind, Subject},
        listing::{Listing, Presence},
        sync::{
            retirement::{self, Retirement},
            session::{Scope, Session, State},
            settle::FOUND,
        },
    },
    storage::{
        account, finding, listing,
        sync::{
            self,
            presence::{self, KeyColumn},
        },
    },
};

impl Catalogue {
    /// Ends the sync, or holds it for review; all in one transaction.
    pub(super) async fn finish_sync(&self, work: &Work) -> Result<(), Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.begin().await?;
        let now = now(&transaction).await?;
        if !work.renew(&transaction, now).await? {
            return Ok(());
        }
        account::lock_mappings(&transaction, merchant).await?;
        let accounts = account::by_ids(&transaction, merchant, vec![work.account.id]).await?;
        let account = accounts.into_iter().next().ok_or(domain::Error::SyncNotFound { sync_id })?;
        let mut session = Session { lease_until: Micros(0), ..work.session.clone() };
        let absent = match session.scope {
            Scope::Full => presence::absent(&transaction, merchant, account.id, sync_id).await?,
            Scope::Partial => vec![],
        };
        let would_retire = i64::try_from(absent.len()).unwrap_or(i64::MAX);
        let threshold_percent = account.terms.retire_threshold_percent;
        if retirement::judge(would_retire, session.listings_before, threshold_percent) == Retirement::Hold {
            session.state = State::HeldForReview;
            sync::update(&transaction, merchant, &session, now).await?;
            transaction.commit().await?;
            let listings = session.listings_before;
            return Err(domain::Error::SyncHeldForReview { sync_id, would_retire, listings, threshold_percent }.into());
        }
        let retired = listing::by_ids(&transaction, merchant, absent).await?;
        retire(&transaction, merchant, retired, now).await?;
        look_for_findings(&transaction, merchant, &account, now).await?;
        let synced = Account {
            first_sync_due: false,
            last_sync_time: Some(now),
            version: account.version + 1,
            update_time: now,
            ..account
        };
        account::update(&transaction, merchant, &synced).await?;
        session.state = State::Completed;
        session.counts.retired = would_retire;
        sync::update(&transaction, merchant, &session, now).await?;
        transaction.commit().await?;
        forget(&self.database, merchant, sync_id).await
    }
}

/// Retires listings; what was found about each alone is over.
async fn retire(
    transaction: &Transaction,
    merchant: &Merchant,
    listings: Vec<Listing>,
    now: Micros,
) -> Result<(), Error> {
    let mut retired: Vec<Listing> =
        listings.into_iter().map(|listing| Listing { presence: Presence::Retired, ..listing }).collect();
    listing::update(transaction, merchant, &mut retired, now).await?;
    let over = retired.iter().flat_map(|listing| FOUND.map(|kind| (kind, Subject::listing(listing.id))));
    finding::settle(transaction, merchant, over.collect::<Vec<_>>(), vec![], now).await?;
    Ok(())
}

/// Findings that take several listings: found where keys repeat, closed where they no longer do.
async fn look_for_findings(
    transaction: &Transaction,
    merchant: &Merchant,
    account: &Account,
    now: Micros,
) -> Result<(), Error> {
    let mut known = vec![];
    let kinds = [
        FindingKind::DuplicateMapping,
        FindingKind::NearDuplicateCode,
        FindingKind::SharedIsku,
        FindingKind::AmbiguousCsku,
    ];
    for kind in kinds {
        known.extend(presence::open_findings(transaction, merchant, account.id, kind).await?);
    }
    let sets = presence::repeating_keys(transaction, merchant, account.id, KeyColumn::Set).await?;
    let near = presence::repeating_keys(transaction, merchant, account.id, KeyColumn::Near).await?;
    let mut shared = presence::shared_keys(transaction, merchant, account.id).await?;
    let across =
        known.iter().filter(|(kind, _)| *kind == FindingKind::SharedIsku).map(|(_, subject)| subject.0.clone());
    shared.extend(across);
    shared.sort();
    shared.dedup();
    let same = listing::by_set_keys(transaction, merchant, account.id, &sets).await?;
    let alike = listing::by_near_keys(transaction, merchant, account.id, &near).await?;
    let everywhere = listing::across_accounts(transaction, merchant, &shared).await?;
    let mut all = found::duplicates(account.id, account.terms.duplicate_policy, &same);
    all.extend(found::near_duplicates(account.id, &alike));
    all.extend(found::shared(&everywhere));
    let cskus = presence::repeating_keys(transaction, merchant, account.id, KeyColumn::Csku).await?;
    let cskus: Vec<Code> = cskus.iter().filter_map(|csku| Code::parse(csku).ok()).collect();
    let cskus: Vec<&Code> = cskus.iter().collect();
    all.extend(found::ambiguous(account.id, &listing::by_cskus(transaction, merchant, account.id, &cskus).await?));
    finding::settle(transaction, merchant, known, all, now).await?;
    Ok(())
}
