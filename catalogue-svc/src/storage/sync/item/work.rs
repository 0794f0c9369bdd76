//! Items as they are worked off: which wait, what they were matched with, what became of them.

use std::collections::HashMap;

use sea_orm::{DbErr, QueryResult};
use shared::{
    code::Code,
    database::{Rows, Transaction, Update},
    identity::Merchant,
    stored::Unreadable,
};
use uuid::Uuid;

use super::{Stage, query, stored, texts, verdict};
use crate::{
    domain::sync::{item::Item, outcome::Verdict, stated::Stated},
    storage::row,
};

/// An item that waits for its turn.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// Its place in the upload.
    pub(crate) place: i64,
    /// What the feed states, unless another release has staged it in a way that this one cannot read.
    pub(crate) item: Result<Item, Unreadable>,
    /// Its listing, once it is written.
    pub(crate) listing_id: Option<Uuid>,
    /// Its outcome so far.
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

/// Which items are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// All.
    Any,
    /// All but groups.
    Sold,
    /// Groups.
    Groups,
}

/// The next items at a stage whose turn it is: all of one rank.
pub(crate) async fn waiting(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    stage: Stage,
    turn: Turn,
    limit: i64,
) -> Result<Vec<Waiting>, DbErr> {
    let (least, most) = match turn {
        Turn::Any => (i64::MIN, i64::MAX),
        Turn::Sold => (Stated::GROUP_RANK + 1, i64::MAX),
        Turn::Groups => (Stated::GROUP_RANK, Stated::GROUP_RANK),
    };
    let sql = "SELECT place, payload, listing_id, outcome, reasons, detail FROM sync_item \
               WHERE merchant = $1 AND sync_id = $2 AND stage = $3 AND rank = (SELECT min(rank) FROM sync_item \
               WHERE merchant = $1 AND sync_id = $2 AND stage = $3 AND rank BETWEEN $4 AND $5) ORDER BY place LIMIT $6";
    let values = vec![stage.as_str().into(), least.into(), most.into(), limit.into()];
    let found = query(transaction, merchant, sync_id, sql.to_owned(), values).await?;
    let read = |row: &QueryResult| -> Result<Waiting, DbErr> {
        Ok(Waiting {
            place: row.try_get("", "place")?,
            item: payload(row)?,
            listing_id: row.try_get("", "listing_id")?,
            verdict: verdict(row)?,
        })
    };
    found.iter().map(read).collect()
}

/// Which of these items are still at a stage.
pub(crate) async fn still_at(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    stage: Stage,
    places: Vec<i64>,
) -> Result<Vec<i64>, DbErr> {
    let rows = Rows::new(transaction.engine()).bigint("place", places);
    let condition = "sync_item.merchant = $1 AND sync_item.sync_id = $2 AND sync_item.place = asked.place";
    let sql = format!(
        "SELECT asked.place AS place FROM {} WHERE sync_item.stage = '{}'",
        rows.each("asked", 3, "sync_item", condition),
        stage.as_str()
    );
    let found = query(transaction, merchant, sync_id, sql, rows.values()).await?;
    found.iter().map(|row| row.try_get("", "place")).collect()
}

fn payload(row: &QueryResult) -> Result<Result<Item, Unreadable>, DbErr> {
    let payload: String = row.try_get("", "payload")?;
    Ok(stored::read(&payload))
}

/// What the items of the sync state of listings that they were matched with, those that can be read.
pub(crate) async fn stating(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    listing_ids: &[Uuid],
) -> Result<Vec<(Uuid, Item)>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("listing_id", listing_ids.iter().copied());
    let condition = "sync_item.merchant = $1 AND sync_item.sync_id = $2 AND sync_item.listing_id = asked.listing_id";
    let sql = format!(
        "SELECT sync_item.listing_id AS listing_id, sync_item.payload AS payload FROM {}",
        rows.each("asked", 3, "sync_item", condition)
    );
    let found = query(transaction, merchant, sync_id, sql, rows.values()).await?;
    let mut items = vec![];
    for row in &found {
        let listing_id = row.try_get("", "listing_id")?;
        items.extend(payload(row)?.ok().map(|item| (listing_id, item)));
    }
    Ok(items)
}

