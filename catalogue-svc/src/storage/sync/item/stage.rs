//! Items as they are uploaded, and which of them repeat.

use sea_orm::{DbErr, QueryResult};
use shared::{
    database::{Rows, Transaction},
    identity::Merchant,
};
use uuid::Uuid;

use super::{Stage, feed, query, stored, texts, verdict};
use crate::{
    domain::sync::{item::Item, outcome::Verdict},
    storage::row,
};

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

/// Stores a chunk.
pub(crate) async fn stage(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    items: &[Staged],
) -> Result<(), DbErr> {
    let payloads = items.iter().map(|staged| stored::write(&staged.item)).collect::<Result<Vec<_>, _>>()?;
    let digests = items.iter().map(|staged| feed::digest(&staged.item)).collect::<Result<Vec<_>, _>>()?;
    let reasons =
        items.iter().map(|staged| texts(&staged.verdict.as_ref().map(|v| v.reasons.clone()).unwrap_or_default()));
    let reasons = reasons.collect::<Result<Vec<_>, _>>()?;
    let stage = |staged: &Staged| if staged.verdict.is_some() { Stage::Done } else { Stage::Staged };
    let mut writes = row::writes(transaction, merchant);
    let rows = Rows::new(writes.engine())
        .bigint("place", items.iter().map(|staged| staged.place))
        .uuid("sync_id", items.iter().map(|_| sync_id))
        .bigint("source_row", items.iter().map(|staged| staged.item.row))
        .bigint("rank", items.iter().map(|staged| staged.rank))
        .opt_text("csku", items.iter().map(|staged| staged.csku.as_deref()))
        .opt_text("channel_listing_id", items.iter().map(|staged| staged.channel_listing_id.as_deref()))
        .text("payload", payloads)
        .bigint("digest", digests)
        .text("stage", items.iter().map(|staged| stage(staged).as_str()))
        .opt_text("outcome", items.iter().map(|staged| staged.verdict.as_ref().map(|verdict| verdict.outcome.as_str())))
        .text("reasons", reasons)
        .text(
            "detail",
            items.iter().map(|staged| staged.verdict.as_ref().map_or("", |verdict| verdict.detail.as_str())),
        );
    writes.insert("sync_item", rows);
    writes.run(transaction).await
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
    /// Whether it has the other code, too.
    pub(crate) has_other: bool,
    /// When its turn comes.
    pub(crate) rank: i64,
    /// What became of it already.
    pub(crate) verdict: Option<Verdict>,
}

/// The items whose code another item of the sync has too, by code and place. `column` is `csku` or `channel_listing_id`.
pub(crate) async fn repeated(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    column: CodeColumn,
) -> Result<Vec<Repeated>, DbErr> {
    let (column, other) = (column.as_str(), column.other().as_str());
    let sql = format!(
        "SELECT place, source_row, code, has_other, rank, outcome, reasons, detail FROM (SELECT place, source_row, \
         {column} AS code, {other} IS NOT NULL AS has_other, rank, outcome, reasons, detail, \
         count(*) OVER (PARTITION BY {column}) AS times FROM sync_item \
         WHERE merchant = $1 AND sync_id = $2 AND {column} IS NOT NULL) coded WHERE times > 1 ORDER BY code, place"
    );
    let found = query(transaction, merchant, sync_id, sql, vec![]).await?;
    let read = |row: &QueryResult| -> Result<Repeated, DbErr> {
        Ok(Repeated {
            place: row.try_get("", "place")?,
            row: row.try_get("", "source_row")?,
            code: row.try_get("", "code")?,
            has_other: row.try_get("", "has_other")?,
            rank: row.try_get("", "rank")?,
            verdict: verdict(row)?,
        })
    };
    found.iter().map(read).collect()
}

/// The codes that the sync's items have, each once.
pub(crate) async fn codes(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    column: CodeColumn,
) -> Result<Vec<String>, DbErr> {
    let column = column.as_str();
    let sql = format!(
        "SELECT DISTINCT {column} AS code FROM sync_item WHERE merchant = $1 AND sync_id = $2 AND {column} IS NOT NULL"
    );
    let found = query(transaction, merchant, sync_id, sql, vec![]).await?;
    found.iter().map(|row| row.try_get("", "code")).collect()
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
    pub(super) fn other(self) -> Self {
        match self {
            Self::Csku => Self::ChannelListingId,
            Self::ChannelListingId => Self::Csku,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Csku => "csku",
            Self::ChannelListingId => "channel_listing_id",
        }
    }
}
