//! Statements that read a whole ledger piece by piece, each piece in a short snapshot of its own.
//!
//! A proof may take as long as it likes beside full load: it holds back neither PostgreSQL's vacuum nor the checkpoint of SQLite's log.

mod reservation;
mod stock;
mod unreadable;

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use shared::{
    database::{Database, Engine, Transaction},
    identity::Merchant,
};

use super::row::Columns;
use crate::domain::verify::{Proof, Report};

/// What is read in one snapshot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// Movements, and stock rows.
    pub(crate) rows: i64,
    pub(crate) reservations: i64,
}

impl Piece {
    /// Some milliseconds and some megabytes.
    pub(crate) const USUAL: Self = Self { rows: 10_000, reservations: 500 };
}

/// All merchants that have anything, in order.
pub(crate) async fn merchants(database: &Database) -> Result<Vec<Merchant>, DbErr> {
    let statement = database.engine().statement("SELECT merchant FROM merchant ORDER BY merchant", []);
    let rows = database.reader().query_all_raw(statement).await?;
    rows.iter().map(|row| row.parsed("merchant", Merchant::parse)).collect()
}

/// Feeds a merchant's ledger to a proof.
pub(crate) async fn prove(database: &Database, merchant: &Merchant, piece: Piece) -> Result<Report, DbErr> {
    if let Some(fault) = unreadable::first(database, merchant, piece.rows).await? {
        return Ok(Report { faults: vec![fault], ..Report::default() });
    }
    let mut proof = Proof::default();
    stock::prove(database, merchant, piece.rows, &mut proof).await?;
    reservation::prove(database, merchant, piece.reservations, &mut proof).await?;
    Ok(proof.finish())
}

async fn query(
    snapshot: &Transaction,
    merchant: &Merchant,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let values = std::iter::once(Value::from(merchant.as_str())).chain(values);
    snapshot.query_all_raw(snapshot.engine().statement(sql, values)).await
}

/// A sum of units, as near as a number comes to it: damaged units may add up to more than one holds.
fn sum(engine: Engine, units: &str) -> String {
    match engine {
        Engine::Postgres => format!("CAST(LEAST(GREATEST(sum({units}), {}), {}) AS BIGINT)", -i64::MAX, i64::MAX),
        // Exact up to 2^53, which no sum of sound units comes near.
        Engine::Sqlite => format!("CAST(total({units}) AS BIGINT)"),
    }
}
