//! One statement for a few rows at a time, each value a parameter.
//!
//! Of one JSON document for all rows SQLite takes each value out by a function, which might fail: then it also keeps what it needs to undo
//! the statement alone. Both together took a third of SQLite's time.

use std::iter;

use sea_orm::{ConnectionTrait, DbErr, Value};

use super::{Change, Part};
use crate::{
    database::{Engine, overtaken, rows::Column},
    identity::Merchant,
};

/// Rows of one statement. What is left over is halved until it fits, so that there are few texts, whose statements stay prepared.
const ROWS_MAX: usize = 16;

pub(super) async fn run(
    transaction: &impl ConnectionTrait,
    merchant: &Merchant,
    parts: Vec<Part>,
) -> Result<(), DbErr> {
    for part in &parts {
        let (parameters, mut done) = (parameters(part)?, 0);
        while done < part.rows.len() {
            let count = at_once(part.rows.len().saturating_sub(done));
            let rows = done..done.saturating_add(count);
            let values = rows.flat_map(|row| parameters.iter().map(move |parameter| parameter.value(merchant, row)));
            let statement = Engine::Sqlite.statement(text(part, count), values.collect::<Result<Vec<_>, _>>()?);
            let written = transaction.execute_raw(statement).await?.rows_affected();
            if part.counted && usize::try_from(written) != Ok(count) {
                return Err(overtaken());
            }
            done = done.saturating_add(count);
        }
    }
    Ok(())
}

/// How many of the rows that are left are written next.
fn at_once(left: usize) -> usize {
    let mut halved = iter::successors(Some(ROWS_MAX), |count| Some(count / 2).filter(|count| 0 < *count));
    halved.find(|count| *count <= left).unwrap_or(left)
}

enum Parameter<'a> {
    Merchant,
    Column(&'a Column),
}

impl Parameter<'_> {
    fn value(&self, merchant: &Merchant, row: usize) -> Result<Value, DbErr> {
        match self {
            Self::Merchant => Ok(merchant.as_str().into()),
            Self::Column(column) => {
                column.value(row).ok_or_else(|| DbErr::Type(format!("{} has no row {row}", column.name)))
            }
        }
    }
}

/// The parameters of one row, in the order of [`text`].
fn parameters(part: &Part) -> Result<Vec<Parameter<'_>>, DbErr> {
    let columns = part.rows.columns();
    let named = |name: &str| {
        let found = columns.iter().find(|column| column.name == name).map(Parameter::Column);
        found.ok_or_else(|| DbErr::Type(format!("rows for {} without {name}", part.table)))
    };
    let merchant = iter::once(Ok(Parameter::Merchant));
    match &part.change {
        Change::Insert => merchant.chain(columns.iter().map(|column| Ok(Parameter::Column(column)))).collect(),
        Change::Update(update) => {
            let set = update.columns.iter().map(|column| named(column));
            set.chain(merchant).chain(update.conditions().map(|(_, new)| named(new))).collect()
        }
        Change::Delete(key) => merchant.chain(key.iter().map(|column| named(column))).collect(),
    }
}

/// A statement, or several, for so many rows. Parameters have no names: SQLite looks for those one by one.
fn text(part: &Part, count: usize) -> String {
    let table = part.table;
    let repeated = |one: String, between: &str| vec![one; count].join(between);
    match &part.change {
        Change::Insert => {
            let columns: Vec<&str> = part.rows.columns().iter().map(|column| column.name).collect();
            let row = format!("(?{})", ", ?".repeat(columns.len()));
            // A statement that fails need not be undone alone: the transaction is. Without FAIL SQLite would prepare for it.
            format!("INSERT OR FAIL INTO {table} (merchant, {}) VALUES {}", columns.join(", "), repeated(row, ", "))
        }
        Change::Update(update) => {
            let set: Vec<String> = update.columns.iter().map(|column| format!("{column} = ?")).collect();
            let own = update.conditions().map(|(own, _)| own);
            repeated(format!("UPDATE {table} SET {} WHERE {}", set.join(", "), equal(own)), "; ")
        }
        Change::Delete(key) => repeated(format!("DELETE FROM {table} WHERE {}", equal(key.iter().copied())), "; "),
    }
}

fn equal(columns: impl Iterator<Item = &'static str>) -> String {
    let conditions: Vec<String> = iter::once("merchant").chain(columns).map(|column| format!("{column} = ?")).collect();
    conditions.join(" AND ")
}
