//! Statements that write, gathered, and sent the way that is fast on each engine.

mod plain;
mod postgres;
mod sqlite;

use sea_orm::{ConnectionTrait, DbErr, SqlErr};

use super::{Engine, Rows, overtaken};
use crate::identity::Merchant;

/// Statements that write rows of one merchant, each independent of what the others write.
#[derive(Debug)]
pub struct Writes {
    engine: Engine,
    merchant: Merchant,
    parts: Vec<Part>,
}

/// What is done with rows of a table whose first column is the merchant.
#[derive(Debug)]
struct Part {
    table: &'static str,
    change: Change,
    rows: Rows,
    /// Whether each row must meet one of the table.
    counted: bool,
}

#[derive(Debug)]
enum Change {
    Insert,
    Update(Update),
    /// Of what has this key, or the first columns of it.
    Delete(&'static [&'static str]),
}

/// Which rows of a table are changed, and what in them.
#[derive(Debug)]
pub struct Update {
    /// The columns of the key behind the merchant.
    pub key: Vec<&'static str>,
    /// What is changed.
    pub columns: Vec<&'static str>,
    /// Columns of the table, each with the column of the rows that it must be equal to.
    pub guard: &'static [(&'static str, &'static str)],
}

impl Update {
    /// Columns of a table, and the columns of the rows that they must be equal to.
    fn conditions(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.key.iter().map(|column| (*column, *column)).chain(self.guard.iter().copied())
    }
}

impl Writes {
    /// Nothing yet.
    pub fn new(engine: Engine, merchant: &Merchant) -> Self {
        Self { engine, merchant: merchant.clone(), parts: vec![] }
    }

    /// Which engine they are for.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Whose rows they write.
    pub fn merchant(&self) -> &Merchant {
        &self.merchant
    }

    /// Inserts rows.
    pub fn insert(&mut self, table: &'static str, rows: Rows) {
        self.add(Part { table, change: Change::Insert, rows: rows.stored(), counted: true });
    }

    /// Updates a row of a table for each of `rows`. On PostgreSQL nobody else may be changing these rows of the table.
    pub fn update(&mut self, table: &'static str, rows: Rows, update: Update) {
        self.add(Part { table, change: Change::Update(update), rows, counted: true });
    }

    /// Deletes what has the key of one of `rows`, or the first columns of it: any number of rows.
    pub fn delete(&mut self, table: &'static str, rows: Rows, key: &'static [&'static str]) {
        self.add(Part { table, change: Change::Delete(key), rows, counted: false });
    }

    /// Nothing is done for no rows.
    fn add(&mut self, part: Part) {
        if !part.rows.is_empty() {
            self.parts.push(part);
        }
    }

    /// Runs them. One that touches other than the rows that were sent, or finds a key taken, means that the facts were [`overtaken`].
    ///
    /// After an error some may have been written: the transaction is to be rolled back.
    pub async fn run(self, transaction: &impl ConnectionTrait) -> Result<(), DbErr> {
        let done = match self.engine {
            Engine::Postgres => postgres::run(transaction, &self.merchant, self.parts).await,
            Engine::Sqlite => sqlite::run(transaction, &self.merchant, self.parts).await,
        };
        // Cheaper than ON CONFLICT DO NOTHING, which looks for the key once more.
        done.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => overtaken(),
            _ => error,
        })
    }
}
