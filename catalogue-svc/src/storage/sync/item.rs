//! Statements on the items of a sync: staged, worked off, and what became of them. Decides nothing.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use shared::{
    database::{Engine, Rows, Transaction},
    identity::Merchant,
};
use uuid::Uuid;

use crate::domain::sync::{
    item::Item,
    outcome::{Outcome, Verdict},
    session::Counts,
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

/// An item as it is staged.
#[derive(Clone, Debug)]
pub(crate) struct Staged {
    /// Its place in the upload, from 1.
    pub(crate) place: i64,
    /// What the feed states.
    pub(crate) item: Item,
    /// When its turn comes: parents before children, components before kits.
    pub(crate) rank: i64,
    /// Its code, if it has one that can be read.
    pub(crate) csku: Option<String>,
    /// The channel's id, if it has one that can be read.
    pub(crate) channel_listing_id: Option<String>,
    /// Its outcome, if nothing is left to do.
    pub(crate) verdict: Option<Verdict>,
}

/// What became of an item so far.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// Its place in the upload.
    pub(crate) place: i64,
    /// How far it is.
    pub(crate) stage: Stage,
    /// The listing that it states.
    pub(crate) listing_id: Option<Uuid>,
    /// Its outcome.
    pub(crate) verdict: Verdict,
}

/// An item that waits for its turn.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// Its place in the upload.
    pub(crate) place: i64,
    /// What the feed states.
    pub(crate) item: Item,
    /// Its listing, once it is written.
    pub(crate) listing_id: Option<Uuid>,
    /// Its outcome so far.
    pub(crate) verdict: Option<Verdict>,
}

/// The outcome of one item, as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// Its place in the upload.
    pub(crate) place: i64,
    /// Its place in the source.
    pub(crate) row: i64,
    /// Its code.
    pub(crate) csku: String,
    /// The channel's id.
    pub(crate) channel_listing_id: String,
    /// What became of it.
    pub(crate) verdict: Verdict,
}

fn json(value: &impl serde::Serialize) -> Result<String, DbErr> {
    serde_json::to_string(value).map_err(|error| DbErr::Json(error.to_string()))
}

/// Stores a chunk.
pub(crate) async fn stage(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    items: &[Staged],
) -> Result<(), DbErr> {
    let payloads = items.iter().map(|staged| json(&staged.item)).collect::<Result<Vec<_>, _>>()?;
    let reasons = items.iter().map(|staged| json(&staged.verdict.as_ref().map(|v| &v.reasons[..]).unwrap_or_default()));
    let reasons = reasons.collect::<Result<Vec<_>, _>>()?;
    let stage = |staged: &Staged| if staged.verdict.is_some() { Stage::Done } else { Stage::Staged };
    let rows = Rows::new(transaction.engine())
        .bigint("place", items.iter().map(|staged| staged.place))
        .bigint("source_row", items.iter().map(|staged| staged.item.row))
        .bigint("rank", items.iter().map(|staged| staged.rank))
        .opt_text("csku", items.iter().map(|staged| staged.csku.as_deref()))
        .opt_text("channel_listing_id", items.iter().map(|staged| staged.channel_listing_id.as_deref()))
        .text("payload", payloads)
        .text("stage", items.iter().map(|staged| stage(staged).as_str()))
        .opt_text("outcome", items.iter().map(|staged| staged.verdict.as_ref().map(|verdict| verdict.outcome.as_str())))
        .text("reasons", reasons)
        .text(
            "detail",
            items.iter().map(|staged| staged.verdict.as_ref().map_or("", |verdict| verdict.detail.as_str())),
        );
    let sql = format!(
        "INSERT INTO sync_item (merchant, sync_id, place, source_row, rank, csku, channel_listing_id, payload, stage, outcome, \
         reasons, detail) SELECT $1, $2, place, source_row, rank, csku, channel_listing_id, payload, stage, outcome, reasons, detail \
         FROM {}",
        rows.table("new", 3)
    );
    execute(transaction, merchant, sync_id, sql, rows.values()).await
}

/// A code of an item, for what repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repeated {
    /// Its place in the upload.
    pub(crate) place: i64,
    /// Its place in the source.
    pub(crate) row: i64,
    /// The code that it has.
    pub(crate) code: String,
}

