//! Statements on the items of a sync, by phase: staged, worked off, told. Decides nothing.

#[cfg(test)]
pub(crate) mod examples;
mod feed;
mod matching;
mod stage;
mod stored;
mod told;
mod work;

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

pub(crate) use self::{
    feed::{last_stated, remember, staged},
    matching::{Phase, Progress, matched, matched_by_code, progress, set_matched, set_progress, stated_by, unmatched},
    stage::{CodeColumn, Repeated, Staged, codes, repeated, stage},
    told::{Told, counts, outcomes},
    work::{Judged, Turn, Waiting, at, judge, kits, rows_with_code, stating, still_at, waiting},
};
use crate::{
    domain::sync::outcome::{Outcome, Verdict},
    storage::row::{read_texts, texts},
};

/// How far an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Uploaded.
    Staged,
    /// Its listing is written; its ISKU is not settled yet.
    Listed,
    /// Nothing is left to do.
    Done,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "STAGED",
            Self::Listed => "LISTED",
            Self::Done => "DONE",
        }
    }
}

fn verdict(row: &QueryResult) -> Result<Option<Verdict>, DbErr> {
    let outcome: Option<String> = row.try_get("", "outcome")?;
    let reasons: String = row.try_get("", "reasons")?;
    let reasons = read_texts(&reasons)?;
    let detail = row.try_get("", "detail")?;
    Ok(outcome.as_deref().and_then(Outcome::parse).map(|outcome| Verdict { outcome, reasons, detail }))
}

fn bound(merchant: &Merchant, sync_id: Uuid, more: Vec<Value>) -> Vec<Value> {
    [merchant.as_str().into(), sync_id.into()].into_iter().chain(more).collect()
}

async fn execute(
    tx: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    sql: String,
    more: Vec<Value>,
) -> Result<(), DbErr> {
    tx.execute_raw(tx.engine().statement(sql, bound(merchant, sync_id, more))).await.map(drop)
}

async fn query(
    tx: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    sql: String,
    more: Vec<Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    tx.query_all_raw(tx.engine().statement(sql, bound(merchant, sync_id, more))).await
}
