//! Statements that write reservations.

use std::collections::BTreeMap;

use shared::database::{Rows, Update, Writes};
use uuid::Uuid;

use crate::{
    domain::{
        changes::{Rewrite, Write},
        reservation::{Allocation, Component, Item, OrderRef, Reservation, State},
    },
    storage::digest::{ITEM, LINE, RESERVATION},
};

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
pub(crate) fn write(writes: &mut Writes, reservations: &BTreeMap<Uuid, (Rewrite, Reservation)>) {
    for rewrite in [Rewrite::Insert, Rewrite::Update, Rewrite::Replace] {
        let mut chosen = rewritten(reservations, rewrite);
        // Two replicas that reserve the same orders meet at the first of them.
        chosen.sort_by_cached_key(|reservation| OrderRef::from(&reservation.order));
        write_heads(writes, &chosen, if rewrite == Rewrite::Insert { Write::Insert } else { Write::Update });
        let parts = if rewrite == Rewrite::Update { Write::Update } else { Write::Insert };
        let items: Vec<ItemRow<'_>> = chosen.iter().flat_map(|reservation| item_rows(reservation)).collect();
        write_items(writes, &items, parts);
        let lines: Vec<LineRow<'_>> = items.iter().flat_map(line_rows).collect();
        write_lines(writes, &lines, parts);
    }
}

/// Removes what reservations consist of that is to be written anew.
pub(crate) fn make_room(writes: &mut Writes, reservations: &BTreeMap<Uuid, (Rewrite, Reservation)>) {
    let chosen = rewritten(reservations, Rewrite::Replace);
    for part in ["reservation_line", "reservation_item"] {
        let ids = chosen.iter().map(|reservation| reservation.reservation_id);
        let rows = Rows::new(writes.engine()).uuid("reservation_id", ids);
        writes.delete(part, rows, &["reservation_id"]);
    }
}

fn rewritten(reservations: &BTreeMap<Uuid, (Rewrite, Reservation)>, rewrite: Rewrite) -> Vec<&Reservation> {
    reservations.values().filter(|(own, _)| *own == rewrite).map(|(_, reservation)| reservation).collect()
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

fn write_rows(
    writes: &mut Writes,
    table: &'static str,
    rows: Rows,
    write: Write,
    key: &[&'static str],
    changing: &[&'static str],
) {
    match write {
        Write::Insert => writes.insert(table, rows),
        Write::Update => {
            writes.update(table, rows, Update { key: key.to_vec(), columns: changing.to_vec(), guard: &[] })
        }
    }
}

fn write_heads(writes: &mut Writes, reservations: &[&Reservation], write: Write) {
    let rows = Rows::new(writes.engine())
        .uuid("reservation_id", reservations.iter().map(|r| r.reservation_id))
        .text("channel", reservations.iter().map(|r| r.order.channel.as_str()))
        .text("seller_id", reservations.iter().map(|r| r.order.seller_id.as_received()))
        .text("seller_key", reservations.iter().map(|r| r.order.seller_id.key()))
        .text("order_id", reservations.iter().map(|r| r.order.order_id.as_str()))
        .text("state", reservations.iter().map(|r| r.state().as_str()))
        .opt_bigint("expire_time_us", reservations.iter().map(|r| r.expire_time.map(|time| time.0)))
        .boolean("short", reservations.iter().map(|r| r.is_short()))
        .bigint("create_time_us", reservations.iter().map(|r| r.create_time.0))
        .bigint("update_time_us", reservations.iter().map(|r| r.update_time.0))
        .unstored("items", reservations.iter().map(|r| number(r.items.len())))
        .digested(writes.merchant(), RESERVATION.table);
    let columns = ["state", "expire_time_us", "short", "update_time_us", "digest"];
    write_rows(writes, "reservation", rows, write, &["reservation_id"], &columns);
}

fn write_items(writes: &mut Writes, items: &[ItemRow<'_>], write: Write) {
    let rows = Rows::new(writes.engine())
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
        .bigint("released", items.iter().map(|row| row.item.released()))
        .unstored("lines", items.iter().map(|row| number(line_rows(row).count())))
        .digested(writes.merchant(), ITEM.table);
    let columns = ["quantity", "short", "returned", "held", "shipped", "released", "digest"];
    write_rows(writes, "reservation_item", rows, write, &["reservation_id", "item_no"], &columns);
}

/// When the lines of a reservation are due; only while it is held.
fn due(reservation: &Reservation) -> Option<i64> {
    reservation.expire_time.filter(|_| reservation.state() == State::Held).map(|time| time.0)
}

fn write_lines(writes: &mut Writes, lines: &[LineRow<'_>], write: Write) {
    // Units of the listing times units in one: each at most what was reserved, which was checked.
    let units = |of: fn(&Allocation) -> i64| {
        lines.iter().map(move |row| of(row.allocation).saturating_mul(row.component.quantity))
    };
    let rows = Rows::new(writes.engine())
        .uuid("reservation_id", lines.iter().map(|row| row.reservation.reservation_id))
        .bigint("item_no", lines.iter().map(|row| row.item_no))
        .bigint("component_no", lines.iter().map(|row| row.component_no))
        .bigint("location_id", lines.iter().map(|row| row.allocation.location_id.0))
        .bigint("isku_id", lines.iter().map(|row| row.component.isku_id.0))
        .bigint("per_unit", lines.iter().map(|row| row.component.quantity))
        .opt_bigint("expire_time_us", lines.iter().map(|row| due(row.reservation)))
        .bigint("held", units(|allocation| allocation.held))
        .bigint("shipped", units(|allocation| allocation.shipped))
        .bigint("released", units(|allocation| allocation.released))
        .digested(writes.merchant(), LINE.table);
    let columns = ["expire_time_us", "held", "shipped", "released", "digest"];
    let key = ["reservation_id", "item_no", "component_no", "location_id"];
    write_rows(writes, "reservation_line", rows, write, &key, &columns);
}
