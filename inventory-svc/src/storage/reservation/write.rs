//! Statements that write reservations.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, Value};
use shared::{
    database::{Rows, Transaction, overtaken},
    identity::Merchant,
};
use uuid::Uuid;

use crate::domain::{
    reservation::{Allocation, Component, Item, Reservation},
    stock::Write,
};

struct ItemRow<'a> {
    reservation_id: Uuid,
    item_no: i64,
    item: &'a Item,
}

struct LineRow<'a> {
    reservation_id: Uuid,
    item_no: i64,
    component_no: i64,
    component: &'a Component,
    allocation: &'a Allocation,
}

/// Writes new and changed reservations; an order that somebody else has reserved means that the facts were overtaken.
pub(crate) async fn write(
    transaction: &Transaction,
    merchant: &Merchant,
    reservations: &BTreeMap<Uuid, (Write, Reservation)>,
) -> Result<(), DbErr> {
    for write in [Write::Insert, Write::Update] {
        let chosen: Vec<&Reservation> =
            reservations.values().filter(|(own, _)| *own == write).map(|(_, reservation)| reservation).collect();
        if chosen.is_empty() {
            continue;
        }
        write_heads(transaction, merchant, &chosen, write).await?;
        let items: Vec<ItemRow<'_>> = chosen.iter().flat_map(|reservation| item_rows(reservation)).collect();
        write_items(transaction, merchant, &items, write).await?;
        let lines: Vec<LineRow<'_>> = items.iter().flat_map(line_rows).collect();
        write_lines(transaction, merchant, &lines, write).await?;
    }
    Ok(())
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn item_rows(reservation: &Reservation) -> impl Iterator<Item = ItemRow<'_>> {
    let reservation_id = reservation.reservation_id;
    let row = move |(place, item)| ItemRow { reservation_id, item_no: number(place), item };
    reservation.items.iter().enumerate().map(row)
}

fn line_rows<'a>(row: &ItemRow<'a>) -> impl Iterator<Item = LineRow<'a>> + use<'a> {
    let ItemRow { reservation_id, item_no, item } = *row;
    item.components.iter().enumerate().flat_map(move |(place, component)| {
        let line =
            move |allocation| LineRow { reservation_id, item_no, component_no: number(place), component, allocation };
        item.allocations.iter().map(line)
    })
}

/// Runs a statement that must touch one row for each that was sent.
async fn execute(
    transaction: &Transaction,
    merchant: &Merchant,
    sql: String,
    rows: Rows,
    sent: usize,
) -> Result<(), DbErr> {
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    let written = transaction.execute_raw(transaction.engine().statement(sql, values)).await?;
    if written.rows_affected() == sent as u64 { Ok(()) } else { Err(overtaken()) }
}

async fn write_heads(
    transaction: &Transaction,
    merchant: &Merchant,
    reservations: &[&Reservation],
    write: Write,
) -> Result<(), DbErr> {
    let rows = Rows::new(transaction.engine())
        .uuid("reservation_id", reservations.iter().map(|r| r.reservation_id))
        .text("channel", reservations.iter().map(|r| r.order.channel.as_str()))
        .text("seller_id", reservations.iter().map(|r| r.order.seller_id.as_received()))
        .text("seller_key", reservations.iter().map(|r| r.order.seller_id.key()))
        .text("order_id", reservations.iter().map(|r| r.order.order_id.as_str()))
        .text("state", reservations.iter().map(|r| r.state().as_str()))
        .bigint("create_time_us", reservations.iter().map(|r| r.create_time.0))
        .bigint("update_time_us", reservations.iter().map(|r| r.update_time.0));
    let table = rows.table("new", 2);
    let columns = "reservation_id, channel, seller_id, seller_key, order_id, state, create_time_us, update_time_us";
    let sql = match write {
        Write::Insert => format!(
            "INSERT INTO reservation (merchant, {columns}) SELECT $1, {columns} FROM {table} WHERE true \
             ON CONFLICT (merchant, channel, seller_key, order_id) DO NOTHING"
        ),
        Write::Update => format!(
            "UPDATE reservation SET state = new.state, update_time_us = new.update_time_us FROM {table} \
             WHERE reservation.merchant = $1 AND reservation.reservation_id = new.reservation_id"
        ),
    };
    execute(transaction, merchant, sql, rows, reservations.len()).await
}

async fn write_items(
    transaction: &Transaction,
    merchant: &Merchant,
    items: &[ItemRow<'_>],
    write: Write,
) -> Result<(), DbErr> {
    let rows = Rows::new(transaction.engine())
        .uuid("reservation_id", items.iter().map(|row| row.reservation_id))
        .bigint("item_no", items.iter().map(|row| row.item_no))
        .text("csku", items.iter().map(|row| row.item.csku.as_str()))
        .bigint("mapping_revision", items.iter().map(|row| row.item.mapping_revision))
        .bigint("quantity", items.iter().map(|row| row.item.quantity))
        .bigint("held", items.iter().map(|row| row.item.held()))
        .bigint("shipped", items.iter().map(|row| row.item.shipped()))
        .bigint("released", items.iter().map(|row| row.item.released()));
    let table = rows.table("new", 2);
    let columns = "reservation_id, item_no, csku, mapping_revision, quantity, held, shipped, released";
    let sql = match write {
        Write::Insert => {
            format!("INSERT INTO reservation_item (merchant, {columns}) SELECT $1, {columns} FROM {table}")
        }
        Write::Update => format!(
            "UPDATE reservation_item SET held = new.held, shipped = new.shipped, released = new.released FROM {table} \
             WHERE reservation_item.merchant = $1 AND reservation_item.reservation_id = new.reservation_id \
             AND reservation_item.item_no = new.item_no"
        ),
    };
    execute(transaction, merchant, sql, rows, items.len()).await
}

async fn write_lines(
    transaction: &Transaction,
    merchant: &Merchant,
    lines: &[LineRow<'_>],
    write: Write,
) -> Result<(), DbErr> {
    // Units of the listing times units in one: each at most what was reserved, which was checked.
    let units = |of: fn(&Allocation) -> i64| {
        lines.iter().map(move |row| of(row.allocation).saturating_mul(row.component.quantity))
    };
    let rows = Rows::new(transaction.engine())
        .uuid("reservation_id", lines.iter().map(|row| row.reservation_id))
        .bigint("item_no", lines.iter().map(|row| row.item_no))
        .bigint("component_no", lines.iter().map(|row| row.component_no))
        .bigint("location_id", lines.iter().map(|row| row.allocation.location_id.0))
        .bigint("isku_id", lines.iter().map(|row| row.component.isku_id.0))
        .bigint("per_unit", lines.iter().map(|row| row.component.quantity))
        .bigint("held", units(|allocation| allocation.held))
        .bigint("shipped", units(|allocation| allocation.shipped))
        .bigint("released", units(|allocation| allocation.released));
    let table = rows.table("new", 2);
    let columns = "reservation_id, item_no, component_no, location_id, isku_id, per_unit, held, shipped, released";
    let sql = match write {
        Write::Insert => {
            format!("INSERT INTO reservation_line (merchant, {columns}) SELECT $1, {columns} FROM {table}")
        }
        Write::Update => format!(
            "UPDATE reservation_line SET held = new.held, shipped = new.shipped, released = new.released FROM {table} \
             WHERE reservation_line.merchant = $1 AND reservation_line.reservation_id = new.reservation_id \
             AND reservation_line.item_no = new.item_no AND reservation_line.component_no = new.component_no \
             AND reservation_line.location_id = new.location_id"
        ),
    };
    execute(transaction, merchant, sql, rows, lines.len()).await
}
