//! What callers keep of lists, often beyond a deploy: the arguments that a token belongs to. Where it goes on from is a plain value.
//!
//! They are in forms of their own, in version 1. An argument that comes later is left out where it is not given.

#[cfg(test)]
mod tests;

use serde::Serialize;
use shared::{identity::Merchant, stored::Form, stored_words};
use uuid::Uuid;

use crate::{
    catalogue,
    domain::{account, listing},
    stored::v1::{AccountKey, CategoryPath, FindingKind, Kind, ListingKey, Reason},
};

/// Of ListListings.
pub(super) fn listings(merchant: &Merchant, query: &catalogue::ListListings) -> impl Serialize + use<> {
    let query = ListListings {
        account: Form::of(&query.account),
        kind: Form::of(&query.kind),
        reason: Form::of(&query.reason),
        isku_code: Form::of(&query.isku_code),
        category: Form::of(&query.category),
        differs_from_isku: query.differs_from_isku,
        show_retired: query.show_retired,
        waiting_to_be_listed: query.waiting_to_be_listed.then_some(true),
        after: Uuid::nil(),
        limit: query.limit,
    };
    ("ListListings", merchant.as_str().to_owned(), query)
}

/// Of ListFindings.
pub(super) fn findings(merchant: &Merchant, query: &catalogue::ListFindings) -> impl Serialize + use<> {
    let query = ListFindings {
        account: Form::of(&query.account),
        kind: Form::of(&query.kind),
        state: Form::of(&query.state),
        blocking_only: query.blocking_only,
        before: Uuid::max(),
        limit: query.limit,
    };
    ("ListFindings", merchant.as_str().to_owned(), query)
}

/// An account that a list is of.
pub(super) fn account(key: &Option<account::AccountKey>) -> Option<AccountKey> {
    Form::of(key)
}

/// A listing that a list is of.
pub(super) fn listing(key: &listing::ListingKey) -> ListingKey {
    Form::of(key)
}

/// Which listings.
#[derive(Debug, Serialize)]
struct ListListings {
    account: Option<AccountKey>,
    kind: Option<Kind>,
    reason: Option<Reason>,
    isku_code: Option<String>,
    category: Option<CategoryPath>,
    differs_from_isku: bool,
    show_retired: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_to_be_listed: Option<bool>,
    after: Uuid,
    limit: u64,
}

/// Which findings.
#[derive(Debug, Serialize)]
struct ListFindings {
    account: Option<AccountKey>,
    kind: Option<FindingKind>,
    state: Option<FindingState>,
    blocking_only: bool,
    before: Uuid,
    limit: u64,
}

stored_words! {
    /// Where a finding stands.
    FindingState = catalogue::FindingState { Open, Closed }
}
