//! Set-valued parameters: any number of rows in one statement whose text stays the same.
//!
//! PostgreSQL gets one array per column (`unnest`), SQLite one JSON document (`jsonb_each`, since 3.51).

mod digest;
mod values;

use sea_orm::Value;
use serde_json::Value as Json;
use uuid::Uuid;

use self::values::Values;
use super::Engine;

/// Rows that a statement reads like a table.
#[derive(Debug)]
pub struct Rows {
    engine: Engine,
    columns: Vec<Column>,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    values: Values,
    /// Whether the table has such a column.
    stored: bool,
}

impl Rows {
    /// Rows for one engine, without columns yet.
    pub fn new(engine: Engine) -> Self {
        Self { engine, columns: vec![] }
    }

    fn column(mut self, name: &'static str, values: Values) -> Self {
        self.columns.push(Column { name, values, stored: true });
        self
    }

    /// Adds a column of 64-bit integers that the table has not: digests and conditions are also of it.
    #[must_use]
    pub fn unstored(mut self, name: &'static str, values: impl IntoIterator<Item = i64>) -> Self {
        let values = Values::Bigint(values.into_iter().collect());
        self.columns.push(Column { name, values, stored: false });
        self
    }

    /// Adds a column of 64-bit integers.
    #[must_use]
    pub fn bigint(self, name: &'static str, values: impl IntoIterator<Item = i64>) -> Self {
        self.column(name, Values::Bigint(values.into_iter().collect()))
    }

    /// Adds a column of 64-bit integers or NULLs.
    #[must_use]
    pub fn opt_bigint(self, name: &'static str, values: impl IntoIterator<Item = Option<i64>>) -> Self {
        self.column(name, Values::OptBigint(values.into_iter().collect()))
    }

    /// Adds a column of texts.
    #[must_use]
    pub fn text<T: Into<String>>(self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        self.column(name, Values::Text(values.into_iter().map(Into::into).collect()))
    }

    /// Adds a column of texts or NULLs.
    #[must_use]
    pub fn opt_text<T: Into<String>>(self, name: &'static str, values: impl IntoIterator<Item = Option<T>>) -> Self {
        self.column(name, Values::OptText(values.into_iter().map(|value| value.map(Into::into)).collect()))
    }

    /// Adds a column of booleans.
    #[must_use]
    pub fn boolean(self, name: &'static str, values: impl IntoIterator<Item = bool>) -> Self {
        self.column(name, Values::Boolean(values.into_iter().collect()))
    }

    /// Adds a column of UUIDs.
    #[must_use]
    pub fn uuid(self, name: &'static str, values: impl IntoIterator<Item = Uuid>) -> Self {
        self.column(name, Values::Uuid(values.into_iter().collect()))
    }

    /// Adds a column of UUIDs or NULLs.
    #[must_use]
    pub fn opt_uuid(self, name: &'static str, values: impl IntoIterator<Item = Option<Uuid>>) -> Self {
        self.column(name, Values::OptUuid(values.into_iter().collect()))
    }

    /// The rows as a table of a FROM clause; their parameters are numbered from `first`.
    pub fn table(&self, alias: &str, first: usize) -> String {
        match self.engine {
            Engine::Postgres => {
                let array = |i: usize, column: &Column| format!("${}::{}[]", first + i, column.array_type());
                let columns = self.columns.iter().enumerate();
                let selected: Vec<String> =
                    columns.clone().map(|(i, column)| column.unnested(i, &array(i, column))).collect();
                let arrays: Vec<String> = columns.map(|(i, column)| array(i, column)).collect();
                let names: Vec<String> = (0..self.columns.len()).map(|i| format!("c{i}")).collect();
                format!(
                    "(SELECT {} FROM unnest({}) AS raw({})) AS {alias}",
                    selected.join(", "),
                    arrays.join(", "),
                    names.join(", ")
                )
            }
            Engine::Sqlite => {
                let selected: Vec<String> =
                    self.columns.iter().enumerate().map(|(i, column)| column.extracted(i)).collect();
                // With a LIMIT the rows are read once, as the outer loop; without it SQLite may scan the other table for each of them.
                format!("(SELECT {} FROM jsonb_each(${first}) LIMIT -1) AS {alias}", selected.join(", "))
            }
        }
    }

