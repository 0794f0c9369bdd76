//! Values of one column, as either engine takes them.

use sea_orm::{Value, sea_query::ArrayType};
use serde_json::Value as Json;
use uuid::Uuid;

/// The values of a column, one for each row.
#[derive(Debug)]
pub(super) enum Values {
    Bigint(Vec<i64>),
    OptBigint(Vec<Option<i64>>),
    Text(Vec<String>),
    OptText(Vec<Option<String>>),
    Boolean(Vec<bool>),
    Uuid(Vec<Uuid>),
    OptUuid(Vec<Option<Uuid>>),
}

impl Values {
    pub(super) fn len(&self) -> usize {
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

    /// The value in one row.
    pub(super) fn value(&self, row: usize) -> Option<Value> {
        Some(match self {
            Self::Bigint(values) => Value::BigInt(Some(*values.get(row)?)),
            Self::OptBigint(values) => Value::BigInt(*values.get(row)?),
            Self::Text(values) => Value::String(Some(values.get(row)?.clone())),
            Self::OptText(values) => Value::String(values.get(row)?.clone()),
            Self::Boolean(values) => Value::Bool(Some(*values.get(row)?)),
            Self::Uuid(values) => Value::Uuid(Some(*values.get(row)?)),
            Self::OptUuid(values) => Value::Uuid(*values.get(row)?),
        })
    }

    /// What is sent of a column: of one that says the same in every row, the first value only. The column that `counts` the rows is whole.
    pub(super) fn sent(mut self, counts: bool) -> Self {
        if !counts {
            match &mut self {
                Self::Bigint(values) => cut(values),
                Self::OptBigint(values) => cut(values),
                Self::Text(values) => cut(values),
                Self::OptText(values) => cut(values),
                Self::Boolean(values) => cut(values),
                Self::Uuid(values) => cut(values),
                Self::OptUuid(values) => cut(values),
            }
        }
        self
    }

    pub(super) fn into_array(self) -> Value {
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

    pub(super) fn into_json(self) -> Vec<Json> {
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

fn cut<T: PartialEq>(values: &mut Vec<T>) {
    if let Some((first, others)) = values.split_first()
        && others.iter().all(|value| value == first)
    {
        values.truncate(1);
    }
}

fn array(of: ArrayType, values: impl Iterator<Item = Value>) -> Value {
    Value::Array(of, Some(Box::new(values.collect())))
}

fn texts(values: impl IntoIterator<Item = String>) -> Value {
    array(ArrayType::String, values.into_iter().map(|v| Value::String(Some(v))))
}
