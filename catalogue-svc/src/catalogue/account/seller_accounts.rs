//! Reads accounts.

use shared::{caller::Caller, identity::Channel};

use crate::catalogue::{Catalogue, Error, find};
use crate::{
    domain::account::{Account, AccountKey},
    storage,
};

/// Which accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSellerAccounts {
    /// Only on this channel.
    pub channel: Option<Channel>,
    /// After this channel and seller.
    pub after: (String, String),
    /// At most this many.
    pub limit: u64,
}

impl Catalogue {
    /// One account.
    pub async fn get_seller_account(&self, caller: &Caller, key: &AccountKey) -> Result<Account, Error> {
        let snapshot = self.database.snapshot().await?;
        find::account(&snapshot, &caller.merchant, key).await
    }

    /// A page of the merchant's accounts, by channel and seller.
    pub async fn list_seller_accounts(
        &self,
        caller: &Caller,
        query: &ListSellerAccounts,
    ) -> Result<Vec<Account>, Error> {
        let snapshot = self.database.snapshot().await?;
        let channel = query.channel.as_ref();
        Ok(storage::account::list(&snapshot, &caller.merchant, channel, &query.after, query.limit).await?)
    }
}