/// Writes how far items are and what became of them.
pub(crate) async fn judge(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    judged: &[Judged],
) -> Result<(), DbErr> {
    let reasons = judged.iter().map(|item| texts(&item.verdict.reasons)).collect::<Result<Vec<_>, _>>()?;
    let mut writes = row::writes(transaction, merchant);
    let rows = Rows::new(writes.engine())
        .bigint("place", judged.iter().map(|item| item.place))
        .uuid("sync_id", judged.iter().map(|_| sync_id))
        .text("stage", judged.iter().map(|item| item.stage.as_str()))
        .opt_uuid("listing_id", judged.iter().map(|item| item.listing_id))
        .text("outcome", judged.iter().map(|item| item.verdict.outcome.as_str()))
        .text("reasons", reasons)
        .text("detail", judged.iter().map(|item| item.verdict.detail.as_str()));
    let columns = vec!["stage", "listing_id", "outcome", "reasons", "detail"];
    writes.update("sync_item", rows, Update { key: vec!["sync_id", "place"], columns, guard: &[] });
    writes.run(transaction).await
}

/// The rows of groups that state these CSKUs, by code.
pub(crate) async fn rows_with_code(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    cskus: &[&str],
) -> Result<HashMap<String, Vec<i64>>, DbErr> {
    let rows = Rows::new(transaction.engine()).text("code", cskus.iter().copied());
    let condition = "sync_item.merchant = $1 AND sync_item.sync_id = $2 AND sync_item.csku = asked.code";
    let sql = format!(
        "SELECT asked.code AS code, sync_item.source_row AS source_row FROM {} WHERE sync_item.rank = {} \
         ORDER BY asked.code, sync_item.place",
        rows.each("asked", 3, "sync_item", condition),
        Stated::GROUP_RANK
    );
    let mut found: HashMap<String, Vec<i64>> = HashMap::new();
    for row in query(transaction, merchant, sync_id, sql, rows.values()).await? {
        found.entry(row.try_get("", "code")?).or_default().push(row.try_get("", "source_row")?);
    }
    Ok(found)
}

/// The codes among these that the snapshot's kits have.
pub(crate) async fn kits(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    cskus: &[&Code],
) -> Result<Vec<Code>, DbErr> {
    let rows = Rows::new(transaction.engine()).text("code", cskus.iter().map(|code| code.as_str()));
    let condition = "sync_item.merchant = $1 AND sync_item.sync_id = $2 AND sync_item.csku = asked.code";
    let sql = format!(
        "SELECT asked.code AS code FROM {} WHERE sync_item.rank = {}",
        rows.each("asked", 3, "sync_item", condition),
        Stated::KIT_RANK
    );
    let found = query(transaction, merchant, sync_id, sql, rows.values()).await?;
    let codes = found.iter().map(|row| row.try_get::<String>("", "code")).collect::<Result<Vec<_>, _>>()?;
    Ok(codes.iter().filter_map(|code| Code::parse(code).ok()).collect())
}

/// What the items at these places state, those that can be read.
pub(crate) async fn at(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    places: Vec<i64>,
) -> Result<Vec<(i64, Item)>, DbErr> {
    let rows = Rows::new(transaction.engine()).bigint("place", places);
    let condition = "sync_item.merchant = $1 AND sync_item.sync_id = $2 AND sync_item.place = asked.place";
    let sql = format!(
        "SELECT sync_item.place AS place, sync_item.payload AS payload FROM {}",
        rows.each("asked", 3, "sync_item", condition)
    );
    let mut items = vec![];
    for row in &query(transaction, merchant, sync_id, sql, rows.values()).await? {
        let place = row.try_get("", "place")?;
        items.extend(payload(row)?.ok().map(|item| (place, item)));
    }
    Ok(items)
}
