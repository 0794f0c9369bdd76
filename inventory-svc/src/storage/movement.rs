//! Statements about the ledger.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use shared::{
    database::{Rows, Transaction, Writes},
    identity::{Channel, Merchant, OrderId, OrderKey, SellerId},
    time::Micros,
};
use uuid::Uuid;

use super::{digest::MOVEMENT, row::Columns};
use crate::domain::{
    isku::IskuId,
    location::LocationId,
    movement::{Cause, Kind, Movement, Reason},
};

/// Appends to the ledger, all in one batch.
pub(crate) fn insert(writes: &mut Writes, movements: &[Movement], batch: Option<i64>) -> Result<(), DbErr> {
    if movements.is_empty() {
        return Ok(());
    }
    let batch = batch.ok_or_else(|| DbErr::RecordNotFound(format!("merchant {}", writes.merchant().as_str())))?;
    let engine = writes.engine();
    let cause = |of: fn(&Cause) -> String| movements.iter().map(move |row| row.reservation.as_ref().map(of));
    let rows = Rows::new(engine)
        .bigint("isku_id", movements.iter().map(|row| row.isku_id.0))
        .bigint("location_id", movements.iter().map(|row| row.location_id.0))
        .bigint("sequence", movements.iter().map(|row| row.sequence))
        .text("kind", movements.iter().map(|row| row.kind.as_str()))
        .bigint("on_hand_delta", movements.iter().map(|row| row.on_hand_delta))
        .bigint("reserved_delta", movements.iter().map(|row| row.reserved_delta))
        .bigint("on_hand_after", movements.iter().map(|row| row.on_hand_after))
        .bigint("reserved_after", movements.iter().map(|row| row.reserved_after))
        .opt_uuid(
            "reservation_id",
            movements.iter().map(|row| row.reservation.as_ref().map(|cause| cause.reservation_id)),
        )
        .opt_text("csku", cause(|cause| cause.csku.as_str().to_owned()))
        .opt_text("reason", movements.iter().map(|row| row.reason.map(Reason::as_str)))
        .opt_text("document", movements.iter().map(|row| row.document.as_deref()))
        .opt_text("note", movements.iter().map(|row| row.note.as_deref()))
        .text("actor", movements.iter().map(|row| row.actor.as_str()))
        .text("request_id", movements.iter().map(|row| row.request_id.as_str()))
        .bigint("create_time_us", movements.iter().map(|row| row.create_time.0))
        .bigint("batch", movements.iter().map(|_| batch))
        .digested(writes.merchant(), MOVEMENT.table);
    writes.insert("movement", rows);
    Ok(())
}

/// Which movements a list shows; all that is given applies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) isku_id: Option<IskuId>,
    pub(crate) location_id: Option<LocationId>,
    pub(crate) reservation_id: Option<Uuid>,
    pub(crate) csku: Option<String>,
    pub(crate) document: Option<String>,
    pub(crate) during: Period,
}

/// A time, or all of it: from `start` to before `end`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Period {
    pub(crate) start: Option<Micros>,
    pub(crate) end: Option<Micros>,
}

/// Which movements come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    NewestFirst,
    OldestFirst,
}

/// A place in the list: the time, and what tells apart what happened at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) i64, pub(crate) IskuId, pub(crate) LocationId, pub(crate) i64);

impl Cursor {
    /// The place of a movement.
    pub(crate) fn of(movement: &Movement) -> Self {
        Self(movement.create_time.0, movement.isku_id, movement.location_id, movement.sequence)
    }
}

