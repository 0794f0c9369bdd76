//! Changes what a merchant has set for an account.

use shared::{caller::Caller, database, identity::RequestId};

use crate::catalogue::{
    Catalogue, Error, find,
    request::{Answered, Request},
};
use crate::{
    domain::{
        self,
        account::{Account, AccountKey, DuplicatePolicy, TermsChange},
        finding::{Effect, FindingKind},
    },
    storage,
};

/// Which account, and what changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateSellerAccount {
    /// Which account.
    pub key: AccountKey,
    /// What changes.
    pub change: TermsChange,
    /// The version that the caller has seen, if it matters; text that no version has never matches.
    pub etag: Option<String>,
}

impl Catalogue {
    /// Changes an account's terms.
    pub async fn update_seller_account(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &UpdateSellerAccount,
    ) -> Result<Answered<Account>, Error> {
        let request = Request { caller, verb: "UpdateSellerAccount", request_id, command };
        self.database.retrying(|| self.update_account_once(request)).await
    }

    async fn update_account_once(&self, request: Request<'_, UpdateSellerAccount>) -> Result<Answered<Account>, Error> {
        let (merchant, command) = (&request.caller.merchant, request.command);
        let transaction = self.database.begin().await?;
        storage::account::lock_mappings(&transaction, merchant).await?;
        if let Some(answered) = request.answered(&transaction).await? {
            return Ok(answered);
        }
        let mut account = find::account(&transaction, merchant, &command.key).await?;
        matches(command.etag.as_deref(), account.version)?;
        let now = database::now(&transaction).await?;
        let before = account.terms.duplicate_policy;
        account.terms = command.change.apply(&account.terms);
        account.version += 1;
        account.update_time = now;
        storage::account::update(&transaction, merchant, &account).await?;
        if account.terms.duplicate_policy != before {
            let effect = match account.terms.duplicate_policy {
                DuplicatePolicy::Block => Effect::Blocking,
                DuplicatePolicy::Warn => Effect::Advisory,
            };
            let kind = FindingKind::DuplicateMapping;
            storage::finding::set_effect(&transaction, merchant, account.id, kind, effect).await?;
        }
        request.record(&transaction, &account, now).await?;
        transaction.commit().await?;
        Ok(Answered::new(account))
    }
}

/// Passes if no etag is given or it is the version's.
pub(in crate::catalogue) fn matches(etag: Option<&str>, version: i64) -> Result<(), Error> {
    match etag {
        Some(etag) if etag != domain::etag(version) => Err(domain::Error::EtagMismatch.into()),
        Some(_) | None => Ok(()),
    }
}
