//! One statement for a few rows at a time, each value a parameter.
//!
//! Of one JSON document for all rows SQLite takes each value out by a function, which might fail: then it also keeps what it needs to undo
//! the statement alone. Both together took a third of SQLite's time.

use std::{iter, ops::Range};

use sea_orm::{ConnectionTrait, DbErr, Statement};

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
    let parts: Vec<Plain<'_>> = parts.iter().map(|part| Plain::new(merchant, part)).collect::<Result<_, _>>()?;
    let mut statements = parts.iter().flat_map(statements);
    let mut next = statements.next().transpose()?;
    while let Some(Sent { statement, count }) = next {
        // While SQLite runs one on its thread, the next is made; the time that the log tells of the one is that of both.
        let (written, following) = tokio::join!(transaction.execute_raw(statement), async { statements.next() });
        let written = written?.rows_affected();
        if count.is_some_and(|count| usize::try_from(written) != Ok(count)) {
            return Err(overtaken());
        }
        next = following.transpose()?;
    }
    Ok(())
}

/// A statement, and how many rows it must meet.
struct Sent {
    statement: Statement,
    count: Option<usize>,
}

/// The statements of a part, each made when its turn comes.
fn statements(plain: &Plain<'_>) -> impl Iterator<Item = Result<Sent, DbErr>> {
    let Part { rows, counted, .. } = plain.part;
    let chunks = iter::successors(Some(0..0), |done: &Range<usize>| {
        let count = at_once(rows.len().saturating_sub(done.end));
        Some(done.end..done.end.saturating_add(count)).filter(|chunk| !chunk.is_empty())
    });
    chunks.skip(1).map(|chunk| {
        let count = chunk.len();
        let values: Result<Vec<_>, _> = chunk.flat_map(|row| plain.values(row)).collect();
        let statement = Engine::Sqlite.statement(plain.text(INSERT, count, &mut Marks::Anonymous), values?);
        Ok(Sent { statement, count: counted.then_some(count) })
    })
}

/// How many of the rows that are left are written next.
fn at_once(left: usize) -> usize {
    let mut halved = iter::successors(Some(ROWS_MAX), |count| Some(count / 2).filter(|count| 0 < *count));
    halved.find(|count| *count <= left).unwrap_or(left)
}