/// Movements that come after a place.
pub(crate) async fn list(
    transaction: &Transaction,
    merchant: &Merchant,
    filter: &Filter,
    direction: Direction,
    after: Option<Cursor>,
    limit: u64,
) -> Result<Vec<Movement>, DbErr> {
    let (beyond, sorted) = match direction {
        Direction::NewestFirst => ("<", "DESC"),
        Direction::OldestFirst => (">", "ASC"),
    };
    // The most selective first: its index drives, the others only filter, so that their indexes are hidden from the planner.
    let given: [(&str, Option<Value>); 5] = [
        ("reservation_id", filter.reservation_id.map(Value::from)),
        ("document", filter.document.clone().map(Value::from)),
        ("csku", filter.csku.clone().map(Value::from)),
        ("isku_id", filter.isku_id.map(|id| id.0.into())),
        ("location_id", filter.location_id.map(|id| id.0.into())),
    ];
    let mut values = vec![Value::from(merchant.as_str()), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let mut conditions = String::new();
    for (column, value) in given {
        let Some(value) = value else { continue };
        values.push(value);
        let column = match conditions.is_empty() {
            true => format!("movement.{column}"),
            false => format!("COALESCE(movement.{column}, movement.{column})"),
        };
        conditions.push_str(&format!(" AND {column} = ${}", values.len()));
    }
    // Of two bounds on one side SQLite's index would take either: a page that goes on lies within the period's on its side.
    let bounds = match direction {
        Direction::NewestFirst => [(">=", filter.during.start), ("<", filter.during.end.filter(|_| after.is_none()))],
        Direction::OldestFirst => [(">=", filter.during.start.filter(|_| after.is_none())), ("<", filter.during.end)],
    };
    for (operator, Micros(time)) in bounds.into_iter().filter_map(|(operator, time)| Some((operator, time?))) {
        values.push(time.into());
        conditions.push_str(&format!(" AND movement.create_time_us {operator} ${}", values.len()));
    }
    if let Some(Cursor(time, isku, location, sequence)) = after {
        let first = values.len() + 1;
        values.extend([time, isku.0, location.0, sequence].map(Value::from));
        conditions.push_str(&format!(
            " AND (movement.create_time_us, movement.isku_id, movement.location_id, movement.sequence) {beyond} (${}, ${}, ${}, ${})",
            first,
            first + 1,
            first + 2,
            first + 3
        ));
    }
    let sql = format!(
        "SELECT movement.*, isku.code AS isku_code, location.code AS location_code, \
             reservation.channel, reservation.seller_id, reservation.order_id \
         FROM movement CROSS JOIN isku CROSS JOIN location \
         LEFT JOIN reservation ON reservation.merchant = movement.merchant \
             AND reservation.reservation_id = movement.reservation_id \
         WHERE movement.merchant = $1{conditions} \
             AND isku.merchant = movement.merchant AND isku.isku_id = movement.isku_id \
             AND location.merchant = movement.merchant AND location.location_id = movement.location_id \
         ORDER BY movement.create_time_us {sorted}, movement.isku_id {sorted}, movement.location_id {sorted}, \
             movement.sequence {sorted} \
         LIMIT $2"
    );
    let found = transaction.query_all_raw(transaction.engine().statement(sql, values)).await?;
    found.iter().map(movement).collect()
}

fn movement(row: &QueryResult) -> Result<Movement, DbErr> {
    let reservation = match row.opt_uuid("reservation_id")? {
        Some(reservation_id) => Some(Cause { reservation_id, order: order(row)?, csku: row.code("csku")? }),
        None => None,
    };
    Ok(Movement {
        isku_id: row.isku_id()?,
        isku_code: row.code("isku_code")?,
        location_id: row.location_id()?,
        location: row.code("location_code")?,
        sequence: row.bigint("sequence")?,
        kind: row.parsed("kind", |name| Kind::parse(name).ok_or("is not a kind of movement"))?,
        on_hand_delta: row.bigint("on_hand_delta")?,
        reserved_delta: row.bigint("reserved_delta")?,
        on_hand_after: row.bigint("on_hand_after")?,
        reserved_after: row.bigint("reserved_after")?,
        reservation,
        reason: match row.opt_text("reason")? {
            Some(name) => Some(Reason::parse(&name).ok_or_else(|| DbErr::Type(format!("reason {name}")))?),
            None => None,
        },
        document: row.opt_text("document")?,
        note: row.opt_text("note")?,
        actor: row.text("actor")?,
        request_id: row.text("request_id")?,
        create_time: row.micros("create_time_us")?,
    })
}

/// The order of a row that has a reservation's columns.
pub(super) fn order(row: &QueryResult) -> Result<OrderKey, DbErr> {
    Ok(OrderKey {
        channel: row.parsed("channel", Channel::parse)?,
        seller_id: row.parsed("seller_id", SellerId::parse)?,
        order_id: row.parsed("order_id", OrderId::parse)?,
    })
}
