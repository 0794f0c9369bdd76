//! One statement for a few rows at a time, each value a parameter.
//!
//! Of one JSON document for all rows SQLite takes each value out by a function, which might fail: then it also keeps what it needs to undo
//! the statement alone. Both together took a third of SQLite's time.

use std::iter;

use sea_orm::{ConnectionTrait, DbErr};

use super::{
    Part,
    plain::{Marks, Plain},
};
use crate::{
    database::{Engine, overtaken},
    identity::Merchant,
};

/// Rows of one statement. What is left over is halved until it fits, so that there are few texts, whose statements stay prepared.
const ROWS_MAX: usize = 16;

/// A statement that fails need not be undone alone: the transaction is. Without FAIL SQLite would prepare for it.
const INSERT: &str = "INSERT OR FAIL";

pub(super) async fn run(
    transaction: &impl ConnectionTrait,
    merchant: &Merchant,
    parts: Vec<Part>,
) -> Result<(), DbErr> {
    for part in &parts {
        let (plain, mut done) = (Plain::new(merchant, part)?, 0);
        while done < part.rows.len() {
            let count = at_once(part.rows.len().saturating_sub(done));
            let rows = done..done.saturating_add(count);
            let values: Result<Vec<_>, _> = rows.flat_map(|row| plain.values(row)).collect();
            let statement = Engine::Sqlite.statement(plain.text(INSERT, count, &mut Marks::Anonymous), values?);
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
