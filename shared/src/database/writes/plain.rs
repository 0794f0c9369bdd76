//! Statements for a few rows, each value a parameter.

use std::iter;

use sea_orm::{DbErr, Value};

use super::{Change, Part};
use crate::{database::rows::Column, identity::Merchant};

/// How a statement names its parameters, which are sent in their order.
#[derive(Debug)]
pub(super) enum Marks {
    /// Not at all: SQLite looks for names one by one.
    Anonymous,
    /// From this number on, as PostgreSQL wants.
    Numbered(usize),
}

impl Marks {
    fn next(&mut self) -> String {
        match self {
            Self::Anonymous => "?".to_owned(),
            Self::Numbered(number) => {
                let mark = format!("${number}");
                *number = number.saturating_add(1);
                mark
            }
        }
    }
}

/// What is done with some rows of a part, with its parameters.
pub(super) struct Plain<'a> {
    merchant: &'a Merchant,
    pub(super) part: &'a Part,
    /// The parameters of one row, in the order of its text.
    parameters: Vec<Parameter<'a>>,
}

enum Parameter<'a> {
    Merchant,
    Column(&'a Column),
}

impl<'a> Plain<'a> {
    pub(super) fn new(merchant: &'a Merchant, part: &'a Part) -> Result<Self, DbErr> {
        let columns = part.rows.columns();
        let named = |name: &str| {
            let found = columns.iter().find(|column| column.name == name).map(Parameter::Column);
            found.ok_or_else(|| DbErr::Type(format!("rows for {} without {name}", part.table)))
        };
        let own = iter::once(Ok(Parameter::Merchant));
        let parameters: Result<_, DbErr> = match &part.change {
            Change::Insert => own.chain(columns.iter().map(|column| Ok(Parameter::Column(column)))).collect(),
            Change::Update(update) => {
                let set = update.columns.iter().map(|column| named(column));
                set.chain(own).chain(update.conditions().map(|(_, new)| named(new))).collect()
            }
            Change::Delete(key) => own.chain(key.iter().map(|column| named(column))).collect(),
        };
        Ok(Self { merchant, part, parameters: parameters? })
    }

    /// The parameters of one row.
    pub(super) fn values(&self, row: usize) -> impl Iterator<Item = Result<Value, DbErr>> {
        self.parameters.iter().map(move |parameter| match parameter {
            Parameter::Merchant => Ok(self.merchant.as_str().into()),
            Parameter::Column(column) => {
                column.value(row).ok_or_else(|| DbErr::Type(format!("{} has no row {row}", column.name)))
            }
        })
    }

    /// A statement for so many rows, or several of them in one text. `insert` says how rows are inserted.
    pub(super) fn text(&self, insert: &str, count: usize, marks: &mut Marks) -> String {
        let table = self.part.table;
        match &self.part.change {
            Change::Insert => {
                let columns: Vec<&str> = self.part.rows.columns().iter().map(|column| column.name).collect();
                let rows =
                    repeated(count, ", ", || format!("({})", repeated(self.parameters.len(), ", ", || marks.next())));
                format!("{insert} INTO {table} (merchant, {}) VALUES {rows}", columns.join(", "))
            }
            Change::Update(update) => repeated(count, "; ", || {
                let set: Vec<String> =
                    update.columns.iter().map(|column| format!("{column} = {}", marks.next())).collect();
                let own = update.conditions().map(|(own, _)| own);
                format!("UPDATE {table} SET {} WHERE {}", set.join(", "), equal(own, marks))
            }),
            Change::Delete(key) => {
                repeated(count, "; ", || format!("DELETE FROM {table} WHERE {}", equal(key.iter().copied(), marks)))
            }
        }
    }
}

fn equal(columns: impl Iterator<Item = &'static str>, marks: &mut Marks) -> String {
    let conditions: Vec<String> =
        iter::once("merchant").chain(columns).map(|column| format!("{column} = {}", marks.next())).collect();
    conditions.join(" AND ")
}

fn repeated(count: usize, between: &str, text: impl FnMut() -> String) -> String {
    iter::repeat_with(text).take(count).collect::<Vec<_>>().join(between)
}
