//! Columns of a result row as domain values; what cannot be one is an error that names the column.

use futures::future::BoxFuture;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, TryGetable, Value};
use shared::{
    database::{Rows, Transaction},
    identity::Merchant,
    measure::Dimensions,
    time::Micros,
};

/// Reads columns by name.
pub(crate) trait Columns {
    /// A column of any plain type.
    fn col<T: TryGetable>(&self, column: &str) -> Result<T, DbErr>;

    /// A text, with the parser of what it is.
    fn parsed<T, E: std::fmt::Display>(&self, column: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, DbErr> {
        let text: String = self.col(column)?;
        parse(&text).map_err(|error| DbErr::Type(format!("{column} {error}")))
    }

    /// A text or NULL, with the parser of what it is.
    fn opt_parsed<T, E: std::fmt::Display>(
        &self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, DbErr> {
        let text: Option<String> = self.col(column)?;
        text.map(|text| parse(&text).map_err(|error| DbErr::Type(format!("{column} {error}")))).transpose()
    }

    /// A point in time.
    fn micros(&self, column: &str) -> Result<Micros, DbErr> {
        self.col(column).map(Micros)
    }

    /// The three sides.
    fn dimensions(&self) -> Result<Option<Dimensions>, DbErr> {
        match (self.col("length_mm")?, self.col("width_mm")?, self.col("height_mm")?) {
            (Some(length), Some(width), Some(height)) => Dimensions::parse(length, width, height)
                .map(Some)
                .map_err(|error| DbErr::Type(format!("dimensions: {error}"))),
            _ => Ok(None),
        }
    }
}

impl Columns for QueryResult {
    fn col<T: TryGetable>(&self, column: &str) -> Result<T, DbErr> {
        self.try_get("", column)
    }
}

/// Runs a query of one merchant: `$1` is the merchant, the rows asked for start at `$2`, other values follow.
///
/// Joins with what is asked for are CROSS JOINs: SQLite then keeps to the written order of loops, from what is asked for to its rows.
/// The statement is made at once: what it is made from is not held while it runs.
pub(crate) fn query<'a>(
    transaction: &'a Transaction,
    merchant: &Merchant,
    rows: Rows,
    others: impl IntoIterator<Item = Value>,
    sql: impl Fn(&str, usize) -> String,
) -> BoxFuture<'a, Result<Vec<QueryResult>, DbErr>> {
    let next = 2 + rows.width();
    let sql = sql(&rows.table("asked", 2), next);
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values()).chain(others);
    let statement = transaction.engine().statement(sql, values);
    Box::pin(async move { transaction.query_all_raw(statement).await })
}

/// Inserts rows of one merchant; `Err` of a lost race if some were there.
pub(crate) async fn insert(
    transaction: &Transaction,
    merchant: &Merchant,
    table: &str,
    columns: &str,
    count: usize,
    rows: Rows,
) -> Result<(), DbErr> {
    if count == 0 {
        return Ok(());
    }
    let inserted = query(transaction, merchant, rows, [], |asked, _| {
        // SQLite reads ON after a SELECT as a join's condition unless there is a WHERE.
        format!(
            "INSERT INTO {table} (merchant, {columns}) SELECT $1, {columns} FROM {asked} WHERE true \
             ON CONFLICT DO NOTHING RETURNING 1 AS inserted"
        )
    })
    .await?;
    if inserted.len() == count { Ok(()) } else { Err(shared::database::overtaken()) }
}
