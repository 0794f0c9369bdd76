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

/// How many listings the account has, retired ones left out.
pub(crate) async fn count(transaction: &Transaction, merchant: &Merchant, account_id: Uuid) -> Result<i64, DbErr> {
    let sql = "SELECT count(*) AS listings FROM listing WHERE merchant = $1 AND account_id = $2 AND NOT retired";
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

/// The account's listings that no item of the sync was matched with, or names by its listing id; an item that was not applied stands for
/// all that have its CSKU; retired ones left out, and those that were
/// created after the sync began: the snapshot cannot know them.
pub(crate) async fn absent(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    sync_id: Uuid,
) -> Result<Vec<Uuid>, DbErr> {
    let sql = "SELECT listing.id FROM listing WHERE listing.merchant = $1 AND listing.account_id = $2 AND NOT listing.retired \
               AND listing.create_time_us < (SELECT create_time_us FROM sync WHERE sync.merchant = $1 AND sync.sync_id = $3) \
               AND NOT EXISTS (SELECT 1 FROM sync_item WHERE sync_item.merchant = $1 AND sync_item.sync_id = $3 \
                 AND sync_item.listing_id = listing.id) \
               AND NOT EXISTS (SELECT 1 FROM sync_item WHERE sync_item.merchant = $1 AND sync_item.sync_id = $3 \
                 AND sync_item.csku = listing.csku AND sync_item.listing_id IS NULL) \
               AND NOT EXISTS (SELECT 1 FROM sync_item WHERE sync_item.merchant = $1 AND sync_item.sync_id = $3 \
                 AND sync_item.channel_listing_id = listing.channel_listing_id) ORDER BY listing.id";
    let found = query(transaction, merchant, account_id, sql, vec![sync_id.into()]).await?;
    found.iter().map(|row| row.col("id")).collect()
}

/// The keys that several listings of the account share: of what they sell, or of codes that are near.
pub(crate) async fn repeating_keys(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    column: KeyColumn,
) -> Result<Vec<String>, DbErr> {
    let column = column.as_str();
    let sql = format!(
        "SELECT {column} AS repeated FROM listing WHERE merchant = $1 AND account_id = $2 AND {column} IS NOT NULL \
         GROUP BY {column} HAVING count(*) > 1"
    );
    texts(&query(transaction, merchant, account_id, &sql, vec![]).await?, "repeated")
}

/// A column of a listing that findings are found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyColumn {
    /// What it sells and how.
    Set,
    /// What near codes have in common.
    Near,
    /// Its code.
    Csku,
}

impl KeyColumn {
    fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set_key",
            Self::Near => "near_key",
            Self::Csku => "csku",
        }
    }
}

/// What listings of the account sell that listings of another account with another CSKU sell too.
pub(crate) async fn shared_keys(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
) -> Result<Vec<String>, DbErr> {
    let sql = "SELECT DISTINCT mine.set_key FROM listing mine JOIN listing other ON other.merchant = $1 \
               AND other.set_key = mine.set_key AND other.account_id <> mine.account_id AND other.csku <> mine.csku \
               WHERE mine.merchant = $1 AND mine.account_id = $2 AND mine.set_key IS NOT NULL";
    texts(&query(transaction, merchant, account_id, sql, vec![]).await?, "set_key")
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
