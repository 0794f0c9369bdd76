//! Statements on the listings that a full sync did not bring. Decides nothing.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait};
use shared::{
    database::{Rows, Transaction, Update},
    identity::Merchant,
};
use uuid::Uuid;

use crate::storage::{
    entity::sync_absent::{COLUMN, Column, Entity},
    row::{self, Columns},
};

pub(crate) use crate::storage::entity::sync_absent::Model as Absent;

/// A listing of the account, and whether no item of a sync states it.
#[derive(Clone, Debug)]
pub(crate) struct Looked {
    /// The listing.
    pub(crate) listing_id: Uuid,
    /// Its code.
    pub(crate) csku: Option<String>,
    /// The channel's id.
    pub(crate) channel_listing_id: Option<String>,
    /// Whether it is there, was shown before the sync began, and is not in it.
    pub(crate) is_absent: bool,
}

/// The account's next listings after one. What was made after the sync began is not absent, the snapshot cannot know it, nor is what the
/// channel never showed; an item names a listing by its id, or was matched with it; an item that was not applied stands for all that have
/// its CSKU.
pub(crate) async fn look(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    sync_id: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Looked>, DbErr> {
    let sql = "SELECT listing.id AS listing_id, listing.csku AS csku, listing.channel_listing_id AS channel_listing_id, \
               NOT listing.retired AND NOT listing.waiting \
               AND listing.create_time_us < (SELECT create_time_us FROM sync WHERE sync.merchant = $1 AND sync.sync_id = $3) \
               AND NOT EXISTS (SELECT 1 FROM sync_item WHERE sync_item.merchant = $1 AND sync_item.sync_id = $3 \
                 AND sync_item.listing_id = listing.id) \
               AND NOT EXISTS (SELECT 1 FROM sync_item WHERE sync_item.merchant = $1 AND sync_item.sync_id = $3 \
                 AND sync_item.csku = listing.csku AND sync_item.listing_id IS NULL) \
               AND NOT EXISTS (SELECT 1 FROM sync_item WHERE sync_item.merchant = $1 AND sync_item.sync_id = $3 \
                 AND sync_item.channel_listing_id = listing.channel_listing_id) AS is_absent \
               FROM listing WHERE listing.merchant = $1 AND listing.account_id = $2 AND listing.id > $4 \
               ORDER BY listing.id LIMIT $5";
    let values = [merchant.as_str().into(), account_id.into(), sync_id.into(), after.into(), limit.into()];
    let found = transaction.query_all_raw(transaction.engine().statement(sql, values)).await?;
    let looked = |row: &QueryResult| {
        Ok(Looked {
            listing_id: row.col("listing_id")?,
            csku: row.col("csku")?,
            channel_listing_id: row.col("channel_listing_id")?,
            is_absent: row.col("is_absent")?,
        })
    };
    found.iter().map(looked).collect()
}

/// Keeps what is absent, numbered after `known`.
pub(crate) async fn insert(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    known: i64,
    absent: &[Looked],
) -> Result<(), DbErr> {
    let numbers = (1..).map(|more| known.saturating_add(more));
    let rows = Rows::new(transaction.engine())
        .bigint("number", absent.iter().zip(numbers).map(|(_, number)| number))
        .uuid("sync_id", absent.iter().map(|_| sync_id))
        .uuid("listing_id", absent.iter().map(|looked| looked.listing_id))
        .opt_text("csku", absent.iter().map(|looked| looked.csku.as_deref()))
        .opt_text("channel_listing_id", absent.iter().map(|looked| looked.channel_listing_id.as_deref()))
        .boolean("retired", absent.iter().map(|_| false));
    let mut writes = row::writes(transaction, merchant);
    writes.insert("sync_absent", rows);
    writes.run(transaction).await
}

/// What is absent, after a number; only what was retired, or was not, where that is asked.
pub(crate) async fn list(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    retired: Option<bool>,
    after: i64,
    limit: u64,
) -> Result<Vec<Absent>, DbErr> {
    let select = Entity::find()
        .apply_if(retired, |select, retired| select.filter(COLUMN.retired.eq(retired)))
        .filter(COLUMN.merchant.eq(merchant.as_str()))
        .filter(COLUMN.sync_id.eq(sync_id))
        .filter(COLUMN.number.gt(after))
        .order_by_asc(Column::Number)
        .limit(limit);
    select.all(transaction).await
}

/// Notes that these were retired.
pub(crate) async fn note_retired(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    numbers: Vec<i64>,
) -> Result<(), DbErr> {
    let mut writes = row::writes(transaction, merchant);
    let rows = Rows::new(writes.engine())
        .bigint("number", numbers.iter().copied())
        .uuid("sync_id", numbers.iter().map(|_| sync_id))
        .boolean("retired", numbers.iter().map(|_| true));
    writes.update("sync_absent", rows, Update { key: vec!["sync_id", "number"], columns: vec!["retired"], guard: &[] });
    writes.run(transaction).await
}
