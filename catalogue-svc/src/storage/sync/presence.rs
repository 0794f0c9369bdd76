//! Statements on all listings of an account, as the end of a sync looks at them. Decides nothing.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

use crate::{
    domain::finding::{FindingKind, Subject},
    storage::{finding::Key, row::Columns, words::Word},
};

async fn query(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    sql: &str,
    more: Vec<Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let values = [merchant.as_str().into(), account_id.into()].into_iter().chain(more);
    transaction.query_all_raw(transaction.engine().statement(sql, values)).await
}

/// How many listings of the account the channel has shown, retired ones left out.
pub(crate) async fn count(transaction: &Transaction, merchant: &Merchant, account_id: Uuid) -> Result<i64, DbErr> {
    let sql = "SELECT count(*) AS listings FROM listing WHERE merchant = $1 AND account_id = $2 AND NOT retired AND NOT waiting";
    let found = query(transaction, merchant, account_id, sql, vec![]).await?;
    found.first().map_or(Ok(0), |row| row.col("listings"))
}

/// Whether the account has any listing, retired ones too.
pub(crate) async fn has_listings(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
) -> Result<bool, DbErr> {
    let sql = "SELECT 1 AS one FROM listing WHERE merchant = $1 AND account_id = $2 LIMIT 1";
    Ok(!query(transaction, merchant, account_id, sql, vec![]).await?.is_empty())
}

/// The keys by which listings of the account share with others, of its next listings after one, and the last of these.
pub(crate) async fn shared_keys(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<(SharedKeys, Option<Uuid>), DbErr> {
    let sql = "SELECT id FROM listing WHERE merchant = $1 AND account_id = $2 AND id > $3 ORDER BY id LIMIT $4";
    let found = query(transaction, merchant, account_id, sql, vec![after.into(), limit.into()]).await?;
    let Some(last) = found.last() else { return Ok((SharedKeys::default(), None)) };
    let last: Uuid = last.col("id")?;
    // What sells the same: in the account, or on another one under another code.
    let sets = "SELECT DISTINCT mine.set_key AS shared FROM listing mine WHERE mine.merchant = $1 AND mine.account_id = $2 \
                AND mine.id > $3 AND mine.id <= $4 AND mine.set_key IS NOT NULL AND EXISTS (SELECT 1 FROM listing other \
                WHERE other.merchant = $1 AND other.set_key = mine.set_key AND other.id <> mine.id \
                AND (other.account_id = mine.account_id OR other.csku <> mine.csku))";
    let near = "SELECT DISTINCT mine.near_key AS shared FROM listing mine WHERE mine.merchant = $1 AND mine.account_id = $2 \
                AND mine.id > $3 AND mine.id <= $4 AND mine.near_key IS NOT NULL AND EXISTS (SELECT 1 FROM listing other \
                WHERE other.merchant = $1 AND other.account_id = $2 AND other.near_key = mine.near_key AND other.id <> mine.id)";
    let cskus = "SELECT DISTINCT mine.csku AS shared FROM listing mine WHERE mine.merchant = $1 AND mine.account_id = $2 \
                 AND mine.id > $3 AND mine.id <= $4 AND mine.csku IS NOT NULL AND EXISTS (SELECT 1 FROM listing other \
                 WHERE other.merchant = $1 AND other.account_id = $2 AND other.csku = mine.csku AND other.id <> mine.id)";
    let between = || vec![after.into(), last.into()];
    let sets = texts(&query(transaction, merchant, account_id, sets, between()).await?, "shared")?;
    let near = texts(&query(transaction, merchant, account_id, near, between()).await?, "shared")?;
    let cskus = texts(&query(transaction, merchant, account_id, cskus, between()).await?, "shared")?;
    Ok((SharedKeys { sets, near, cskus }, Some(last)))
}

/// Keys that several listings have.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedKeys {
    /// Of what they sell.
    pub(crate) sets: Vec<String>,
    /// Of codes that are near.
    pub(crate) near: Vec<String>,
    /// The codes themselves.
    pub(crate) cskus: Vec<String>,
}

impl SharedKeys {
    /// Whether nothing is shared.
    pub(crate) fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.near.is_empty() && self.cskus.is_empty()
    }
}

/// The next open findings of a kind that are in the account, or concern a listing of it, with their ids.
pub(crate) async fn open_findings_after(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<Vec<(Uuid, Key)>, DbErr> {
    let sql = "SELECT finding.id AS id, finding.kind AS kind, finding.subject AS subject FROM finding \
               WHERE finding.merchant = $1 AND finding.id > $3 AND finding.close_time_us IS NULL \
               AND finding.kind IN ('DUPLICATE_MAPPING', 'NEAR_DUPLICATE_CODE', 'SHARED_ISKU', 'AMBIGUOUS_CSKU') \
               AND (finding.account_id = $2 OR EXISTS ( \
                 SELECT 1 FROM finding_listing JOIN listing ON listing.merchant = $1 AND listing.id = finding_listing.listing_id \
                 WHERE finding_listing.merchant = $1 AND finding_listing.finding_id = finding.id AND listing.account_id = $2)) \
               ORDER BY finding.id LIMIT $4";
    let found = query(transaction, merchant, account_id, sql, vec![after.into(), limit.into()]).await?;
    let read = |row: &QueryResult| {
        let kind: String = row.col("kind")?;
        let kind = FindingKind::read(&kind).map_err(|problem| DbErr::Type(format!("kind {problem}")))?;
        Ok((row.col("id")?, (kind, Subject(row.col("subject")?))))
    };
    found.iter().map(read).collect()
}

/// The open findings of some kinds that are in the account, or concern a listing of it.
pub(crate) async fn open_findings(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    kind: FindingKind,
) -> Result<Vec<Key>, DbErr> {
    let sql = "SELECT finding.subject FROM finding WHERE finding.merchant = $1 AND finding.kind = $3 \
               AND finding.close_time_us IS NULL AND (finding.account_id = $2 OR EXISTS ( \
                 SELECT 1 FROM finding_listing JOIN listing ON listing.merchant = $1 AND listing.id = finding_listing.listing_id \
                 WHERE finding_listing.merchant = $1 AND finding_listing.finding_id = finding.id AND listing.account_id = $2))";
    let found = query(transaction, merchant, account_id, sql, vec![kind.word().into()]).await?;
    Ok(texts(&found, "subject")?.into_iter().map(|subject| (kind, Subject(subject))).collect())
}

fn texts(rows: &[QueryResult], column: &str) -> Result<Vec<String>, DbErr> {
    rows.iter().map(|row| row.col(column)).collect()
}
