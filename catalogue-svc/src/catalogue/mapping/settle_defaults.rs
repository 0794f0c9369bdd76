//! Default mappings: unmapped listings take the ISKU with their code, feed kits the components that exist by now.

use shared::{code::Code, database::Transaction, identity::Merchant, time::Micros};

use super::review::{Touched, review};
use crate::catalogue::Error;
use crate::{
    domain::{
        account::Account,
        defaults::{DefaultMapping, completed, default_mapping},
        finding::{FindingKind, Subject},
        isku::{IsArchived, Resolution},
        listing::Listing,
        mapping::{Component, Mapping, Source},
    },
    storage,
};

/// The codes that inventory-svc has to be asked about before it is known whether these listings may go live.
pub(crate) fn codes_needed<'a>(listings: impl IntoIterator<Item = &'a Listing>) -> Vec<Code> {
    let of_one = |listing: &'a Listing| -> Vec<Code> {
        if !listing.needs_iskus() {
            return vec![];
        }
        match &listing.mapping {
            Some(mapping) => mapping.components.iter().map(|component| component.isku_code.clone()).collect(),
            None => listing.csku.iter().filter(|_| listing.wants_default()).cloned().collect(),
        }
    };
    listings.into_iter().flat_map(of_one).collect()
}

/// Whether inventory-svc was asked about everything that these listings need; if not, they changed meanwhile.
pub(crate) fn covers(resolution: &Resolution, listings: &[Listing]) -> Result<(), Error> {
    let unknown = codes_needed(listings).iter().any(|code| resolution.get(code).is_none());
    if unknown { Err(shared::database::overtaken().into()) } else { Ok(()) }
}

/// Lets listings of one account take their defaults, writes that, and settles the findings that follow.
///
/// The merchant's mappings have to be locked. The listings are brought up to date in place.
pub(crate) async fn settle_defaults(
    transaction: &Transaction,
    merchant: &Merchant,
    account: &Account,
    actor: &str,
    listings: &mut [Listing],
    resolution: &Resolution,
    now: Micros,
) -> Result<(), Error> {
    let (mut archived, mut active) = (vec![], vec![]);
    for (isku, is_archived) in resolution.iskus() {
        match is_archived {
            IsArchived::Yes => archived.push(isku.id),
            IsArchived::No => active.push(isku.id),
        }
    }
    storage::archived::note(transaction, merchant, archived, active).await?;

    let mut touched = Touched::default();
    let (mut subjects, mut found, mut places) = (vec![], vec![], vec![]);
    let mut changed: Vec<Listing> = vec![];
    for (place, listing) in listings.iter().enumerate() {
        let mut take = |components: Vec<Component>| {
            let mut listing = listing.clone();
            listing.mapping = Some(Mapping {
                revision: listing.revision() + 1,
                source: Source::Default,
                components,
                actor: actor.to_owned(),
                note: String::new(),
                create_time: now,
            });
            touched.add(&listing);
            places.push(place);
            changed.push(listing);
        };
        if listing.wants_default() {
            for kind in [FindingKind::DifferentGoods, FindingKind::DifferentDescription] {
                subjects.push((kind, Subject::listing(listing.id)));
            }
            match default_mapping(listing, resolution) {
                DefaultMapping::Take { component, finding } => {
                    found.extend(finding);
                    subjects.push((FindingKind::SameGoods, Subject::listing(listing.id)));
                    take(vec![component]);
                }
                DefaultMapping::DifferentGoods(finding) => found.push(finding),
                DefaultMapping::None => {}
            }
        } else if let Some(components) = completed(listing, resolution) {
            take(components);
        }
    }
    let mappings: Vec<_> = changed.iter().filter_map(|l| Some((l.id, l.mapping.as_ref()?))).collect();
    storage::mapping::insert(transaction, merchant, &mappings).await?;
    storage::listing::update(transaction, merchant, &mut changed, now).await?;
    storage::finding::settle(transaction, merchant, subjects, found, now).await?;
    review(transaction, merchant, account, &touched, now).await?;
    for (place, listing) in places.into_iter().zip(changed) {
        listings[place] = listing;
    }
    Ok(())
}
