//! A listing with everything that is shown of it.

use std::collections::{HashMap, HashSet};

use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

use crate::catalogue::{Error, find};
use crate::{
    domain::{
        account::AccountKey,
        finding::{FindingKind, Stored},
        isku::Resolution,
        listing::{Kind, Listing, ListingCode, ListingKey, Shown},
        readiness::{self, Facts},
    },
    storage,
};

/// Adds to listings what is shown of them, in input order; reasons are as last known, or as `now` says.
pub(crate) async fn views(
    transaction: &Transaction,
    merchant: &Merchant,
    listings: Vec<Listing>,
    now: Option<&Resolution>,
) -> Result<Vec<Shown>, Error> {
    if listings.is_empty() {
        return Ok(vec![]);
    }
    let ids: Vec<Uuid> = listings.iter().map(|listing| listing.id).collect();
    let account_ids: HashSet<Uuid> = listings.iter().map(|listing| listing.account_id).collect();
    let accounts = storage::account::by_ids(transaction, merchant, account_ids.into_iter().collect()).await?;
    let accounts: HashMap<Uuid, AccountKey> = accounts.into_iter().map(|account| (account.id, account.key)).collect();
    let category_ids: HashSet<Uuid> = listings.iter().filter_map(|listing| listing.category_id).collect();
    let categories = storage::category::by_ids(transaction, merchant, category_ids.into_iter().collect()).await?;
    let mut findings: HashMap<Uuid, Vec<_>> = HashMap::new();
    for concern in storage::finding::concerning(transaction, merchant, ids).await? {
        let can_block = [FindingKind::DuplicateMapping, FindingKind::DifferentGoods, FindingKind::UnsupportedKit];
        if can_block.contains(&concern.kind) {
            let found = (concern.kind, concern.effect, concern.isku_codes);
            findings.entry(concern.listing_id).or_default().push(found);
        }
    }
    let mapped = listings.iter().flat_map(|listing| &listing.mapping).flat_map(|mapping| &mapping.components);
    let isku_ids: HashSet<i64> = mapped.filter_map(|component| component.isku_id).collect();
    let archived = storage::archived::among(transaction, merchant, isku_ids.into_iter().collect()).await?;
    let relatives = Relatives::load(transaction, merchant, &listings).await?;

    let view = |listing: Listing| {
        let members = relatives.members.get(&listing.id).cloned().unwrap_or_default();
        let facts = Facts {
            findings: findings.remove(&listing.id).unwrap_or_default(),
            archived: archived.clone(),
            members: members.len(),
        };
        let account = accounts.get(&listing.account_id).cloned();
        let account = account.ok_or_else(|| Error::Unexpected("a listing without its account".to_owned()))?;
        Ok(Shown {
            account,
            category: listing.category_id.and_then(|id| categories.get(&id)).map(|category| category.path.clone()),
            reasons: readiness::reasons(&listing, &facts, now),
            members,
            parent: relatives.parents.get(&listing.id).cloned(),
            listing,
        })
    };
    listings.into_iter().map(view).collect()
}

/// The same for one listing.
pub(crate) async fn view(
    transaction: &Transaction,
    merchant: &Merchant,
    listing: Listing,
    now: Option<&Resolution>,
) -> Result<Shown, Error> {
    let shown = views(transaction, merchant, vec![listing], now).await?.pop();
    shown.ok_or_else(|| Error::Unexpected("no view of a listing".to_owned()))
}

#[derive(Default)]
struct Relatives {
    members: HashMap<Uuid, Vec<ListingCode>>,
    parents: HashMap<Uuid, ListingCode>,
}

impl Relatives {
    async fn load(transaction: &Transaction, merchant: &Merchant, listings: &[Listing]) -> Result<Self, Error> {
        let of_kind = |kind| -> Vec<Uuid> {
            listings.iter().filter(|listing| listing.kind == kind).map(|listing| listing.id).collect()
        };
        let (groups, variants) = (of_kind(Kind::Group), of_kind(Kind::Variant));
        let mut relatives = Self::default();
        if !groups.is_empty() {
            for (group, members) in find::members(transaction, merchant, groups).await? {
                relatives.members.insert(group, members.iter().filter_map(Listing::code).collect());
            }
        }
        if !variants.is_empty() {
            let memberships = storage::group::groups_of(transaction, merchant, variants).await?;
            let groups: HashSet<Uuid> = memberships.iter().map(|membership| membership.group_id).collect();
            let groups = storage::listing::by_ids(transaction, merchant, groups.into_iter().collect()).await?;
            let codes: HashMap<Uuid, ListingCode> =
                groups.iter().filter_map(|group| Some((group.id, group.code()?))).collect();
            for membership in memberships {
                let code = codes.get(&membership.group_id).cloned();
                relatives.parents.extend(code.map(|code| (membership.member_id, code)));
            }
        }
        Ok(relatives)
    }
}

/// Adds to findings the names of their listings.
pub(crate) async fn findings(
    transaction: &Transaction,
    merchant: &Merchant,
    rows: Vec<storage::finding::page::Row>,
) -> Result<Vec<Stored>, Error> {
    let ids: HashSet<Uuid> = rows.iter().flat_map(|row| row.finding.listing_ids.iter().copied()).collect();
    let listings = storage::listing::by_ids(transaction, merchant, ids.into_iter().collect()).await?;
    let account_ids: HashSet<Uuid> = listings.iter().map(|listing| listing.account_id).collect();
    let accounts = storage::account::by_ids(transaction, merchant, account_ids.into_iter().collect()).await?;
    let accounts: HashMap<Uuid, AccountKey> = accounts.into_iter().map(|account| (account.id, account.key)).collect();
    let key = |listing: &Listing| {
        Some((listing.id, ListingKey { account: accounts.get(&listing.account_id)?.clone(), code: listing.code()? }))
    };
    let keys: HashMap<Uuid, ListingKey> = listings.iter().filter_map(key).collect();
    let stored = |row: storage::finding::page::Row| Stored {
        id: row.id,
        listings: row.finding.listing_ids.iter().filter_map(|id| keys.get(id).cloned()).collect(),
        finding: row.finding,
        open_time: row.open_time,
        close_time: row.close_time,
    };
    Ok(rows.into_iter().map(stored).collect())
}
