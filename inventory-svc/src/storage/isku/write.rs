//! Statements that write ISKUs and the codes that name them.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr};
use shared::{
    code::Code,
    database::{Rows, Transaction},
    identity::Merchant,
    measure::Dimensions,
    money::Money,
};

use crate::{
    domain::{
        changes::{CodeChange, Write},
        isku::{Isku, IskuId, Lifecycle, Naming},
    },
    storage::{changes::execute, isku_word},
};

/// Writes new and changed ISKUs and what codes name, and moves the merchant's counter past the new ones.
///
/// A code that somebody else has taken means that the facts were overtaken.
pub(crate) async fn write(
    transaction: &Transaction,
    merchant: &Merchant,
    iskus: &BTreeMap<IskuId, (Write, Isku)>,
    codes: &BTreeMap<Code, CodeChange>,
) -> Result<(), DbErr> {
    for write in [Write::Insert, Write::Update] {
        let chosen: Vec<&Isku> = iskus.values().filter(|(own, _)| *own == write).map(|(_, isku)| isku).collect();
        if !chosen.is_empty() {
            write_iskus(transaction, merchant, &chosen, write).await?;
            isku_word::replace(transaction, merchant, &chosen).await?;
        }
    }
    for write in [Write::Insert, Write::Update] {
        let chosen: Vec<(&Code, &CodeChange)> = codes.iter().filter(|(_, change)| change.write == write).collect();
        if !chosen.is_empty() {
            write_codes(transaction, merchant, &chosen, write).await?;
        }
    }
    Ok(())
}

async fn write_iskus(
    transaction: &Transaction,
    merchant: &Merchant,
    iskus: &[&Isku],
    write: Write,
) -> Result<(), DbErr> {
    let engine = transaction.engine();
    if let (Write::Insert, Some(last)) = (write, iskus.iter().map(|isku| isku.isku_id.0).max()) {
        let sql = "UPDATE merchant SET isku_count = $2 WHERE merchant = $1";
        transaction.execute_raw(engine.statement(sql, [merchant.as_str().into(), last.into()])).await?;
    }
    let size = |side: fn(&Dimensions) -> i64| iskus.iter().map(move |isku| isku.details.dimensions.as_ref().map(side));
    let cost = |part: fn(&Money) -> i64| iskus.iter().map(move |isku| isku.details.cost_price.as_ref().map(part));
    let currency = |isku: &&Isku| isku.details.cost_price.as_ref().map(|money| money.currency().to_owned());
    let rows = Rows::new(engine)
        .bigint("isku_id", iskus.iter().map(|isku| isku.isku_id.0))
        .text("code", iskus.iter().map(|isku| isku.code.as_str()))
        .opt_text("product_name", iskus.iter().map(|isku| isku.details.product_name.as_deref()))
        .opt_bigint("length_mm", size(|dimensions| dimensions.length_mm))
        .opt_bigint("width_mm", size(|dimensions| dimensions.width_mm))
        .opt_bigint("height_mm", size(|dimensions| dimensions.height_mm))
        .opt_bigint("weight_g", iskus.iter().map(|isku| isku.details.weight_g))
        .opt_text("cost_currency", iskus.iter().map(currency))
        .opt_bigint("cost_units", cost(Money::units))
        .opt_bigint("cost_nanos", cost(|money| i64::from(money.nanos())))
        .opt_text("barcode", iskus.iter().map(|isku| isku.details.barcode.as_deref()))
        .boolean("incomplete", iskus.iter().map(|isku| isku.details.is_incomplete()))
        .boolean("archived", iskus.iter().map(|isku| isku.lifecycle == Lifecycle::Archived))
        .bigint("revision", iskus.iter().map(|isku| isku.revision))
        .bigint("create_time_us", iskus.iter().map(|isku| isku.create_time.0))
        .bigint("update_time_us", iskus.iter().map(|isku| isku.update_time.0));
    let table = rows.table("new", 2);
    let changing = "code, product_name, length_mm, width_mm, height_mm, weight_g, cost_currency, cost_units, \
                    cost_nanos, barcode, incomplete, archived, revision, update_time_us";
    let sql = match write {
        Write::Insert => format!(
            "INSERT INTO isku (merchant, isku_id, create_time_us, {changing}) \
             SELECT $1, isku_id, create_time_us, {changing} FROM {table}"
        ),
        Write::Update => {
            let set: Vec<String> = changing.split(", ").map(|column| format!("{column} = new.{column}")).collect();
            format!(
                "UPDATE isku SET {} FROM {table} WHERE isku.merchant = $1 AND isku.isku_id = new.isku_id",
                set.join(", ")
            )
        }
    };
    execute(transaction, merchant, sql, rows, iskus.len()).await
}

async fn write_codes(
    transaction: &Transaction,
    merchant: &Merchant,
    codes: &[(&Code, &CodeChange)],
    write: Write,
) -> Result<(), DbErr> {
    let rows = Rows::new(transaction.engine())
        .text("code", codes.iter().map(|(code, _)| code.as_str()))
        .bigint("isku_id", codes.iter().map(|(_, change)| change.isku_id.0))
        .boolean("alias", codes.iter().map(|(_, change)| change.naming == Naming::Alias))
        .text("near_key", codes.iter().map(|(code, _)| code.near_key()));
    let table = rows.table("new", 2);
    let sql = match write {
        Write::Insert => format!(
            "INSERT INTO isku_code (merchant, code, isku_id, alias, near_key) \
             SELECT $1, code, isku_id, alias, near_key FROM {table} WHERE true ON CONFLICT DO NOTHING"
        ),
        Write::Update => format!(
            "UPDATE isku_code SET alias = new.alias FROM {table} \
             WHERE isku_code.merchant = $1 AND isku_code.code = new.code AND isku_code.isku_id = new.isku_id"
        ),
    };
    execute(transaction, merchant, sql, rows, codes.len()).await
}
