//! Lists listings.

use shared::{caller::Caller, code::Code};
use uuid::Uuid;

use super::view::views;
use crate::catalogue::{Catalogue, Error, find};
use crate::{
    domain::{
        account::AccountKey,
        category::CategoryPath,
        listing::{Kind, Shown},
        readiness::Reason,
    },
    storage::listing::page::{self, Codes, Filter, Retired, Shown as OnChannel},
};

/// Which listings; all that is set applies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListListings {
    /// Of this account.
    pub account: Option<AccountKey>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Held back by this reason.
    pub reason: Option<Reason>,
    /// Mapped under this code.
    pub isku_code: Option<Code>,
    /// In this category.
    pub category: Option<CategoryPath>,
    /// Mapped to one ISKU whose code differs from the CSKU.
    pub differs_from_isku: bool,
    /// Made here, and not shown by the channel yet.
    pub waiting_to_be_listed: bool,
    /// Also retired ones.
    pub show_retired: bool,
    /// After this listing.
    pub after: Uuid,
    /// At most this many.
    pub limit: u64,
}

impl Catalogue {
    /// A page of listings in the order they were created.
    pub async fn list_listings(&self, caller: &Caller, query: &ListListings) -> Result<Vec<Shown>, Error> {
        let merchant = &caller.merchant;
        let snapshot = self.database.snapshot().await?;
        let account_id = find::account_filter(&snapshot, merchant, query.account.as_ref()).await?;
        let filter = Filter {
            account_id,
            kind: query.kind,
            reason: query.reason,
            isku_code: query.isku_code.clone(),
            category_key: query.category.as_ref().map(CategoryPath::key),
            codes: if query.differs_from_isku { Codes::Differ } else { Codes::Any },
            shown: if query.waiting_to_be_listed { OnChannel::NotYet } else { OnChannel::Any },
            retired: if query.show_retired { Retired::Shown } else { Retired::Left },
        };
        let listings = page::list(&snapshot, merchant, &filter, query.after, query.limit).await?;
        views(&snapshot, merchant, listings, None).await
    }
}