/// The items whose code another item of the sync has too, by code and place. `column` is `csku` or `channel_listing_id`.
pub(crate) async fn repeated(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    column: CodeColumn,
) -> Result<Vec<Repeated>, DbErr> {
    let column = column.as_str();
    let sql = format!(
        "SELECT place, source_row, code FROM (SELECT place, source_row, {column} AS code, \
         count(*) OVER (PARTITION BY {column}) AS times FROM sync_item \
         WHERE merchant = $1 AND sync_id = $2 AND {column} IS NOT NULL) coded WHERE times > 1 ORDER BY code, place"
    );
    let found = query(transaction, merchant, sync_id, sql, vec![]).await?;
    let read = |row: &QueryResult| -> Result<Repeated, DbErr> {
        Ok(Repeated {
            place: row.try_get("", "place")?,
            row: row.try_get("", "source_row")?,
            code: row.try_get("", "code")?,
        })
    };
    found.iter().map(read).collect()
}

/// One of the two codes of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeColumn {
    /// The CSKU.
    Csku,
    /// The channel's id.
    ChannelListingId,
}

impl CodeColumn {
    fn as_str(self) -> &'static str {
        match self {
            Self::Csku => "csku",
            Self::ChannelListingId => "channel_listing_id",
        }
    }
}

/// The next items at a stage whose turn it is: all of one rank.
pub(crate) async fn waiting(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    stage: Stage,
    limit: i64,
) -> Result<Vec<Waiting>, DbErr> {
    let sql = "SELECT place, payload, listing_id, outcome, reasons, detail FROM sync_item \
               WHERE merchant = $1 AND sync_id = $2 AND stage = $3 AND rank = (SELECT min(rank) FROM sync_item \
               WHERE merchant = $1 AND sync_id = $2 AND stage = $3) ORDER BY place LIMIT $4";
    let found =
        query(transaction, merchant, sync_id, sql.to_owned(), vec![stage.as_str().into(), limit.into()]).await?;
    let read = |row: &QueryResult| -> Result<Waiting, DbErr> {
        let payload: String = row.try_get("", "payload")?;
        let item = serde_json::from_str(&payload).map_err(|error| DbErr::Json(error.to_string()))?;
        Ok(Waiting {
            place: row.try_get("", "place")?,
            item,
            listing_id: row.try_get("", "listing_id")?,
            verdict: verdict(row)?,
        })
    };
    found.iter().map(read).collect()
}

/// Writes how far items are and what became of them.
pub(crate) async fn judge(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    judged: &[Judged],
) -> Result<(), DbErr> {
    let reasons = judged.iter().map(|item| json(&item.verdict.reasons)).collect::<Result<Vec<_>, _>>()?;
    let rows = Rows::new(transaction.engine())
        .bigint("place", judged.iter().map(|item| item.place))
        .text("stage", judged.iter().map(|item| item.stage.as_str()))
        .opt_uuid("listing_id", judged.iter().map(|item| item.listing_id))
        .text("outcome", judged.iter().map(|item| item.verdict.outcome.as_str()))
        .text("reasons", reasons)
        .text("detail", judged.iter().map(|item| item.verdict.detail.as_str()));
    let sql = format!(
        "UPDATE sync_item SET stage = new.stage, listing_id = new.listing_id, outcome = new.outcome, reasons = new.reasons, \
         detail = new.detail FROM {} WHERE sync_item.merchant = $1 AND sync_item.sync_id = $2 AND sync_item.place = new.place",
        rows.table("new", 3)
    );
    execute(transaction, merchant, sync_id, sql, rows.values()).await
}

/// Which of the channel's ids the snapshot has.
pub(crate) async fn present_ids(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    ids: &[String],
) -> Result<Vec<String>, DbErr> {
    let rows = Rows::new(transaction.engine()).text("id", ids.iter().map(String::as_str));
    let sql = format!(
        "SELECT DISTINCT asked.id FROM {} JOIN sync_item item \
         ON item.merchant = $1 AND item.sync_id = $2 AND item.channel_listing_id = asked.id",
        rows.table("asked", 3)
    );
    let found = query(transaction, merchant, sync_id, sql, rows.values()).await?;
    found.iter().map(|row| row.try_get("", "id")).collect()
}

