//! Statements about stock rows.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, Value};
use shared::{
    database::{Engine, Rows, Transaction, overtaken},
    identity::Merchant,
};

use super::row::Columns;
use crate::{
    domain::{
        changes::{StockChange, Write},
        isku::IskuId,
        stock::{Quantities, StockKey},
    },
    planted::{self, Bug},
};

fn of_iskus(engine: Engine, ids: impl IntoIterator<Item = IskuId>) -> Rows {
    Rows::new(engine).bigint("isku_id", ids.into_iter().map(|id| id.0))
}

/// Locks all stock rows of these ISKUs, in the order of their keys. On SQLite the writer is alone already.
pub(crate) async fn lock(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: impl IntoIterator<Item = IskuId>,
) -> Result<(), DbErr> {
    let engine = transaction.engine();
    if engine == Engine::Sqlite || planted::has(Bug::CheckApartFromWrite) {
        return Ok(());
    }
    let order = if planted::has(Bug::UnsortedLocks) { "random()" } else { "isku_id, location_id" };
    let rows = of_iskus(engine, ids);
    let sql = format!(
        "SELECT 1 AS locked FROM stock WHERE merchant = $1 AND isku_id IN (SELECT isku_id FROM {}) \
         ORDER BY {order} FOR NO KEY UPDATE",
        rows.table("asked", 2)
    );
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    transaction.query_all_raw(engine.statement(sql, values)).await.map(|_| ())
}

/// Makes stock rows that are not there yet, with nothing in them.
pub(crate) async fn open(transaction: &Transaction, merchant: &Merchant, keys: &[StockKey]) -> Result<(), DbErr> {
    let engine = transaction.engine();
    let rows = Rows::new(engine)
        .bigint("isku_id", keys.iter().map(|key| key.isku_id.0))
        .bigint("location_id", keys.iter().map(|key| key.location_id.0));
    let sql = format!(
        "INSERT INTO stock (merchant, isku_id, location_id, on_hand, reserved, sequence) \
         SELECT $1, isku_id, location_id, 0, 0, 0 FROM {} WHERE true ORDER BY isku_id, location_id ON CONFLICT DO NOTHING",
        rows.table("new", 2)
    );
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    transaction.execute_raw(engine.statement(sql, values)).await.map(|_| ())
}

/// The stock rows of these ISKUs, at all locations.
pub(crate) async fn of(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: impl IntoIterator<Item = IskuId>,
) -> Result<BTreeMap<StockKey, Quantities>, DbErr> {
    let engine = transaction.engine();
    let rows = of_iskus(engine, ids);
    let sql = format!(
        "SELECT stock.isku_id, stock.location_id, stock.on_hand, stock.reserved, stock.sequence FROM {} \
         CROSS JOIN stock WHERE stock.merchant = $1 AND stock.isku_id = asked.isku_id",
        rows.table("asked", 2)
    );
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    let found = transaction.query_all_raw(engine.statement(sql, values)).await?;
    found.iter().map(|row| Ok((key(row)?, quantities(row)?))).collect()
}

pub(in crate::storage) fn key(row: &sea_orm::QueryResult) -> Result<StockKey, DbErr> {
    Ok(StockKey { isku_id: row.isku_id()?, location_id: row.location_id()? })
}

pub(super) fn quantities(row: &sea_orm::QueryResult) -> Result<Quantities, DbErr> {
    Ok(Quantities {
        on_hand: row.bigint("on_hand")?,
        reserved: row.bigint("reserved")?,
        sequence: row.bigint("sequence")?,
    })
}

/// Writes new quantities; a row that is not as the decision found it means that the facts were overtaken.
pub(crate) async fn write(
    transaction: &Transaction,
    merchant: &Merchant,
    changes: &BTreeMap<StockKey, StockChange>,
) -> Result<(), DbErr> {
    let engine = transaction.engine();
    for write in [Write::Update, Write::Insert] {
        let changed: Vec<_> = changes.iter().filter(|(_, change)| change.write == write).collect();
        if changed.is_empty() {
            continue;
        }
        let rows = Rows::new(engine)
            .bigint("isku_id", changed.iter().map(|(key, _)| key.isku_id.0))
            .bigint("location_id", changed.iter().map(|(key, _)| key.location_id.0))
            .bigint("on_hand", changed.iter().map(|(_, change)| change.after.on_hand))
            .bigint("reserved", changed.iter().map(|(_, change)| change.after.reserved))
            .bigint("sequence", changed.iter().map(|(_, change)| change.after.sequence))
            .bigint("sequence_before", changed.iter().map(|(_, change)| change.sequence_before));
        let table = rows.table("new", 2);
        let guard =
            if planted::has(Bug::CheckApartFromWrite) { "true" } else { "stock.sequence = new.sequence_before" };
        let sql = match write {
            Write::Update => format!(
                "UPDATE stock SET on_hand = new.on_hand, reserved = new.reserved, sequence = new.sequence FROM {table} \
                 WHERE stock.merchant = $1 AND stock.isku_id = new.isku_id AND stock.location_id = new.location_id \
                 AND {guard}"
            ),
            Write::Insert => format!(
                "INSERT INTO stock (merchant, isku_id, location_id, on_hand, reserved, sequence) \
                 SELECT $1, isku_id, location_id, on_hand, reserved, sequence FROM {table} \
                 WHERE sequence_before = 0 ON CONFLICT DO NOTHING"
            ),
        };
        let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
        let written = transaction.execute_raw(engine.statement(sql, values)).await?;
        if written.rows_affected() != changed.len() as u64 {
            return Err(overtaken());
        }
    }
    Ok(())
}
