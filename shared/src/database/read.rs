//! Statements that read rows of one merchant, gathered, and sent as one.
//!
//! A round trip costs more than most reads, and SQLite's driver hands over each row on its own and wakes its reader each time. So what a
//! table has comes as one value, a JSON document, and the values of several tables side by side.

use std::fmt;

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable, QueryResult, Value};
use serde::de::DeserializeOwned;

use super::{Engine, Rows, Transaction, schema::Kind};
use crate::identity::Merchant;

/// The columns of an entity's table, to be selected.
pub fn columns_of<E: EntityTrait>() -> String {
    named::<E>(|column, _| column)
}

fn named<E: EntityTrait>(selected: impl Fn(String, Kind) -> String) -> String {
    let entity = E::default();
    let columns = E::Column::iter()
        .map(|column| selected(format!("{}.{}", entity.table_name(), column.as_str()), Kind::of(&column)));
    columns.collect::<Vec<_>>().join(", ")
}

/// Reads of a merchant's rows, all in one snapshot.
#[derive(Debug)]
pub struct Reads<'a> {
    transaction: &'a Transaction,
    selected: Vec<String>,
    values: Vec<Value>,
}

/// What one of the reads is to find.
#[must_use]
pub struct Pending<T>(Box<Read<T>>);

type Read<T> = dyn FnOnce(&Found) -> Result<T, DbErr> + Send;

/// What all of them have found.
#[derive(Debug)]
pub struct Found(Option<QueryResult>);

impl<'a> Reads<'a> {
    /// Nothing yet.
    pub fn new(transaction: &'a Transaction, merchant: &Merchant) -> Self {
        Self { transaction, selected: vec![], values: vec![merchant.as_str().into()] }
    }

    /// Runs one read alone.
    pub async fn one<T>(
        transaction: &'a Transaction,
        merchant: &Merchant,
        read: impl FnOnce(&mut Self) -> Pending<T>,
    ) -> Result<T, DbErr> {
        let mut reads = Self::new(transaction, merchant);
        let pending = read(&mut reads);
        reads.run().await?.read(pending)
    }

    /// Which engine they are for.
    pub fn engine(&self) -> Engine {
        self.transaction.engine()
    }

    /// What is made of all rows that the merchant has in a table; they come in any order.
    pub fn all<E, T>(&mut self, made: fn(Vec<E::Model>) -> Result<T, DbErr>) -> Pending<T>
    where
        E: EntityTrait<Model: DeserializeOwned>,
        T: 'static,
    {
        let entity = E::default();
        let table = entity.table_name();
        self.document::<E, T>(&format!("{table} WHERE {table}.merchant = $1"), made)
    }

    /// What is made of the merchant's rows in a table that have the values of one of these `rows`; they come in any order. An index
    /// begins with the merchant and one of the columns. Nothing is read for no rows.
    pub fn each<E, T>(&mut self, rows: Rows, made: fn(Vec<E::Model>) -> Result<T, DbErr>) -> Pending<T>
    where
        E: EntityTrait<Model: DeserializeOwned>,
        T: 'static,
    {
        if rows.is_empty() {
            return Pending(Box::new(move |_| made(vec![])));
        }
        let entity = E::default();
        let table = entity.table_name();
        let alike =
            rows.columns().iter().map(|column| format!(" AND {table}.{name} = asked.{name}", name = column.name));
        let condition = format!("{table}.merchant = $1{}", alike.collect::<String>());
        let from = rows.each("asked", self.values.len().saturating_add(1), table, &condition);
        self.values.extend(rows.values());
        self.document::<E, T>(&from, made)
    }

    /// A number or NULL: the value of an expression, or of a query in which the merchant is `$1`.
    pub fn number(&mut self, expression: &str) -> Pending<Option<i64>> {
        let place = self.select(format!("({expression})"));
        Pending(Box::new(move |found| found.row()?.try_get_by_index(place)))
    }

    fn document<E, T>(&mut self, from: &str, made: fn(Vec<E::Model>) -> Result<T, DbErr>) -> Pending<T>
    where
        E: EntityTrait<Model: DeserializeOwned>,
        T: 'static,
    {
        let place = self.select(match self.engine() {
            Engine::Postgres => {
                format!("(SELECT json_agg(json_build_array({}))::text FROM {from})", columns_of::<E>())
            }
            Engine::Sqlite => {
                format!("(SELECT json_group_array(json_array({})) FROM {from})", named::<E>(checked))
            }
        });
        Pending(Box::new(move |found| {
            let document: Option<String> = found.row()?.try_get_by_index(place)?;
            // The error itself would tell the value, which may be personal data.
            let rows = document.map(|document| serde_json::from_str(&document)).transpose().map_err(|_| {
                DbErr::Type(format!("a row of {} has a value that its column cannot have", E::default().table_name()))
            })?;
            made(rows.unwrap_or_default())
        }))
    }

    /// The place of what is selected.
    fn select(&mut self, value: String) -> usize {
        self.selected.push(value);
        self.selected.len().saturating_sub(1)
    }

    /// Sends them.
    pub async fn run(self) -> Result<Found, DbErr> {
        if self.selected.is_empty() {
            return Ok(Found(None));
        }
        let sql = format!("SELECT {}", self.selected.join(", "));
        self.transaction.query_one_raw(self.engine().statement(sql, self.values)).await.map(Found)
    }
}

impl Found {
    /// What one of the reads has found; it is one of those that were run.
    pub fn read<T>(&self, pending: Pending<T>) -> Result<T, DbErr> {
        (pending.0)(self)
    }

    fn row(&self) -> Result<&QueryResult, DbErr> {
        self.0.as_ref().ok_or_else(|| DbErr::RecordNotFound("what was read".to_owned()))
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Pending").finish_non_exhaustive()
    }
}

/// A column of SQLite as a value of JSON that its entity's field is read from. What SQLite lets stand in any column, but no field can hold,
/// stays of another type: a BLOB would be taken for JSON.
fn checked(column: String, kind: Kind) -> String {
    match kind {
        Kind::Boolean => {
            format!(
                "CASE {column} WHEN 0 THEN json('false') WHEN 1 THEN json('true') ELSE nullif(quote({column}), 'NULL') END"
            )
        }
        Kind::Uuid => format!("iif(typeof({column}) = 'blob', hex({column}), {column})"),
        Kind::Bigint | Kind::Text | Kind::Other(_) => {
            format!("iif(typeof({column}) = 'blob', json('[]'), {column})")
        }
    }
}
