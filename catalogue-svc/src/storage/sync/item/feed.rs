//! What the feed stated last of each listing, and which staged items state the same again.

use std::collections::HashMap;

use sea_orm::{DbErr, QueryResult};
use shared::{
    database::{Rows, Transaction},
    identity::Merchant,
};
use uuid::Uuid;

use super::{Stage, execute, matching::seen, query, stored};
use crate::{
    domain::sync::{
        item::Item,
        same::{Feed, Staged},
    },
    storage::row::{self, Columns},
};

/// Goes into each digest: another number has every item judged once more, as when a release reads more of what was stated before.
const FORM: &[u8] = b"1:";

/// The digest of what an item states, wherever it stands in its source.
pub(super) fn digest(item: &Item) -> Result<i64, DbErr> {
    let text = stored::write(&Item { row: 0, ..item.clone() })?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(FORM).update(text.as_bytes());
    Ok(hasher.finalize().as_bytes().first_chunk().map_or(0, |first| i64::from_le_bytes(*first)))
}

/// The next items that are staged, in the order of their turns.
pub(crate) async fn staged(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    after: (i64, i64),
    limit: i64,
) -> Result<Vec<Staged>, DbErr> {
    let sql = format!(
        "SELECT rank, place, csku, channel_listing_id, digest FROM sync_item \
         WHERE merchant = $1 AND sync_id = $2 AND stage = '{}' AND (rank, place) > ($3, $4) ORDER BY rank, place LIMIT $5",
        Stage::Staged.as_str()
    );
    let found = query(transaction, merchant, sync_id, sql, vec![after.0.into(), after.1.into(), limit.into()]).await?;
    found
        .iter()
        .map(|row| Ok(Staged { rank: row.col("rank")?, seen: seen(row)?, digest: row.col("digest")? }))
        .collect()
}

/// What the feed stated last of listings, by listing.
pub(crate) async fn last_stated(
    transaction: &Transaction,
    merchant: &Merchant,
    listing_ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Feed>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("listing_id", listing_ids);
    let same = "listing_feed.merchant = $1 AND listing_feed.listing_id = asked.listing_id";
    let probe = transaction.engine().probe("listing_feed", same);
    let found = row::query(transaction, merchant, rows, [], |asked, _| {
        format!("SELECT listing_feed.listing_id, listing_feed.digest, listing_feed.version FROM {asked}{probe}")
    });
    let read = |row: &QueryResult| {
        Ok((row.col("listing_id")?, Feed { digest: row.col("digest")?, version: row.col("version")? }))
    };
    found.await?.iter().map(read).collect()
}

/// Notes what items state of their listings, as these are now.
pub(crate) async fn remember(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    places: Vec<i64>,
) -> Result<(), DbErr> {
    if places.is_empty() {
        return Ok(());
    }
    let rows = Rows::new(transaction.engine()).bigint("place", places);
    let item = "sync_item.merchant = $1 AND sync_item.sync_id = $2 AND sync_item.place = asked.place";
    let listing = "listing.merchant = $1 AND listing.id = sync_item.listing_id";
    let sql = format!(
        "INSERT INTO listing_feed (merchant, listing_id, digest, version) \
         SELECT $1, listing.id, sync_item.digest, listing.version FROM {}{} WHERE sync_item.digest IS NOT NULL \
         ON CONFLICT (merchant, listing_id) DO UPDATE SET digest = excluded.digest, version = excluded.version \
         WHERE listing_feed.digest <> excluded.digest OR listing_feed.version <> excluded.version",
        rows.each("asked", 3, "sync_item", item),
        transaction.engine().probe("listing", listing)
    );
    execute(transaction, merchant, sync_id, sql, rows.values()).await
}
