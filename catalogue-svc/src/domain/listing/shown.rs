//! A listing as people see it: with its account, category, family and reasons.

use super::{Listing, ListingCode, ListingKey};
use crate::domain::{account::AccountKey, category::CategoryPath, readiness::ReasonDetail};

/// A listing with everything that is shown of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The listing.
    pub listing: Listing,
    /// Its account.
    pub account: AccountKey,
    /// Its category.
    pub category: Option<CategoryPath>,
    /// Why it cannot go live, or deserves attention.
    pub reasons: Vec<ReasonDetail>,
    /// For a group: its members.
    pub members: Vec<ListingCode>,
    /// For a variant: its group.
    pub parent: Option<ListingCode>,
}

impl Shown {
    /// What names it.
    pub fn key(&self) -> Option<ListingKey> {
        self.listing.code().map(|code| ListingKey { account: self.account.clone(), code })
    }
}
