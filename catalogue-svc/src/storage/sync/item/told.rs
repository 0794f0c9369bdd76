//! What became of items, as it is counted and told.

use sea_orm::DbErr;
use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

use super::{query, verdict};
use crate::domain::sync::{
    outcome::{Outcome, Verdict},
    session::Counts,
};

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
            Some(Outcome::Retired | Outcome::WouldRetire) | None => {}
        }
    }
    Ok((done, counts))
}

/// Outcomes after a place in the upload, in the upload's order, up to the first item that has none yet: a page never goes past what comes.
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
               AND ($4 = '' OR outcome = $4) AND place < coalesce((SELECT min(place + 0) FROM sync_item \
               WHERE merchant = $1 AND sync_id = $2 AND stage IN ('STAGED', 'LISTED')), place + 1) ORDER BY place LIMIT $5";
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
