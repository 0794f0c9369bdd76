//! Rows of a table, read as what its entity defines.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, Value};
use serde::de::DeserializeOwned;

use super::{Engine, Transaction, schema::Kind};

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

/// A column as a value of JSON that its entity's field is read from. What SQLite lets stand in any column, but no field can hold, stays of
/// another type: a BLOB would be taken for JSON.
fn as_json(column: String, kind: Kind) -> String {
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

impl Transaction {
    /// The rows of an entity's table that a FROM clause finds, in any order.
    ///
    /// SQLite's driver hands over each row on its own, and wakes its reader each time, which costs more than most rows: so there they come
    /// as one, a JSON document.
    pub async fn read<E>(&self, from: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<E::Model>, DbErr>
    where
        E: EntityTrait,
        E::Model: DeserializeOwned,
    {
        let engine = self.engine();
        match engine {
            Engine::Postgres => {
                let sql = format!("SELECT {} FROM {from}", columns_of::<E>());
                let found = self.query_all_raw(engine.statement(sql, values)).await?;
                found.iter().map(|row| E::Model::from_query_result(row, "")).collect()
            }
            Engine::Sqlite => {
                let sql = format!("SELECT json_group_array(json_array({})) AS found FROM {from}", named::<E>(as_json));
                let row = self.query_one_raw(engine.statement(sql, values)).await?;
                let row = row.ok_or_else(|| DbErr::RecordNotFound("rows as one".to_owned()))?;
                let found: String = row.try_get("", "found")?;
                // The error itself would tell the value, which may be personal data.
                serde_json::from_str(&found).map_err(|_| {
                    DbErr::Type(format!(
                        "a row of {} has a value that its column cannot have",
                        E::default().table_name()
                    ))
                })
            }
        }
    }
}
