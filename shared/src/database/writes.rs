//! Statements that write, gathered and sent at once.

use sea_orm::{ConnectionTrait, DbErr, SqlErr, Value};

use super::{Engine, Rows, Transaction, overtaken};
use crate::identity::Merchant;

/// Statements that write rows of one merchant, each independent of what the others write.
///
/// PostgreSQL runs them as one statement: in one snapshot and in one round trip, since the way there and back costs more than most of them.
#[derive(Debug)]
pub struct Writes {
    engine: Engine,
    merchant: Merchant,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    sql: String,
    values: Vec<Value>,
    /// How many rows it must touch, if that is known.
    rows: Option<usize>,
}

impl Writes {
    /// Nothing yet; the merchant is `$1` of each statement.
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

    /// Adds a statement that must touch one row for each of `rows`; it is told the number of the rows' first parameter.
    ///
    /// Nothing is added for no rows.
    pub fn add(&mut self, rows: Rows, sql: impl FnOnce(&Rows, usize) -> String) {
        let sent = rows.len();
        self.part(rows, Some(sent), sql);
    }

    /// The same for a statement that may touch any number of rows.
    pub fn add_any(&mut self, rows: Rows, sql: impl FnOnce(&Rows, usize) -> String) {
        self.part(rows, None, sql);
    }

    fn part(&mut self, rows: Rows, sent: Option<usize>, sql: impl FnOnce(&Rows, usize) -> String) {
        if rows.is_empty() {
            return;
        }
        let before = match self.engine {
            Engine::Postgres => self.parts.iter().map(|part| part.values.len()).sum(),
            Engine::Sqlite => 0,
        };
        let sql = sql(&rows, 2_usize.saturating_add(before));
        self.parts.push(Part { sql, values: rows.values(), rows: sent });
    }

    /// Runs them. One that touches other than the rows that were sent, or finds a key taken, means that the facts were [`overtaken`].
    pub async fn run(self, transaction: &Transaction) -> Result<(), DbErr> {
        let done = match self.engine {
            Engine::Postgres => self.at_once(transaction).await,
            Engine::Sqlite => self.one_by_one(transaction).await,
        };
        // Cheaper than ON CONFLICT DO NOTHING, which looks for the key once more.
        done.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => overtaken(),
            _ => error,
        })
    }

    async fn at_once(self, transaction: &Transaction) -> Result<(), DbErr> {
        if self.parts.is_empty() {
            return Ok(());
        }
        let name = |place: usize| format!("w{place}");
        let parts = self.parts.iter().enumerate();
        let statements: Vec<String> =
            parts.map(|(place, part)| format!("{} AS ({} RETURNING 1)", name(place), part.sql)).collect();
        let counts: Vec<String> = (0..self.parts.len())
            .map(|place| format!("(SELECT count(*) FROM {name}) AS {name}", name = name(place)))
            .collect();
        let sql = format!("WITH {} SELECT {}", statements.join(", "), counts.join(", "));
        let sent: Vec<Option<usize>> = self.parts.iter().map(|part| part.rows).collect();
        let values = self.parts.into_iter().flat_map(|part| part.values);
        let values = std::iter::once(Value::from(self.merchant.as_str())).chain(values);
        let row = transaction.query_one_raw(self.engine.statement(sql, values)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("counts of written rows".to_owned()))?;
        for (place, sent) in sent.into_iter().enumerate() {
            let written: i64 = row.try_get_by_index(place)?;
            if sent.is_some_and(|sent| usize::try_from(written) != Ok(sent)) {
                return Err(overtaken());
            }
        }
        Ok(())
    }

    async fn one_by_one(self, transaction: &Transaction) -> Result<(), DbErr> {
        for part in self.parts {
            let values = std::iter::once(Value::from(self.merchant.as_str())).chain(part.values);
            let written = transaction.execute_raw(self.engine.statement(part.sql, values)).await?;
            if part.rows.is_some_and(|sent| usize::try_from(written.rows_affected()) != Ok(sent)) {
                return Err(overtaken());
            }
        }
        Ok(())
    }
}
