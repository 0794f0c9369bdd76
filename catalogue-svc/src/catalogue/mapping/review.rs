//! Keeping findings about duplicates true: called with what listings sell, or sold, or are called, after every change of that.

use std::collections::BTreeSet;

use sea_orm::DbErr;
use shared::{code::Code, database::Transaction, identity::Merchant, time::Micros};
use uuid::Uuid;

use crate::{
    domain::{
        account::Account,
        finding::{self, FindingKind, Subject},
        listing::Listing,
    },
    storage,
};

/// What has changed: keys before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    set_keys: BTreeSet<String>,
    near_keys: BTreeSet<String>,
    cskus: BTreeSet<Code>,
}

impl Touched {
    /// What a listing sells and is called now; to be called before a change and after it.
    pub(crate) fn add(&mut self, listing: &Listing) {
        self.set_keys.extend(listing.set_key());
        self.near_keys.extend(listing.near_key());
        self.cskus.extend(listing.stated_csku().cloned());
    }

    /// Keys that listings share, or have shared, of what they sell.
    pub(crate) fn add_sets(&mut self, keys: impl IntoIterator<Item = String>) {
        self.set_keys.extend(keys);
    }

    /// The same, of codes that are near.
    pub(crate) fn add_near(&mut self, keys: impl IntoIterator<Item = String>) {
        self.near_keys.extend(keys);
    }

    /// A code that several listings have, or have had.
    pub(crate) fn add_csku(&mut self, csku: Option<&str>) {
        self.cskus.extend(csku.and_then(|csku| Code::parse(csku).ok()));
    }
}

/// Opens and closes the findings that follow from the keys touched in an account; answers the ids of those that are new.
///
/// The merchant's mappings have to be locked (`storage::account::lock_mappings`) and the changes written.
pub(crate) async fn review(
    transaction: &Transaction,
    merchant: &Merchant,
    account: &Account,
    touched: &Touched,
    now: Micros,
) -> Result<Vec<Uuid>, DbErr> {
    let mut subjects = vec![];
    let mut found = vec![];
    if !touched.set_keys.is_empty() {
        let keys: Vec<String> = touched.set_keys.iter().cloned().collect();
        let listings = storage::listing::across_accounts(transaction, merchant, &keys).await?;
        for key in &keys {
            subjects.push((FindingKind::DuplicateMapping, Subject::within(account.id, key)));
            subjects.push((FindingKind::SharedIsku, Subject::across(key)));
        }
        found.extend(finding::duplicates(account.id, account.terms.duplicate_policy, &listings));
        found.extend(finding::shared(&listings));
    }
    if !touched.near_keys.is_empty() {
        let keys: Vec<String> = touched.near_keys.iter().cloned().collect();
        let listings = storage::listing::by_near_keys(transaction, merchant, account.id, &keys).await?;
        subjects.extend(keys.iter().map(|key| (FindingKind::NearDuplicateCode, Subject::within(account.id, key))));
        found.extend(finding::near_duplicates(account.id, &listings));
    }
    let cskus: Vec<&Code> = touched.cskus.iter().collect();
    if !cskus.is_empty() {
        let mut listings = storage::listing::by_cskus(transaction, merchant, account.id, &cskus).await?;
        listings.extend(storage::listing::by_renamed_cskus(transaction, merchant, account.id, &cskus).await?);
        let subject = |csku: &&Code| finding::ambiguous_subject(account.id, csku.as_str());
        subjects.extend(cskus.iter().map(|csku| (FindingKind::AmbiguousCsku, subject(csku))));
        let all = finding::ambiguous(account.id, &listings);
        found.extend(all.into_iter().filter(|one| cskus.iter().any(|csku| subject(csku) == one.subject)));
    }
    storage::finding::settle(transaction, merchant, subjects, found, now).await
}
