//! Statements that write reservations.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, Value};
use shared::{
    database::{Engine, Rows, Transaction},
    identity::Merchant,
};
use uuid::Uuid;

use crate::domain::{
    changes::{Rewrite, Write},
    reservation::{Allocation, Component, Item, Reservation, State},
};
use crate::storage::changes::execute;

struct ItemRow<'a> {
    reservation: &'a Reservation,
    item_no: i64,
    item: &'a Item,
}

struct LineRow<'a> {
    reservation: &'a Reservation,
    item_no: i64,
    component_no: i64,
    component: &'a Component,
    allocation: &'a Allocation,
}

/// Writes new and changed reservations; an order that somebody else has reserved means that the facts were overtaken.
pub(crate) async fn write(
    transaction: &Transaction,
    merchant: &Merchant,
    reservations: &BTreeMap<Uuid, (Rewrite, Reservation)>,
) -> Result<(), DbErr> {
    for rewrite in [Rewrite::Insert, Rewrite::Update, Rewrite::Replace] {
        let chosen: Vec<&Reservation> =
            reservations.values().filter(|(own, _)| *own == rewrite).map(|(_, reservation)| reservation).collect();
        if chosen.is_empty() {
            continue;
        }
        let head = if rewrite == Rewrite::Insert { Write::Insert } else { Write::Update };
        write_heads(transaction, merchant, &chosen, head).await?;
        if rewrite == Rewrite::Replace {
            remove_items(transaction, merchant, &chosen).await?;
        }
        let parts = if rewrite == Rewrite::Update { Write::Update } else { Write::Insert };
        let items: Vec<ItemRow<'_>> = chosen.iter().flat_map(|reservation| item_rows(reservation)).collect();
        write_items(transaction, merchant, &items, parts).await?;
        let lines: Vec<LineRow<'_>> = items.iter().flat_map(line_rows).collect();
        write_lines(transaction, merchant, &lines, parts).await?;
    }
    Ok(())
}

/// Removes what reservations consist of, to be written anew.
async fn remove_items(
    transaction: &Transaction,
    merchant: &Merchant,
    reservations: &[&Reservation],
) -> Result<(), DbErr> {
    let engine = transaction.engine();
    for part in ["reservation_line", "reservation_item"] {
        let rows = Rows::new(engine).uuid("reservation_id", reservations.iter().map(|own| own.reservation_id));
        let sql = format!(
            "DELETE FROM {part} WHERE merchant = $1 AND reservation_id IN (SELECT reservation_id FROM {})",
            rows.table("gone", 2)
        );
        let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
        transaction.execute_raw(engine.statement(sql, values)).await?;
    }
    Ok(())
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn item_rows(reservation: &Reservation) -> impl Iterator<Item = ItemRow<'_>> {
    let row = move |(place, item)| ItemRow { reservation, item_no: number(place), item };
    reservation.items.iter().enumerate().map(row)
}