    /// The rows as a FROM clause, each with the rows of a table for which a condition holds: [`Engine::probe`].
    pub fn each(&self, alias: &str, first: usize, table: &str, condition: &str) -> String {
        format!("{}{}", self.table(alias, first), self.engine.probe(table, condition))
    }

    /// The rows one after the other, in the order of their columns, each with what a query finds for it and may lock: a FROM clause of
    /// PostgreSQL. What is found is called `own`.
    pub fn in_order(&self, alias: &str, first: usize, query: &str) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let given = self.table("given", first);
        format!("(SELECT * FROM {given} ORDER BY {}) AS {alias} CROSS JOIN LATERAL ({query}) AS own", names.join(", "))
    }

    /// Without the columns that the table has not.
    pub(super) fn stored(mut self) -> Self {
        self.columns.retain(|column| column.stored);
        self
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many parameters the rows take.
    pub fn width(&self) -> usize {
        match self.engine {
            Engine::Postgres => self.columns.len(),
            Engine::Sqlite => 1,
        }
    }

    /// The parameters.
    pub fn values(self) -> Vec<Value> {
        match self.engine {
            Engine::Postgres => {
                let columns = self.columns.into_iter().enumerate();
                columns.map(|(i, column)| column.values.sent(i == 0).into_array()).collect()
            }
            Engine::Sqlite => vec![Value::String(Some(self.json()))],
        }
    }

    fn json(self) -> String {
        let mut columns: Vec<std::vec::IntoIter<Json>> =
            self.columns.into_iter().map(|column| column.values.into_json().into_iter()).collect();
        let mut rows = vec![];
        loop {
            let row: Vec<Json> = columns.iter_mut().filter_map(Iterator::next).collect();
            if row.is_empty() {
                return Json::Array(rows).to_string();
            }
            rows.push(Json::Array(row));
        }
    }
}

impl Column {
    /// What it says in one row.
    pub(super) fn value(&self, row: usize) -> Option<Value> {
        self.values.value(row)
    }

    fn array_type(&self) -> &'static str {
        match self.values {
            Values::Bigint(_) => "bigint",
            Values::Boolean(_) => "boolean",
            Values::Uuid(_) => "uuid",
            Values::Text(_) | Values::OptText(_) | Values::OptBigint(_) | Values::OptUuid(_) => "text",
        }
    }

    /// The driver's arrays hold no NULLs: an optional value travels as text, '' for NULL. So NULL is where an array has ended, of which
    /// only the first was sent: [`Values::sent`].
    fn unnested(&self, i: usize, array: &str) -> String {
        let sent = if i == 0 { "c0".to_owned() } else { format!("COALESCE(c{i}, ({array})[1])") };
        let value = match self.values {
            Values::OptText(_) => format!("substr(NULLIF({sent}, ''), 2)"),
            Values::OptBigint(_) => format!("NULLIF({sent}, '')::bigint"),
            Values::OptUuid(_) => format!("NULLIF({sent}, '')::uuid"),
            Values::Bigint(_) | Values::Text(_) | Values::Boolean(_) | Values::Uuid(_) => sent,
        };
        format!("{value} AS {}", self.name)
    }

    fn extracted(&self, i: usize) -> String {
        let value = format!("json_extract(value, '$[{i}]')");
        match self.values {
            Values::Uuid(_) | Values::OptUuid(_) => format!("unhex({value}) AS {}", self.name),
            Values::Bigint(_) | Values::OptBigint(_) | Values::Text(_) | Values::OptText(_) | Values::Boolean(_) => {
                format!("{value} AS {}", self.name)
            }
        }
    }
}
