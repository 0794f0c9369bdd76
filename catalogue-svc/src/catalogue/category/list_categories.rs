//! Lists mirrored categories.

use std::collections::HashMap;

use shared::{caller::Caller, identity::Channel};
use uuid::Uuid;

use crate::catalogue::{Catalogue, Error, find};
use crate::{
    domain::{
        account::{Account, AccountKey},
        category::{CategoryPath, Owner},
    },
    storage,
};

/// Which categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListCategories {
    /// Of this channel.
    pub channel: Channel,
    /// Only the tree of this account.
    pub account: Option<AccountKey>,
    /// After this place.
    pub after: (String, Uuid),
    /// At most this many.
    pub limit: u64,
}

/// A category with its owner and listings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryPage {
    /// What the channel calls it.
    pub path: CategoryPath,
    /// The account that owns its tree.
    pub owner: Option<AccountKey>,
    /// Listings in it.
    pub listings: i64,
    /// Where the list goes on after it.
    pub place: (String, Uuid),
}

impl Catalogue {
    /// A page of categories, by path.
    pub async fn list_categories(&self, caller: &Caller, query: &ListCategories) -> Result<Vec<CategoryPage>, Error> {
        let merchant = &caller.merchant;
        let snapshot = self.database.snapshot().await?;
        let own = find::account_filter(&snapshot, merchant, query.account.as_ref()).await?;
        let found =
            storage::category::list(&snapshot, merchant, &query.channel, own, &query.after, query.limit).await?;
        let owners = found.iter().filter_map(|counted| match counted.category.owner {
            Owner::Account(id) => Some(id),
            Owner::Channel => None,
        });
        let accounts = storage::account::by_ids(&snapshot, merchant, owners.collect()).await?;
        let accounts: HashMap<Uuid, Account> = accounts.into_iter().map(|account| (account.id, account)).collect();
        let page = |counted: storage::category::Counted| CategoryPage {
            owner: match counted.category.owner {
                Owner::Account(id) => accounts.get(&id).map(|account| account.key.clone()),
                Owner::Channel => None,
            },
            place: (counted.sort_key, counted.category.id),
            path: counted.category.path,
            listings: counted.listings,
        };
        Ok(found.into_iter().map(page).collect())
    }
}
