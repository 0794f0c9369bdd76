//! Set-valued parameters: any number of rows in one statement whose text stays the same.
//!
//! PostgreSQL gets one array per column (`unnest`), SQLite one JSON document (`jsonb_each`, since 3.51).

mod digest;

use sea_orm::{Value, sea_query::ArrayType};
use serde_json::Value as Json;
use uuid::Uuid;

use super::Engine;

/// Rows that a statement reads like a table.
#[derive(Debug)]
pub struct Rows {
    engine: Engine,
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    name: &'static str,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Bigint(Vec<i64>),
    OptBigint(Vec<Option<i64>>),
    Text(Vec<String>),
    OptText(Vec<Option<String>>),
    Boolean(Vec<bool>),
    Uuid(Vec<Uuid>),
    OptUuid(Vec<Option<Uuid>>),
}

impl Rows {
    /// Rows for one engine, without columns yet.
    pub fn new(engine: Engine) -> Self {
        Self { engine, columns: vec![] }
    }

    fn column(mut self, name: &'static str, values: Values) -> Self {
        self.columns.push(Column { name, values });
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
                let selected: Vec<String> =
                    self.columns.iter().enumerate().map(|(i, column)| column.unnested(i)).collect();
                let arrays: Vec<String> = self
                    .columns
                    .iter()
                    .enumerate()
                    .map(|(i, column)| format!("${}::{}[]", first + i, column.array_type()))
                    .collect();
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

    /// An INSERT of columns of these rows into a table whose first column, the merchant, is `$1`.
    pub fn insert(&self, first: usize, table: &str, columns: &str) -> String {
        format!("INSERT INTO {table} (merchant, {columns}) SELECT $1, {columns} FROM {}", self.table("new", first))
    }

    /// An UPDATE of columns of a table by its key, whose first column, the merchant, is `$1`. `new` is what the rows are called, and
    /// `guard` what else must hold. On PostgreSQL nobody else may be changing these rows of the table.
    pub fn update(&self, first: usize, table: &str, key: &[&str], columns: &[&str], guard: &str) -> String {
        let set: Vec<String> = columns.iter().map(|column| format!("{column} = new.{column}")).collect();
        format!("UPDATE {table} SET {} FROM {}", set.join(", "), self.located(first, table, key, guard))
    }

    /// A DELETE of rows of a table by the first columns of its key, of which the very first, the merchant, is `$1`.
    pub fn delete(&self, first: usize, table: &str, key: &[&str]) -> String {
        match self.engine {
            Engine::Postgres => format!("DELETE FROM {table} USING {}", self.located(first, table, key, "")),
            Engine::Sqlite => {
                let key = key.join(", ");
                format!(
                    "DELETE FROM {table} WHERE merchant = $1 AND ({key}) IN (SELECT {key} FROM {})",
                    self.table("new", first)
                )
            }
        }
    }

    /// The rows of a table that have the keys of these rows, from FROM on: whatever an engine believes of the table, by its index.
    fn located(&self, first: usize, table: &str, key: &[&str], guard: &str) -> String {
        let new = self.table("new", first);
        let equal: Vec<String> = key.iter().map(|column| format!("{table}.{column} = new.{column}")).collect();
        let condition = format!("{table}.merchant = $1 AND {} {guard}", equal.join(" AND "));
        match self.engine {
            Engine::Postgres => format!(
                "(SELECT new.*, own.place FROM {new} CROSS JOIN LATERAL \
                     (SELECT ctid AS place FROM {table} WHERE {condition} OFFSET 0) AS own) AS new \
                 WHERE {table}.ctid = new.place"
            ),
            Engine::Sqlite => {
                // Else SQLite may walk along all that the merchant has.
                let own: Vec<String> = key.iter().map(|column| format!("{table}.{column}")).collect();
                let named = self.table("named", first);
                format!("{new} WHERE {condition} AND ({}) IN (SELECT {} FROM {named})", own.join(", "), key.join(", "))
            }
        }
    }

    /// The rows one after the other, in the order of their columns, each with what a query finds for it and may lock: a FROM clause of
    /// PostgreSQL. What is found is called `own`.
    pub fn in_order(&self, alias: &str, first: usize, query: &str) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let given = self.table("given", first);
        format!("(SELECT * FROM {given} ORDER BY {}) AS {alias} CROSS JOIN LATERAL ({query}) AS own", names.join(", "))
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
            Engine::Postgres => self.columns.into_iter().map(|column| column.values.into_array()).collect(),
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
    fn array_type(&self) -> &'static str {
        match self.values {
            Values::Bigint(_) => "bigint",
            Values::Boolean(_) => "boolean",
            Values::Uuid(_) => "uuid",
            Values::Text(_) | Values::OptText(_) | Values::OptBigint(_) | Values::OptUuid(_) => "text",
        }
    }

    /// The driver's arrays hold no NULLs: an optional value travels as text, '' for NULL.
    fn unnested(&self, i: usize) -> String {
        let value = match self.values {
            Values::OptText(_) => format!("substr(NULLIF(c{i}, ''), 2)"),
            Values::OptBigint(_) => format!("NULLIF(c{i}, '')::bigint"),
            Values::OptUuid(_) => format!("NULLIF(c{i}, '')::uuid"),
            Values::Bigint(_) | Values::Text(_) | Values::Boolean(_) | Values::Uuid(_) => format!("c{i}"),
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

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Bigint(values) => values.len(),
            Self::OptBigint(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::OptText(values) => values.len(),
            Self::Boolean(values) => values.len(),
            Self::Uuid(values) => values.len(),
            Self::OptUuid(values) => values.len(),
        }
    }

    fn into_array(self) -> Value {
        match self {
            Self::Bigint(values) => array(ArrayType::BigInt, values.into_iter().map(|v| Value::BigInt(Some(v)))),
            Self::Boolean(values) => array(ArrayType::Bool, values.into_iter().map(|v| Value::Bool(Some(v)))),
            Self::Uuid(values) => array(ArrayType::Uuid, values.into_iter().map(|v| Value::Uuid(Some(v)))),
            Self::Text(values) => texts(values),
            Self::OptText(values) => {
                texts(values.into_iter().map(|v| v.map_or(String::new(), |text| format!("={text}"))))
            }
            Self::OptBigint(values) => {
                texts(values.into_iter().map(|v| v.map_or(String::new(), |number| number.to_string())))
            }
            Self::OptUuid(values) => texts(values.into_iter().map(|v| v.map_or(String::new(), |id| id.to_string()))),
        }
    }

    fn into_json(self) -> Vec<Json> {
        let hex = |id: Uuid| Json::from(id.simple().to_string());
        match self {
            Self::Bigint(values) => values.into_iter().map(Json::from).collect(),
            Self::OptBigint(values) => values.into_iter().map(Json::from).collect(),
            Self::Text(values) => values.into_iter().map(Json::from).collect(),
            Self::OptText(values) => values.into_iter().map(Json::from).collect(),
            Self::Boolean(values) => values.into_iter().map(Json::from).collect(),
            Self::Uuid(values) => values.into_iter().map(hex).collect(),
            Self::OptUuid(values) => values.into_iter().map(|id| id.map_or(Json::Null, hex)).collect(),
        }
    }
}

fn array(of: ArrayType, values: impl Iterator<Item = Value>) -> Value {
    Value::Array(of, Some(Box::new(values.collect())))
}

fn texts(values: impl IntoIterator<Item = String>) -> Value {
    array(ArrayType::String, values.into_iter().map(|v| Value::String(Some(v))))
}
