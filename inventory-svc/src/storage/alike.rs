//! Statements that find ISKUs that may be the goods of a new code: by near keys and barcodes, each an index's.
//!
//! Of many ISKUs that have one in common the first few are enough to ask a person.

use sea_orm::{ConnectionTrait, DbErr, Value};
use shared::{
    code::gtin::Gtin,
    database::{Rows, Transaction},
    identity::Merchant,
};

use super::row::Columns;
use crate::domain::{
    isku::{IskuId, NewIsku},
    same_goods::Alike,
};

/// Codes of one near key, and ISKUs of one barcode, that are looked at: one may be the own.
const EACH_MAX: i64 = 11;

/// What there is that may be one of these.
pub(crate) async fn to<'a>(
    transaction: &Transaction,
    merchant: &Merchant,
    iskus: impl IntoIterator<Item = &'a NewIsku>,
) -> Result<Alike, DbErr> {
    let (mut near_keys, mut gtins) = (vec![], vec![]);
    for new in iskus {
        near_keys.extend(new.code.near_key());
        gtins.extend(new.details.barcode.as_deref().and_then(Gtin::parse));
    }
    let mut alike = Alike::default();
    add_near(transaction, merchant, near_keys, &mut alike).await?;
    add_same(transaction, merchant, gtins, &mut alike).await?;
    Ok(alike)
}

/// Adds the codes of these near keys.
pub(crate) async fn add_near(
    transaction: &Transaction,
    merchant: &Merchant,
    near_keys: Vec<String>,
    alike: &mut Alike,
) -> Result<(), DbErr> {
    if near_keys.is_empty() {
        return Ok(());
    }
    let engine = transaction.engine();
    let rows = Rows::new(engine).text("near_key", near_keys);
    let sql = format!(
        "SELECT code, isku_id FROM (SELECT isku_code.code, isku_code.isku_id, \
             row_number() OVER (PARTITION BY isku_code.near_key ORDER BY isku_code.code) AS place \
         FROM (SELECT DISTINCT near_key FROM {}) AS wanted{}) AS ranked WHERE place <= $2 ORDER BY code",
        rows.table("asked", 3),
        engine.probe("isku_code", "isku_code.merchant = $1 AND isku_code.near_key = wanted.near_key")
    );
    let values = [Value::from(merchant.as_str()), EACH_MAX.into()].into_iter().chain(rows.values());
    for row in transaction.query_all_raw(engine.statement(sql, values)).await? {
        alike.add_code(&row.code("code")?, row.isku_id()?);
    }
    Ok(())
}

/// Adds the ISKUs of these barcodes, however each wrote it.
async fn add_same(
    transaction: &Transaction,
    merchant: &Merchant,
    gtins: Vec<Gtin>,
    alike: &mut Alike,
) -> Result<(), DbErr> {
    if gtins.is_empty() {
        return Ok(());
    }
    let engine = transaction.engine();
    let rows = Rows::new(engine).text("barcode", gtins.iter().flat_map(Gtin::forms));
    let sql = format!(
        "SELECT barcode, isku_id FROM (SELECT isku.barcode, isku.isku_id, \
             row_number() OVER (PARTITION BY isku.barcode ORDER BY isku.archived, isku.isku_id) AS place \
         FROM (SELECT DISTINCT barcode FROM {}) AS wanted{}) AS ranked WHERE place <= $2 ORDER BY barcode, isku_id",
        rows.table("asked", 3),
        engine.probe("isku", "isku.merchant = $1 AND isku.barcode = wanted.barcode")
    );
    let values = [Value::from(merchant.as_str()), EACH_MAX.into()].into_iter().chain(rows.values());
    for row in transaction.query_all_raw(engine.statement(sql, values)).await? {
        alike.add_barcode(Some(row.text("barcode")?.as_str()), IskuId(row.bigint("isku_id")?));
    }
    Ok(())
}
