//! Statements on barcodes that several listings carry. Decides nothing.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, DbErr};
use shared::{
    code::gtin::Gtin,
    database::{Rows, Transaction},
    identity::Merchant,
};
use uuid::Uuid;

use crate::storage::row::Columns;

/// Barcodes that several listings carry, each of which sells goods of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repeated {
    /// Of the account, retired listings left out.
    pub(crate) in_account: HashSet<Gtin>,
    /// Of those that the snapshot is known to have by now: a listing that has left the channel says nothing of what came.
    pub(crate) in_snapshot: HashSet<Gtin>,
}

/// Which of these barcodes are repeated, however each listing writes it.
pub(crate) async fn repeated(
    transaction: &Transaction,
    merchant: &Merchant,
    (account_id, sync_id): (Uuid, Uuid),
    gtins: &HashSet<Gtin>,
) -> Result<Repeated, DbErr> {
    let written: HashMap<String, &Gtin> =
        gtins.iter().flat_map(|gtin| gtin.forms().map(move |form| (form, gtin))).collect();
    let engine = transaction.engine();
    let rows = Rows::new(engine).text("barcode", written.keys().map(String::as_str));
    let listing = "SELECT 1 AS one FROM listing WHERE listing.merchant = $1 AND listing.account_id = $2 \
                   AND listing.barcode = asked.barcode AND listing.kind IN ('SINGLE', 'VARIANT') AND NOT listing.retired";
    let item = "SELECT 1 FROM sync_item WHERE sync_item.merchant = $1 AND sync_item.sync_id = $3 \
                AND sync_item.listing_id = listing.id";
    let sql = format!(
        "SELECT asked.barcode AS barcode, (SELECT count(*) FROM ({listing} LIMIT 2) AS few) AS in_account, \
             (SELECT count(*) FROM ({listing} AND EXISTS ({item}) LIMIT 2) AS few) AS in_snapshot FROM {}",
        rows.table("asked", 4)
    );
    let values = [merchant.as_str().into(), account_id.into(), sync_id.into()].into_iter().chain(rows.values());
    let mut carriers: HashMap<&Gtin, (i64, i64)> = HashMap::new();
    for row in transaction.query_all_raw(engine.statement(sql, values)).await? {
        let form: String = row.col("barcode")?;
        let Some(gtin) = written.get(&form) else { continue };
        let (in_account, in_snapshot) = carriers.entry(gtin).or_default();
        *in_account += row.col::<i64>("in_account")?;
        *in_snapshot += row.col::<i64>("in_snapshot")?;
    }
    let mut repeated = Repeated::default();
    for (gtin, (in_account, in_snapshot)) in carriers {
        repeated.in_account.extend((in_account > 1).then(|| gtin.clone()));
        repeated.in_snapshot.extend((in_snapshot > 1).then(|| gtin.clone()));
    }
    Ok(repeated)
}
