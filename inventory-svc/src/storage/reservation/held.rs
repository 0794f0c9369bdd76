//! Statements about who holds units, and until when.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, Value};
use shared::{
    database::{Database, Engine, Rows, Transaction},
    identity::Merchant,
};
use uuid::Uuid;

use crate::{
    domain::{
        isku::IskuId,
        stock::{Due, StockKey},
    },
    storage::{row::Columns, stock::key},
};

/// What holds units of an ISKU that is asked for although it is due. The clock is read once: only so is it a bound of the index.
fn is_due(engine: Engine) -> String {
    format!(
        "reservation_line.merchant = $1 AND reservation_line.isku_id = asked.isku_id AND reservation_line.held > 0 \
         AND reservation_line.expire_time_us <= (SELECT {})",
        engine.clock_us()
    )
}

/// The reservations that are due now and hold one of these ISKUs, the longest due first; at most `limit` lines are looked at.
///
/// Also tells whether these are all.
pub(crate) async fn due_on(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: impl IntoIterator<Item = IskuId>,
    limit: i64,
) -> Result<(Vec<Uuid>, bool), DbErr> {
    let engine = transaction.engine();
    let rows = Rows::new(engine).bigint("isku_id", ids.into_iter().map(|id| id.0));
    let sql = format!(
        "SELECT reservation_line.reservation_id FROM {} ORDER BY reservation_line.expire_time_us LIMIT $2",
        rows.each("asked", 3, "reservation_line", &is_due(engine))
    );
    let values = [Value::from(merchant.as_str()), limit.into()].into_iter().chain(rows.values());
    let found = transaction.query_all_raw(engine.statement(sql, values)).await?;
    let is_whole = i64::try_from(found.len()).is_ok_and(|found| found < limit);
    let mut due = found.iter().map(|row| row.uuid("reservation_id")).collect::<Result<Vec<_>, DbErr>>()?;
    due.sort_unstable();
    due.dedup();
    Ok((due, is_whole))
}

/// What is due of these ISKUs: free although their rows still say that it is reserved. Each line is given back by a movement of its own.
pub(crate) async fn due_units(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: impl IntoIterator<Item = IskuId>,
) -> Result<BTreeMap<StockKey, Due>, DbErr> {
    let engine = transaction.engine();
    let rows = Rows::new(engine).bigint("isku_id", ids.into_iter().map(|id| id.0));
    let sql = format!(
        "SELECT reservation_line.isku_id, reservation_line.location_id, CAST(sum(reservation_line.held) AS BIGINT) AS held, \
             count(*) AS lines \
         FROM {} GROUP BY reservation_line.isku_id, reservation_line.location_id",
        rows.each("asked", 2, "reservation_line", &is_due(engine))
    );
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    let found = transaction.query_all_raw(engine.statement(sql, values)).await?;
    found
        .iter()
        .map(|row| Ok((key(row)?, Due { units: row.bigint("held")?, movements: row.bigint("lines")? })))
        .collect()
}

/// Who holds units of stock rows, the newest first; at most `limit` of each row.
pub(crate) async fn holders(
    transaction: &Transaction,
    merchant: &Merchant,
    keys: impl IntoIterator<Item = StockKey>,
    limit: i64,
) -> Result<BTreeMap<StockKey, Vec<Uuid>>, DbErr> {
    let engine = transaction.engine();
    let keys: Vec<StockKey> = keys.into_iter().collect();
    let rows = Rows::new(engine)
        .bigint("isku_id", keys.iter().map(|key| key.isku_id.0))
        .bigint("location_id", keys.iter().map(|key| key.location_id.0));
    let sql = format!(
        "SELECT isku_id, location_id, reservation_id FROM (SELECT held.*, \
             row_number() OVER (PARTITION BY isku_id, location_id ORDER BY reservation_id DESC) AS place \
         FROM (SELECT DISTINCT reservation_line.isku_id, reservation_line.location_id, \
                   reservation_line.reservation_id FROM {}) AS held) AS ranked \
         WHERE place <= $2 ORDER BY isku_id, location_id, place",
        rows.each(
            "asked",
            3,
            "reservation_line",
            "reservation_line.merchant = $1 AND reservation_line.isku_id = asked.isku_id \
             AND reservation_line.location_id = asked.location_id AND reservation_line.held > 0"
        )
    );
    let values = [Value::from(merchant.as_str()), limit.into()].into_iter().chain(rows.values());
    let mut holders: BTreeMap<StockKey, Vec<Uuid>> = keys.into_iter().map(|key| (key, vec![])).collect();
    for row in transaction.query_all_raw(engine.statement(sql, values)).await? {
        holders.entry(key(&row)?).or_default().push(row.uuid("reservation_id")?);
    }
    Ok(holders)
}

/// The reservations of all merchants that are due now, the longest due first, with how long ago that was in microseconds.
pub(crate) async fn due(database: &Database, limit: i64) -> Result<Vec<(Merchant, Uuid, i64)>, DbErr> {
    let clock = database.engine().clock_us();
    let sql = format!(
        "SELECT merchant, reservation_id, {clock} - expire_time_us AS late_us FROM reservation \
         WHERE state = 'HELD' AND expire_time_us <= (SELECT {clock}) ORDER BY expire_time_us LIMIT $1"
    );
    let rows = database.reader().query_all_raw(database.engine().statement(sql, [limit.into()])).await?;
    let due = |row: &sea_orm::QueryResult| {
        Ok((row.parsed("merchant", Merchant::parse)?, row.uuid("reservation_id")?, row.bigint("late_us")?))
    };
    rows.iter().map(due).collect()
}
