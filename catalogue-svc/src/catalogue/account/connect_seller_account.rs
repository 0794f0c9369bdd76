//! Connects a shop, once per merchant.

use shared::{caller::Caller, database, identity::RequestId};
use uuid::Uuid;

use crate::catalogue::{
    Catalogue, Error,
    request::{Answered, Request},
};
use crate::{
    domain::{
        self,
        account::{Account, AccountKey, Terms},
    },
    storage::{self, account::Inserted},
};

/// Which shop, and its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectSellerAccount {
    /// Which shop.
    pub key: AccountKey,
    /// Its terms.
    pub terms: Terms,
}

impl Catalogue {
    /// Connects a shop; it then waits for its first sync.
    pub async fn connect_seller_account(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &ConnectSellerAccount,
    ) -> Result<Answered<Account>, Error> {
        let request = Request { caller, verb: "ConnectSellerAccount", request_id, command };
        self.database.retrying(|| self.connect_once(request)).await
    }

    async fn connect_once(&self, request: Request<'_, ConnectSellerAccount>) -> Result<Answered<Account>, Error> {
        let transaction = self.database.begin().await?;
        if let Some(answered) = request.answered(&transaction).await? {
            return Ok(answered);
        }
        let now = database::now(&transaction).await?;
        let ConnectSellerAccount { key, terms } = request.command.clone();
        let account = Account {
            id: Uuid::now_v7(),
            key,
            terms,
            first_sync_due: true,
            last_sync_time: None,
            version: 1,
            create_time: now,
            update_time: now,
        };
        if storage::account::insert(&transaction, &request.caller.merchant, &account).await? == Inserted::Taken {
            // A twin of this request may have committed while the insert waited for it.
            let twin = request.answered(&transaction).await?;
            return twin.ok_or_else(|| domain::Error::AccountExists { channel: account.key.channel }.into());
        }
        request.record(&transaction, &account, now).await?;
        transaction.commit().await?;
        Ok(Answered::new(account))
    }
}
