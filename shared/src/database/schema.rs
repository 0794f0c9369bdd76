//! Tables as entities define them, to be compared with what the migrations made.

use sea_orm::{ColumnTrait, EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn, sea_query::ColumnType};

/// A table, with its columns and its primary key in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Names of the columns of its primary key.
    pub primary_key: Vec<String>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// What a column holds, on any engine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A 64-bit integer.
    Bigint,
    /// A text of any length.
    Text,
    /// True or false.
    Boolean,
    /// A UUID.
    Uuid,
    /// What no table of ours has, by its name.
    Other(String),
}

impl Table {
    /// The table of an entity.
    pub fn of<E: EntityTrait>() -> Self {
        Self {
            name: E::default().table_name().to_owned(),
            columns: E::Column::iter().map(Column::of).collect(),
            primary_key: E::PrimaryKey::iter().map(|key| key.into_column().as_str().to_owned()).collect(),
        }
    }
}

impl Column {
    fn of(column: impl ColumnTrait) -> Self {
        Self { name: column.as_str().to_owned(), kind: Kind::of(&column), nullable: column.def().is_null() }
    }
}

impl Kind {
    /// What a column of an entity holds.
    pub fn of(column: &impl ColumnTrait) -> Self {
        match column.def().get_column_type() {
            ColumnType::BigInteger => Self::Bigint,
            ColumnType::String(_) | ColumnType::Text => Self::Text,
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Uuid => Self::Uuid,
            other => Self::Other(format!("{other:?}")),
        }
    }
}
