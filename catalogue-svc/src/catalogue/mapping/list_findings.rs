//! Lists findings.

use shared::caller::Caller;
use uuid::Uuid;

use crate::catalogue::listing::view;
use crate::catalogue::{Catalogue, Error, find};
use crate::{
    domain::{
        account::AccountKey,
        finding::{FindingKind, Stored},
    },
    storage::finding::page::{self, Effects, Filter, State},
};

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingState {
    /// Its cause is there.
    Open,
    /// Its cause is gone.
    Closed,
}

/// Which findings; all that is set applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListFindings {
    /// Of this account.
    pub account: Option<AccountKey>,
    /// Of this kind.
    pub kind: Option<FindingKind>,
    /// In this state.
    pub state: Option<FindingState>,
    /// Only those that prevent publishing.
    pub blocking_only: bool,
    /// Before this one.
    pub before: Uuid,
    /// At most this many.
    pub limit: u64,
}

impl Catalogue {
    /// A page of findings, the newest first.
    pub async fn list_findings(&self, caller: &Caller, query: &ListFindings) -> Result<Vec<Stored>, Error> {
        let merchant = &caller.merchant;
        let snapshot = self.database.snapshot().await?;
        let account_id = find::account_filter(&snapshot, merchant, query.account.as_ref()).await?;
        let filter = Filter {
            account_id,
            kind: query.kind,
            state: match query.state {
                None => State::Any,
                Some(FindingState::Open) => State::Open,
                Some(FindingState::Closed) => State::Closed,
            },
            effect: if query.blocking_only { Effects::Blocking } else { Effects::Any },
        };
        let rows = page::list(&snapshot, merchant, &filter, query.before, query.limit).await?;
        view::findings(&snapshot, merchant, rows).await
    }
}
