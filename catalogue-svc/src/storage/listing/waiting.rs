//! Listings that were made here and that the channel has not shown yet.

use sea_orm::{ConnectionTrait, DbErr};
use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

/// Notes that the channel has not shown a listing yet.
pub(crate) async fn wait(transaction: &Transaction, merchant: &Merchant, listing_id: Uuid) -> Result<(), DbErr> {
    let sql = "UPDATE listing SET waiting = TRUE WHERE merchant = $1 AND id = $2";
    let values = [merchant.as_str().into(), listing_id.into()];
    transaction.execute_raw(transaction.engine().statement(sql, values)).await.map(drop)
}

/// What an item of a sync names waits no more.
pub(crate) async fn end(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    sync_id: Uuid,
) -> Result<(), DbErr> {
    let sql = "UPDATE listing SET waiting = FALSE WHERE listing.merchant = $1 AND listing.account_id = $2 AND listing.waiting \
               AND (EXISTS (SELECT 1 FROM sync_item WHERE sync_item.merchant = $1 AND sync_item.sync_id = $3 \
                 AND sync_item.listing_id = listing.id) \
               OR EXISTS (SELECT 1 FROM sync_item WHERE sync_item.merchant = $1 AND sync_item.sync_id = $3 \
                 AND sync_item.csku = listing.csku AND sync_item.listing_id IS NULL) \
               OR EXISTS (SELECT 1 FROM sync_item WHERE sync_item.merchant = $1 AND sync_item.sync_id = $3 \
                 AND sync_item.channel_listing_id = listing.channel_listing_id))";
    let values = [merchant.as_str().into(), account_id.into(), sync_id.into()];
    transaction.execute_raw(transaction.engine().statement(sql, values)).await.map(drop)
}
