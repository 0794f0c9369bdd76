//! Columns of a result row as domain values; what cannot be one is an error that names the column.

use std::fmt;

use futures::future::BoxFuture;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable,
    QueryResult, TryGetable, Value, sea_query::OnConflict,
};
use shared::{
    database::{Rows, Transaction, Writes},
    identity::Merchant,
    stored::{self, Form, Read, Unreadable},
};

/// Reads columns by name.
pub(crate) trait Columns {
    /// A column of any plain type.
    fn col<T: TryGetable>(&self, column: &str) -> Result<T, DbErr>;
}

impl Columns for QueryResult {
    fn col<T: TryGetable>(&self, column: &str) -> Result<T, DbErr> {
        self.try_get("", column)
    }
}

/// Runs a query of one merchant: `$1` is the merchant, the rows asked for start at `$2`, other values follow.
///
/// What is asked for is joined with tables by [`Engine::probe`](shared::database::Engine::probe). The statement is made at once:
/// what it is made from is not held while it runs.
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

/// Runs a query of one merchant as [`query`] does; its rows have the columns of a model.
pub(crate) async fn models<M: FromQueryResult>(
    transaction: &Transaction,
    merchant: &Merchant,
    rows: Rows,
    others: impl IntoIterator<Item = Value>,
    sql: impl Fn(&str, usize) -> String,
) -> Result<Vec<M>, DbErr> {
    let found = query(transaction, merchant, rows, others, sql).await?;
    found.iter().map(|row| M::from_query_result(row, "")).collect()
}

/// Inserts a row, unless one of the table's unique keys is taken; tells whether it did.
pub(crate) async fn insert_one<A: ActiveModelTrait>(transaction: &Transaction, row: A) -> Result<bool, DbErr> {
    // Without a target: sea-orm's own `on_conflict_do_nothing` lets only the primary key be taken.
    let unless_taken = OnConflict::new().do_nothing().to_owned();
    let inserted = A::Entity::insert(row).on_conflict(unless_taken).exec_without_returning(transaction).await?;
    Ok(inserted == 1)
}

/// The columns of a table, for a SELECT.
pub(crate) fn columns<E: EntityTrait>() -> String {
    columns_as::<E>("")
}

/// The columns of a table with a prefix to their names, for a SELECT from several tables.
pub(crate) fn columns_as<E: EntityTrait>(prefix: &str) -> String {
    let table = E::default();
    let table = table.table_name();
    let named = |column: E::Column| format!("{table}.{column} AS {prefix}{column}", column = column.as_str());
    E::Column::iter().map(named).collect::<Vec<_>>().join(", ")
}

/// A column's text, with the parser of what it is.
pub(crate) fn parsed<T, E: fmt::Display>(
    column: impl ColumnTrait,
    text: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, DbErr> {
    parse(text).map_err(|error| DbErr::Type(format!("{} {error}", column.as_str())))
}

/// A column's text or NULL, with the parser of what it is.
pub(crate) fn opt_parsed<T, E: fmt::Display>(
    column: impl ColumnTrait,
    text: Option<&str>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, DbErr> {
    text.map(|text| parsed(column, text, parse)).transpose()
}

/// Texts as a column's text: version 1, a JSON array, written since the first release.
pub(crate) fn texts<D>(values: &Vec<D>) -> Result<String, Unreadable>
where
    String: Form<D>,
{
    stored::write::<Vec<String>, Vec<D>>(values)
}

/// The texts that a column's text states.
pub(crate) fn read_texts<D>(text: &str) -> Result<Vec<D>, Unreadable>
where
    String: Read<D>,
{
    stored::read::<Vec<String>, Vec<D>>(text)
}

/// Nothing to write yet.
pub(crate) fn writes(transaction: &Transaction, merchant: &Merchant) -> Writes {
    Writes::new(transaction.engine(), merchant)
}

#[cfg(test)]
mod tests {
    use shared::code::Code;

    use super::*;

    #[test]
    fn texts_are_read_as_every_release_has_written_them() {
        let codes = vec![Code::parse("A/B 01").unwrap(), Code::parse("\"ü\"").unwrap()];
        let stored = r#"["A/B 01","\"ü\""]"#;

        assert_eq!(texts(&codes).as_deref(), Ok(stored));
        assert_eq!(read_texts(stored), Ok(codes));
        assert_eq!(read_texts::<Code>("[]"), Ok(vec![]));
        assert!(read_texts::<Code>("[\"\"]").is_err());
        assert_eq!(read_texts::<Code>("2:[]"), Err(Unreadable::version(2)));
    }
}
