//! What a person chose for a listing: written as its next revision, unless that would create a duplicate that the account forbids.

use shared::{caller::Caller, database::Transaction, time::Micros};
use uuid::Uuid;

use super::review::{Touched, review};
use crate::catalogue::Error;
use crate::{
    domain::{
        self,
        account::{Account, DuplicatePolicy},
        finding::{FindingKind, Subject},
        listing::Listing,
        mapping::{Component, Mapping, Source},
    },
    storage,
};

/// Refuses what another listing of the account sells in the same way already, where the account's policy says so.
///
/// The merchant's mappings have to be locked.
pub(in crate::catalogue) async fn refuse_duplicate(
    transaction: &Transaction,
    caller: &Caller,
    account: &Account,
    listing: &Listing,
) -> Result<(), Error> {
    let (DuplicatePolicy::Block, Some(key)) = (account.terms.duplicate_policy, listing.set_key()) else {
        return Ok(());
    };
    let same = storage::listing::by_set_keys(transaction, &caller.merchant, account.id, &[key]).await?;
    let other = same.iter().filter(|other| other.id != listing.id).find_map(Listing::code);
    let first = listing.mapping.iter().flat_map(|mapping| &mapping.components).next();
    match (other, first) {
        (Some(other), Some(first)) => {
            Err(domain::Error::DuplicateMapping { isku_code: first.isku_code.clone(), other }.into())
        }
        _ => Ok(()),
    }
}

/// Gives a listing its next revision; answers the ids of the findings that this opened.
///
/// The merchant's mappings have to be locked. The listing is brought up to date in place.
pub(super) async fn write_mapping(
    transaction: &Transaction,
    caller: &Caller,
    account: &Account,
    listing: &mut Listing,
    change: Change<'_>,
    now: Micros,
) -> Result<Vec<Uuid>, Error> {
    let mut touched = Touched::default();
    touched.add(listing);
    listing.kind = change.kind;
    listing.kind_source = change.kind_source;
    listing.mapping = Some(Mapping {
        revision: listing.revision() + 1,
        source: Source::Manual,
        components: change.components,
        actor: caller.actor.clone(),
        note: change.note.to_owned(),
        create_time: now,
    });
    touched.add(listing);
    refuse_duplicate(transaction, caller, account, listing).await?;

    let merchant = &caller.merchant;
    let revision: Vec<_> = listing.mapping.iter().map(|mapping| (listing.id, mapping)).collect();
    storage::mapping::insert(transaction, merchant, &revision).await?;
    storage::listing::update(transaction, merchant, std::slice::from_mut(listing), now).await?;
    let settled = [
        FindingKind::DifferentGoods,
        FindingKind::DifferentDescription,
        FindingKind::UnsupportedKit,
        FindingKind::SameGoods,
    ];
    let settled = settled.map(|kind| (kind, Subject::listing(listing.id)));
    storage::finding::settle(transaction, merchant, settled.to_vec(), vec![], now).await?;
    Ok(review(transaction, merchant, account, &touched, now).await?)
}

/// What becomes of a listing.
pub(super) struct Change<'a> {
    /// Its kind after it.
    pub(super) kind: domain::listing::Kind,
    /// Who decided that.
    pub(super) kind_source: domain::listing::KindSource,
    /// What it sells after it.
    pub(super) components: Vec<Component>,
    /// Why.
    pub(super) note: &'a str,
}