fn line_rows<'a>(row: &ItemRow<'a>) -> impl Iterator<Item = LineRow<'a>> + use<'a> {
    let ItemRow { reservation, item_no, item } = *row;
    item.components.iter().enumerate().flat_map(move |(place, component)| {
        let line =
            move |allocation| LineRow { reservation, item_no, component_no: number(place), component, allocation };
        item.allocations.iter().map(line)
    })
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
        .opt_bigint("expire_time_us", reservations.iter().map(|r| r.expire_time.map(|time| time.0)))
        .boolean("short", reservations.iter().map(|r| r.is_short()))
        .bigint("create_time_us", reservations.iter().map(|r| r.create_time.0))
        .bigint("update_time_us", reservations.iter().map(|r| r.update_time.0));
    let table = rows.table("new", 2);
    let columns = "reservation_id, channel, seller_id, seller_key, order_id, state, expire_time_us, short, \
                   create_time_us, update_time_us";
    let sql = match write {
        Write::Insert => format!(
            "INSERT INTO reservation (merchant, {columns}) SELECT $1, {columns} FROM {table} WHERE true \
             ON CONFLICT (merchant, channel, seller_key, order_id) DO NOTHING"
        ),
        Write::Update => format!(
            "UPDATE reservation SET state = new.state, expire_time_us = new.expire_time_us, short = new.short, \
                 update_time_us = new.update_time_us FROM {table} \
             WHERE reservation.merchant = $1 AND reservation.reservation_id = new.reservation_id{}",
            of_written(transaction, "reservation", &rows)
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
        .uuid("reservation_id", items.iter().map(|row| row.reservation.reservation_id))
        .bigint("item_no", items.iter().map(|row| row.item_no))
        .text("csku", items.iter().map(|row| row.item.csku.as_str()))
        .bigint("mapping_revision", items.iter().map(|row| row.item.mapping_revision))
        .bigint("ordered", items.iter().map(|row| row.item.ordered))
        .bigint("quantity", items.iter().map(|row| row.item.quantity))
        .bigint("short", items.iter().map(|row| row.item.short))
        .bigint("returned", items.iter().map(|row| row.item.returned))
        .bigint("held", items.iter().map(|row| row.item.held()))
        .bigint("shipped", items.iter().map(|row| row.item.shipped()))
        .bigint("released", items.iter().map(|row| row.item.released()));
    let table = rows.table("new", 2);
    let columns = "reservation_id, item_no, csku, mapping_revision, ordered, quantity, short, returned, held, shipped, \
                   released";
    let sql = match write {
        Write::Insert => {
            format!("INSERT INTO reservation_item (merchant, {columns}) SELECT $1, {columns} FROM {table}")
        }
        Write::Update => format!(
            "UPDATE reservation_item SET quantity = new.quantity, short = new.short, returned = new.returned, \
                 held = new.held, shipped = new.shipped, released = new.released FROM {table} \
             WHERE reservation_item.merchant = $1 AND reservation_item.reservation_id = new.reservation_id \
             AND reservation_item.item_no = new.item_no{}",
            of_written(transaction, "reservation_item", &rows)
        ),
    };
    execute(transaction, merchant, sql, rows, items.len()).await
}

/// Lets SQLite look only at the reservations that are written: it would walk along all of the merchant's instead.
fn of_written(transaction: &Transaction, part: &str, rows: &Rows) -> String {
    match transaction.engine() {
        Engine::Postgres => String::new(),
        Engine::Sqlite => {
            format!(" AND {part}.reservation_id IN (SELECT reservation_id FROM {})", rows.table("written", 2))
        }
    }
}

/// When the lines of a reservation are due; only while it is held.
fn due(reservation: &Reservation) -> Option<i64> {
    reservation.expire_time.filter(|_| reservation.state() == State::Held).map(|time| time.0)
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
        .uuid("reservation_id", lines.iter().map(|row| row.reservation.reservation_id))
        .bigint("item_no", lines.iter().map(|row| row.item_no))
        .bigint("component_no", lines.iter().map(|row| row.component_no))
        .bigint("location_id", lines.iter().map(|row| row.allocation.location_id.0))
        .bigint("isku_id", lines.iter().map(|row| row.component.isku_id.0))
        .bigint("per_unit", lines.iter().map(|row| row.component.quantity))
        .opt_bigint("expire_time_us", lines.iter().map(|row| due(row.reservation)))
        .bigint("held", units(|allocation| allocation.held))
        .bigint("shipped", units(|allocation| allocation.shipped))
        .bigint("released", units(|allocation| allocation.released));
    let table = rows.table("new", 2);
    let columns = "reservation_id, item_no, component_no, location_id, isku_id, per_unit, expire_time_us, held, shipped, \
                   released";
    let sql = match write {
        Write::Insert => {
            format!("INSERT INTO reservation_line (merchant, {columns}) SELECT $1, {columns} FROM {table}")
        }
        Write::Update => format!(
            "UPDATE reservation_line SET expire_time_us = new.expire_time_us, held = new.held, shipped = new.shipped, \
                 released = new.released FROM {table} \
             WHERE reservation_line.merchant = $1 AND reservation_line.reservation_id = new.reservation_id \
             AND reservation_line.item_no = new.item_no AND reservation_line.component_no = new.component_no \
             AND reservation_line.location_id = new.location_id{}",
            of_written(transaction, "reservation_line", &rows)
        ),
    };
    execute(transaction, merchant, sql, rows, lines.len()).await
}
