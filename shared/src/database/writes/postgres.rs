//! All statements as one: in one snapshot and in one round trip, since the way there and back costs more than most of them.

use std::iter;

use sea_orm::{ConnectionTrait, DbErr, Value};

use super::{
    Change, Part,
    plain::{Marks, Plain},
};
use crate::{
    database::{Engine, Rows, overtaken},
    identity::Merchant,
};

pub(super) async fn run(
    transaction: &impl ConnectionTrait,
    merchant: &Merchant,
    parts: Vec<Part>,
) -> Result<(), DbErr> {
    if parts.is_empty() {
        return Ok(());
    }
    let name = |place: usize| format!("w{place}");
    let sent: Vec<Option<usize>> = parts.iter().map(|part| part.counted.then_some(part.rows.len())).collect();
    let (texts, values) = match parts.iter().all(|part| part.rows.len() == 1) {
        true => of_one_row(merchant, &parts)?,
        false => of_rows(merchant, parts),
    };
    let statements: Vec<String> =
        texts.iter().enumerate().map(|(place, text)| format!("{} AS ({text} RETURNING 1)", name(place))).collect();
    let counts: Vec<String> =
        (0..sent.len()).map(|place| format!("(SELECT count(*) FROM {name}) AS {name}", name = name(place))).collect();
    let sql = format!("WITH {} SELECT {}", statements.join(", "), counts.join(", "));
    let row = transaction.query_one_raw(Engine::Postgres.statement(sql, values)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("counts of written rows".to_owned()))?;
    for (place, sent) in sent.into_iter().enumerate() {
        let written: i64 = row.try_get_by_index(place)?;
        if sent.is_some_and(|sent| usize::try_from(written) != Ok(sent)) {
            return Err(overtaken());
        }
    }
    Ok(())
}

/// Where each part has one row, which is cheaper than to open arrays of it.
fn of_one_row(merchant: &Merchant, parts: &[Part]) -> Result<(Vec<String>, Vec<Value>), DbErr> {
    let (mut texts, mut values, mut marks) = (vec![], vec![], Marks::Numbered(1));
    for part in parts {
        let plain = Plain::new(merchant, part)?;
        texts.push(plain.text("INSERT", 1, &mut marks));
        for value in plain.values(0) {
            values.push(value?);
        }
    }
    Ok((texts, values))
}

fn of_rows(merchant: &Merchant, parts: Vec<Part>) -> (Vec<String>, Vec<Value>) {
    let (mut texts, mut values) = (vec![], vec![Value::from(merchant.as_str())]);
    for part in parts {
        texts.push(text(&part, values.len().saturating_add(1)));
        values.extend(part.rows.values());
    }
    (texts, values)
}

/// The merchant is `$1`; the rows' parameters are numbered from `first`.
fn text(part: &Part, first: usize) -> String {
    let Part { table, change, rows, .. } = part;
    match change {
        Change::Insert => {
            let columns: Vec<&str> = rows.columns().iter().map(|column| column.name).collect();
            let columns = columns.join(", ");
            format!("INSERT INTO {table} (merchant, {columns}) SELECT $1, {columns} FROM {}", rows.table("new", first))
        }
        Change::Update(update) => {
            let set: Vec<String> = update.columns.iter().map(|column| format!("{column} = new.{column}")).collect();
            format!("UPDATE {table} SET {} FROM {}", set.join(", "), located(rows, first, table, update.conditions()))
        }
        Change::Delete(key) => {
            let key = key.iter().map(|column| (*column, *column));
            format!("DELETE FROM {table} USING {}", located(rows, first, table, key))
        }
    }
}

/// The rows of a table that these rows name, from FROM on: whatever PostgreSQL believes of the table, by its index.
fn located(
    rows: &Rows,
    first: usize,
    table: &str,
    conditions: impl Iterator<Item = (&'static str, &'static str)>,
) -> String {
    let equal = conditions.map(|(own, new)| format!("{table}.{own} = new.{new}"));
    let conditions: Vec<String> = iter::once(format!("{table}.merchant = $1")).chain(equal).collect();
    format!(
        "(SELECT new.*, own.its_place FROM {} CROSS JOIN LATERAL \
             (SELECT ctid AS its_place FROM {table} WHERE {} OFFSET 0) AS own) AS new \
         WHERE {table}.ctid = new.its_place",
        rows.table("new", first),
        conditions.join(" AND ")
    )
}
