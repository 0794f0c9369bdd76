//! Statements about locations.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr};
use shared::{
    database::{Engine, Rows, Transaction, Writes},
    identity::Merchant,
};

use super::row::Columns;
use crate::domain::{
    changes::Write,
    location::{DEFAULT_CODE, Location, LocationDetails, LocationId, Selling},
};

/// All of a merchant's locations, by priority.
pub(crate) async fn all(transaction: &Transaction, merchant: &Merchant) -> Result<Vec<Location>, DbErr> {
    let sql = "SELECT location_id, code, display_name, sellable, priority, revision FROM location WHERE merchant = $1 \
               ORDER BY priority, location_id";
    let statement = transaction.engine().statement(sql, [merchant.as_str().into()]);
    let rows = transaction.query_all_raw(statement).await?;
    let location = |row: &sea_orm::QueryResult| {
        Ok(Location {
            location_id: row.location_id()?,
            code: row.code("code")?,
            details: LocationDetails {
                display_name: row.opt_text("display_name")?,
                selling: selling(row.boolean("sellable")?),
                priority: row.bigint("priority")?,
            },
            revision: row.bigint("revision")?,
        })
    };
    rows.iter().map(location).collect()
}

/// The column `sellable` as the domain says it.
pub(super) fn selling(sellable: bool) -> Selling {
    if sellable { Selling::Sellable } else { Selling::Unsellable }
}

/// Writes new and changed locations, under the merchant's lock.
pub(crate) fn write(writes: &mut Writes, locations: &BTreeMap<LocationId, (Write, Location)>) {
    let engine = writes.engine();
    for write in [Write::Insert, Write::Update] {
        let chosen: Vec<&Location> =
            locations.values().filter(|(own, _)| *own == write).map(|(_, location)| location).collect();
        let rows = Rows::new(engine)
            .bigint("location_id", chosen.iter().map(|own| own.location_id.0))
            .text("code", chosen.iter().map(|own| own.code.as_str()))
            .opt_text("display_name", chosen.iter().map(|own| own.details.display_name.as_deref()))
            .boolean("sellable", chosen.iter().map(|own| own.details.selling == Selling::Sellable))
            .bigint("priority", chosen.iter().map(|own| own.details.priority))
            .bigint("revision", chosen.iter().map(|own| own.revision));
        let columns = ["display_name", "sellable", "priority", "revision"];
        writes.add(rows, |rows, first| match write {
            Write::Insert => {
                let columns = format!("location_id, code, {}", columns.join(", "));
                let table = rows.table("new", first);
                format!("INSERT INTO location (merchant, {columns}) SELECT $1, {columns} FROM {table}")
            }
            Write::Update => rows.update(first, "location", &["location_id"], &columns, ""),
        });
    }
}

/// Makes the merchant's row and its location `default` unless they are there, and locks the row.
///
/// Returns how many ISKUs the merchant has created.
pub(crate) async fn lock_merchant(transaction: &Transaction, merchant: &Merchant) -> Result<i64, DbErr> {
    let engine = transaction.engine();
    // A merchant that is made again after a restore is in another epoch than the one that was lost.
    let insert = format!(
        "INSERT INTO merchant (merchant, isku_count, location_count, epoch) VALUES ($1, 0, 1, {}) ON CONFLICT DO NOTHING",
        engine.clock_us()
    );
    transaction.execute_raw(engine.statement(insert, [merchant.as_str().into()])).await?;
    let insert = "INSERT INTO location (merchant, location_id, code, sellable, priority) VALUES ($1, $2, $3, true, 0) \
                  ON CONFLICT DO NOTHING";
    let values = [merchant.as_str().into(), LocationId::DEFAULT.0.into(), DEFAULT_CODE.into()];
    transaction.execute_raw(engine.statement(insert, values)).await?;
    let select = match engine {
        Engine::Postgres => "SELECT isku_count FROM merchant WHERE merchant = $1 FOR NO KEY UPDATE",
        Engine::Sqlite => "SELECT isku_count FROM merchant WHERE merchant = $1",
    };
    let row = transaction.query_one_raw(engine.statement(select, [merchant.as_str().into()])).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("merchant".to_owned()))?.bigint("isku_count")
}
