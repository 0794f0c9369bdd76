//! Statements that read reservations.

mod held;
mod list;
mod write;

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use shared::{
    database::{Engine, Rows, Transaction},
    identity::Merchant,
    time::Micros,
};
use uuid::Uuid;

pub(crate) use self::{
    held::{due, due_on, due_units, holders},
    list::{Along, older_than},
    write::{make_room, write},
};
use super::{movement::order, row::Columns};
use crate::domain::{
    isku::IskuId,
    reservation::{Allocation, Component, Item, OrderRef, Reservation, Standing},
};

async fn query(
    transaction: &Transaction,
    merchant: &Merchant,
    sql: String,
    rows: Rows,
) -> Result<Vec<QueryResult>, DbErr> {
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    transaction.query_all_raw(transaction.engine().statement(sql, values)).await
}

/// The reservations that were made for these orders.
pub(crate) async fn ids_of_orders(
    transaction: &Transaction,
    merchant: &Merchant,
    orders: &[OrderRef],
) -> Result<Vec<Uuid>, DbErr> {
    let rows = Rows::new(transaction.engine())
        .text("channel", orders.iter().map(|order| order.channel.as_str()))
        .text("seller_key", orders.iter().map(|order| order.seller_key.as_str()))
        .text("order_id", orders.iter().map(|order| order.order_id.as_str()));
    let sql = format!(
        "SELECT reservation.reservation_id FROM {}",
        rows.each(
            "asked",
            2,
            "reservation",
            "reservation.merchant = $1 AND reservation.channel = asked.channel \
             AND reservation.seller_key = asked.seller_key AND reservation.order_id = asked.order_id"
        )
    );
    query(transaction, merchant, sql, rows).await?.iter().map(|row| row.uuid("reservation_id")).collect()
}

/// Locks reservations, in the order of their ids. On SQLite the writer is alone already.
pub(crate) async fn lock(transaction: &Transaction, merchant: &Merchant, ids: &[Uuid]) -> Result<(), DbErr> {
    if transaction.engine() == Engine::Sqlite {
        return Ok(());
    }
    let rows = Rows::new(Engine::Postgres).uuid("reservation_id", ids.iter().copied());
    let sql = format!(
        "SELECT 1 AS locked FROM {}",
        rows.in_order(
            "asked",
            2,
            "SELECT 1 FROM reservation WHERE merchant = $1 AND reservation_id = asked.reservation_id FOR NO KEY UPDATE"
        )
    );
    query(transaction, merchant, sql, rows).await.map(|_| ())
}

/// The ISKUs of which reservations hold or held units; what a reservation sells never changes.
pub(crate) async fn iskus_of(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: &[Uuid],
) -> Result<Vec<IskuId>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("reservation_id", ids.iter().copied());
    let sql = format!(
        "SELECT DISTINCT reservation_line.isku_id FROM {}",
        rows.each(
            "asked",
            2,
            "reservation_line",
            "reservation_line.merchant = $1 AND reservation_line.reservation_id = asked.reservation_id"
        )
    );
    query(transaction, merchant, sql, rows).await?.iter().map(Columns::isku_id).collect()
}

/// Reservations with their items; consistent under their lock or in a snapshot.
pub(crate) async fn by_ids(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Reservation>, DbErr> {
    let engine = transaction.engine();
    let rows = || Rows::new(engine).uuid("reservation_id", ids.iter().copied());
    let asked = rows();
    let sql = format!(
        "SELECT reservation.* FROM {}",
        asked.each(
            "asked",
            2,
            "reservation",
            "reservation.merchant = $1 AND reservation.reservation_id = asked.reservation_id"
        )
    );
    let mut found = BTreeMap::new();
    for row in query(transaction, merchant, sql, asked).await? {
        let reservation = reservation(&row)?;
        found.insert(reservation.reservation_id, reservation);
    }

    let asked = rows();
    let sql = format!(
        "SELECT reservation_item.*, reservation_line.component_no, reservation_line.isku_id, reservation_line.location_id, \
             reservation_line.per_unit, reservation_line.held AS line_held, reservation_line.shipped AS line_shipped, \
             reservation_line.released AS line_released, isku.code AS isku_code, location.code AS location_code \
         FROM {}{}{}{} \
         ORDER BY reservation_item.reservation_id, reservation_item.item_no, reservation_line.component_no, \
             location.priority, location.location_id",
        asked.each(
            "asked",
            2,
            "reservation_item",
            "reservation_item.merchant = $1 AND reservation_item.reservation_id = asked.reservation_id"
        ),
        engine.probe(
            "reservation_line",
            "reservation_line.merchant = $1 AND reservation_line.reservation_id = reservation_item.reservation_id \
             AND reservation_line.item_no = reservation_item.item_no"
        ),
        engine.probe("isku", "isku.merchant = $1 AND isku.isku_id = reservation_line.isku_id"),
        engine.probe("location", "location.merchant = $1 AND location.location_id = reservation_line.location_id")
    );
    for row in query(transaction, merchant, sql, asked).await? {
        if let Some(reservation) = found.get_mut(&row.uuid("reservation_id")?) {
            add_line(&mut reservation.items, &row)?;
        }
    }
    Ok(found)
}

fn reservation(row: &QueryResult) -> Result<Reservation, DbErr> {
    Ok(Reservation {
        reservation_id: row.uuid("reservation_id")?,
        order: order(row)?,
        items: vec![],
        standing: match row.text("state")?.as_str() {
            "CONFIRMED" => Standing::Confirmed,
            "EXPIRED" => Standing::Expired,
            _ => Standing::Held,
        },
        expire_time: row.opt_bigint("expire_time_us")?.map(Micros),
        create_time: row.micros("create_time_us")?,
        update_time: row.micros("update_time_us")?,
    })
}

/// Adds one line: the lines come item by item, component by component, by location priority.
fn add_line(items: &mut Vec<Item>, row: &QueryResult) -> Result<(), DbErr> {
    let place = usize::try_from(row.bigint("item_no")?).map_err(|error| DbErr::Type(error.to_string()))?;
    if place == items.len() {
        items.push(Item {
            csku: row.code("csku")?,
            mapping_revision: row.bigint("mapping_revision")?,
            ordered: row.bigint("ordered")?,
            quantity: row.bigint("quantity")?,
            short: row.bigint("short")?,
            returned: row.bigint("returned")?,
            components: vec![],
            allocations: vec![],
        });
    }
    let item = items.get_mut(place).ok_or_else(|| DbErr::Type("item_no has a gap".to_owned()))?;
    let isku_id = row.isku_id()?;
    let per_unit = row.bigint("per_unit")?;
    if item.components.last().is_none_or(|component| component.isku_id != isku_id) {
        item.components.push(Component { isku_id, isku_code: row.code("isku_code")?, quantity: per_unit });
    }
    // Each component has the same units of the listing at the same locations: the first one tells them.
    if item.components.len() == 1 {
        let units = |column| {
            let units = row.bigint(column)?.checked_div(per_unit);
            units.ok_or_else(|| DbErr::Type("per_unit is zero".to_owned()))
        };
        item.allocations.push(Allocation {
            location_id: row.location_id()?,
            location: row.code("location_code")?,
            held: units("line_held")?,
            shipped: units("line_shipped")?,
            released: units("line_released")?,
        });
    }
    Ok(())
}
