//! Statements that write ISKUs and the codes that name them.

use std::collections::BTreeMap;

use shared::{
    code::{Code, near},
    database::{Rows, Update, Writes},
    measure::Dimensions,
    money::Money,
};

use crate::{
    domain::{
        changes::{CodeChange, Write},
        isku::{Isku, IskuId, Lifecycle, Naming, Unstated},
    },
    storage::{entity::isku::Column, row::columns_without},
};

/// Writes new and changed ISKUs and what codes name, and moves the merchant's counter past the new ones.
///
/// A code that somebody else has taken means that the facts were overtaken.
pub(crate) fn write(writes: &mut Writes, iskus: &BTreeMap<IskuId, (Write, Isku)>, codes: &BTreeMap<Code, CodeChange>) {
    let new = iskus.iter().filter(|(_, (write, _))| *write == Write::Insert).map(|(id, _)| id.0);
    let count = Rows::new(writes.engine()).bigint("isku_count", new.max());
    writes.update("merchant", count, Update { key: vec![], columns: vec!["isku_count"], guard: &[] });
    for write in [Write::Insert, Write::Update] {
        let chosen: Vec<&Isku> = iskus.values().filter(|(own, _)| *own == write).map(|(_, isku)| isku).collect();
        write_iskus(writes, &chosen, write);
    }
    for write in [Write::Insert, Write::Update] {
        let chosen: Vec<(&Code, &CodeChange)> = codes.iter().filter(|(_, change)| change.write == write).collect();
        write_codes(writes, &chosen, write);
    }
}

fn write_iskus(writes: &mut Writes, iskus: &[&Isku], write: Write) {
    let size = |side: fn(&Dimensions) -> i64| iskus.iter().map(move |isku| isku.details.dimensions.as_ref().map(side));
    let cost = |part: fn(&Money) -> i64| iskus.iter().map(move |isku| isku.details.cost_price.as_ref().map(part));
    let currency = |isku: &&Isku| isku.details.cost_price.as_ref().map(|money| money.currency().to_owned());
    let rows = Rows::new(writes.engine())
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
        .boolean("quantity_unstated", iskus.iter().map(|isku| isku.unstated == Some(Unstated::Quantity)))
        .bigint("revision", iskus.iter().map(|isku| isku.revision))
        .bigint("create_time_us", iskus.iter().map(|isku| isku.create_time.0))
        .bigint("update_time_us", iskus.iter().map(|isku| isku.update_time.0));
    match write {
        Write::Insert => writes.insert("isku", rows),
        Write::Update => {
            let columns = columns_without(&[Column::Merchant, Column::IskuId, Column::CreateTimeUs]);
            writes.update("isku", rows, Update { key: vec!["isku_id"], columns, guard: &[] });
        }
    }
}

fn write_codes(writes: &mut Writes, codes: &[(&Code, &CodeChange)], write: Write) {
    let rows = Rows::new(writes.engine())
        .text("code", codes.iter().map(|(code, _)| code.as_str()))
        .bigint("isku_id", codes.iter().map(|(_, change)| change.isku_id.0))
        .boolean("alias", codes.iter().map(|(_, change)| change.naming == Naming::Alias))
        .text("near_key", codes.iter().map(|(code, _)| code.near_key().unwrap_or_default()))
        .bigint("near_version", codes.iter().map(|_| near::VERSION));
    match write {
        Write::Insert => writes.insert("isku_code", rows),
        Write::Update => {
            let update = Update { key: vec!["code"], columns: vec!["alias"], guard: &[("isku_id", "isku_id")] };
            writes.update("isku_code", rows, update);
        }
    }
}