/// Which listings other items of the sync were matched with before.
pub(crate) async fn matched(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    listing_ids: &[Uuid],
) -> Result<Vec<Uuid>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("listing_id", listing_ids.iter().copied());
    let sql = format!(
        "SELECT DISTINCT asked.listing_id AS listing_id FROM {} JOIN sync_item item \
         ON item.merchant = $1 AND item.sync_id = $2 AND item.listing_id = asked.listing_id",
        rows.table("asked", 3)
    );
    let found = query(transaction, merchant, sync_id, sql, rows.values()).await?;
    found.iter().map(|row| row.try_get("", "listing_id")).collect()
}

/// How many items are done, and their outcomes; `retired` is not an item's.
pub(crate) async fn counts(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
) -> Result<(i64, Counts), DbErr> {
    let sql = "SELECT outcome, count(*) AS items FROM sync_item \
               WHERE merchant = $1 AND sync_id = $2 AND stage = 'DONE' GROUP BY outcome";
    let mut counts = Counts::default();
    let mut done = 0;
    for row in query(transaction, merchant, sync_id, sql.to_owned(), vec![]).await? {
        let items: i64 = row.try_get("", "items")?;
        done += items;
        let outcome: Option<String> = row.try_get("", "outcome")?;
        match outcome.as_deref().and_then(Outcome::parse) {
            Some(Outcome::Created) => counts.created = items,
            Some(Outcome::Updated) => counts.updated = items,
            Some(Outcome::Unchanged) => counts.unchanged = items,
            Some(Outcome::Finding) => counts.finding = items,
            Some(Outcome::Rejected) => counts.rejected = items,
            None => {}
        }
    }
    Ok((done, counts))
}

/// Outcomes after a place in the upload, in the upload's order.
pub(crate) async fn outcomes(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    only: Option<Outcome>,
    after: i64,
    limit: i64,
) -> Result<Vec<Told>, DbErr> {
    let sql = "SELECT place, source_row, coalesce(csku, '') AS csku, coalesce(channel_listing_id, '') AS channel_listing_id, \
               outcome, reasons, detail FROM sync_item WHERE merchant = $1 AND sync_id = $2 AND stage = 'DONE' AND place > $3 \
               AND ($4 = '' OR outcome = $4) ORDER BY place LIMIT $5";
    let only = only.map_or("", Outcome::as_str);
    let found =
        query(transaction, merchant, sync_id, sql.to_owned(), vec![after.into(), only.into(), limit.into()]).await?;
    let mut told = vec![];
    for row in &found {
        if let Some(verdict) = verdict(row)? {
            told.push(Told {
                place: row.try_get("", "place")?,
                row: row.try_get("", "source_row")?,
                csku: row.try_get("", "csku")?,
                channel_listing_id: row.try_get("", "channel_listing_id")?,
                verdict,
            });
        }
    }
    Ok(told)
}

/// Has PostgreSQL look at what was uploaded: for a table that it last saw empty it plans to read all of a sync for each item.
pub(crate) async fn refresh_statistics(transaction: &Transaction) -> Result<(), DbErr> {
    match transaction.engine() {
        Engine::Sqlite => Ok(()),
        Engine::Postgres => transaction.execute_unprepared("ANALYZE sync_item").await.map(drop),
    }
}

/// Lets go of what the feed stated, once the sync is over.
pub(crate) async fn forget_payloads(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
) -> Result<(), DbErr> {
    let sql = "UPDATE sync_item SET payload = '' WHERE merchant = $1 AND sync_id = $2";
    execute(transaction, merchant, sync_id, sql.to_owned(), vec![]).await
}

fn verdict(row: &QueryResult) -> Result<Option<Verdict>, DbErr> {
    let outcome: Option<String> = row.try_get("", "outcome")?;
    let reasons: String = row.try_get("", "reasons")?;
    let reasons = serde_json::from_str(&reasons).map_err(|error| DbErr::Json(error.to_string()))?;
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
