//! Lists syncs, and what became of their items.

use std::collections::HashMap;

use shared::{caller::Caller, identity::Merchant};
use uuid::Uuid;

use super::view_sync::SyncView;
use crate::{
    catalogue::{Catalogue, Error, find},
    domain::{
        self,
        account::AccountKey,
        sync::{
            outcome::{Outcome, Verdict},
            session::State,
        },
    },
    storage::{
        self,
        sync::{self, Filter, Lock, absent, item::Told},
    },
};

/// Which syncs.
#[derive(Clone, Debug)]
pub(crate) struct ListSyncs {
    /// Of this account.
    pub(crate) account: Option<AccountKey>,
    /// In this state.
    pub(crate) state: Option<State>,
    /// Before this one.
    pub(crate) before: Uuid,
    /// At most this many.
    pub(crate) limit: u64,
}

/// Which outcomes of a sync.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListOutcomes {
    /// Only these.
    pub(crate) only: Option<Outcome>,
    /// After this place; those of listings that no item states are below 1.
    pub(crate) after: i64,
    /// At most this many.
    pub(crate) limit: i64,
}

/// Where the listings begin that no item states.
pub(crate) const FIRST_ABSENT: i64 = i64::MIN;

impl Catalogue {
    /// A page of syncs, the newest first.
    pub(crate) async fn list_syncs(&self, caller: &Caller, query: &ListSyncs) -> Result<Vec<SyncView>, Error> {
        let merchant = &caller.merchant;
        let snapshot = self.database.snapshot().await?;
        let account_id = find::account_filter(&snapshot, merchant, query.account.as_ref()).await?;
        let filter = Filter { account_id, state: query.state };
        let found = sync::list(&snapshot, merchant, filter, query.before, query.limit).await?;
        let ids = found.iter().map(|session| session.account_id).collect();
        let accounts = storage::account::by_ids(&snapshot, merchant, ids).await?;
        let accounts: HashMap<Uuid, AccountKey> = accounts.into_iter().map(|own| (own.id, own.key)).collect();
        let mut views = vec![];
        for session in found {
            if let Some(account) = accounts.get(&session.account_id) {
                let session = Self::counted(&snapshot, merchant, session).await?;
                views.push(SyncView { session, account: account.clone() });
            }
        }
        Ok(views)
    }

    /// Outcomes after a place: first of listings that no item states, then of items in the order of the upload.
    pub(crate) async fn sync_outcomes(
        &self,
        merchant: &Merchant,
        sync_id: Uuid,
        query: ListOutcomes,
    ) -> Result<Vec<Told>, Error> {
        let snapshot = self.database.snapshot().await?;
        let session = sync::find(&snapshot, merchant, sync_id, Lock::No).await?;
        session.ok_or(domain::Error::SyncNotFound { sync_id })?.tell_outcomes()?;
        let ListOutcomes { only, after, limit } = query;
        let mut told = vec![];
        if after < 0 && only.is_none_or(Outcome::is_of_a_listing) {
            let limit = u64::try_from(limit).unwrap_or(0);
            let numbers = after.wrapping_sub(FIRST_ABSENT);
            let retired = only.map(|only| only == Outcome::Retired);
            let absent = absent::list(&snapshot, merchant, sync_id, retired, numbers, limit).await?;
            told.extend(absent.into_iter().map(self::absent));
        }
        let left = limit.saturating_sub(i64::try_from(told.len()).unwrap_or(i64::MAX));
        if left > 0 && only.is_none_or(|only| !only.is_of_a_listing()) {
            told.extend(sync::item::outcomes(&snapshot, merchant, sync_id, only, after.max(0), left).await?);
        }
        Ok(told)
    }
}

fn absent(row: absent::Absent) -> Told {
    let outcome = if row.retired { Outcome::Retired } else { Outcome::WouldRetire };
    Told {
        place: FIRST_ABSENT.wrapping_add(row.number),
        row: 0,
        csku: row.csku.unwrap_or_default(),
        channel_listing_id: row.channel_listing_id.unwrap_or_default(),
        verdict: Verdict::plain(outcome),
    }
}
