//! Marketplaces' export formats: a file becomes the items of a sync. Pure: knows no network and no catalogue.
//!
//! A format is one file: its columns with what they hold and what their blank cells mean, and how a product's rows become items. Adding one
//! means that file and a line in [`FORMATS`].

mod amazon;
mod cells;
mod generic;
mod list;
mod magento;
mod medusa;
mod shopify;
mod spree;
mod unit;
mod variant;
mod vendure;
mod woocommerce;

use std::collections::HashMap;

use shared::sheet::{Columns, Field, Mark, Quotes, ReadError, Reading, Record, Sheet};

use crate::domain::sync::item::Item;

/// The formats that are read.
pub(crate) const FORMATS: [&Format; 8] = [
    &generic::FORMAT,
    &shopify::FORMAT,
    &woocommerce::FORMAT,
    &magento::FORMAT,
    &medusa::FORMAT,
    &vendure::FORMAT,
    &spree::FORMAT,
    &amazon::FORMAT,
];

/// An export format.
#[derive(Debug)]
pub(crate) struct Format {
    /// Its word on the command line.
    pub(crate) name: &'static str,
    /// What it is, for people.
    pub(crate) about: &'static str,
    /// The columns that it reads.
    pub(crate) fields: &'static [Field],
    /// Of each of these sets of columns a file has at least one.
    needs: &'static [&'static [&'static str]],
    /// Why a file is of another kind although it has those columns.
    refuses: fn(&Columns) -> Option<&'static str>,
    quotes: Quotes,
    /// Which product a row is of.
    key: for<'row> fn(&Record<'row>) -> Key<'row>,
    /// The items of one product.
    read: fn(&[Record<'_>], &Options) -> Vec<Row>,
}

/// Which product a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key<'row> {
    /// Of its own.
    Own,
    /// Of the one that all rows with this key are of.
    Of(&'row str),
    /// Of the one that the row above is of.
    Above,
}

/// What a file does not say itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// The currency of cost prices that come without one; they are unknown without it.
    pub(crate) currency: Option<String>,
    /// What stands before the decimals of numbers that can be read in two ways.
    pub(crate) decimal: Option<Mark>,
}

/// An item or the row that could not become one, and what there is to say of its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The item.
    pub(crate) item: Result<Item, BadRow>,
    /// What there is to say.
    pub(crate) notes: Vec<Note>,
}

/// A row that cannot be an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadRow {
    /// Its line in the file, from 1.
    pub(crate) line: u64,
    /// What is wrong with it, for the person who reads it.
    pub(crate) reason: String,
}

/// Something about one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// The line in the file, from 1.
    pub(crate) line: u64,
    /// What it means for the item.
    pub(crate) weight: Weight,
    /// What it is, for the person who reads it.
    pub(crate) text: String,
}

/// What a note means for its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Nothing is lost.
    Remark,
    /// A cell cannot be read: the item is sent without it.
    CellLost,
    /// A number can be read in two ways: nothing is sent until somebody says how.
    Doubt,
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// It cannot be opened.
    #[error("cannot read the file: {0}")]
    Unreadable(String),
    /// Its rows cannot be told.
    #[error("not {about}: {error}")]
    Sheet {
        /// The format that was asked for.
        about: &'static str,
        /// What is wrong.
        error: ReadError,
    },
    /// It is of another kind.
    #[error("not {about}: {reason}")]
    Other {
        /// The format that was asked for.
        about: &'static str,
        /// What it is, and what reads it.
        reason: &'static str,
    },
}

impl Format {
    /// The format with this word.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        FORMATS.into_iter().find(|format| format.name == name)
    }

    /// Reads a file's bytes; fails if it is of another format, or if its header leaves doubt.
    pub(crate) fn open(&self, bytes: &[u8], reading: &Reading) -> Result<Sheet, FileError> {
        let failed = |error: ReadError| FileError::Sheet { about: self.about, error };
        let sheet = Sheet::read(bytes, reading, self.fields, self.quotes).map_err(failed)?;
        for needed in self.needs {
            sheet.columns().require_any(needed).map_err(|error| failed(error.into()))?;
        }
        match (self.refuses)(sheet.columns()) {
            Some(reason) => Err(FileError::Other { about: self.about, reason }),
            None => Ok(sheet),
        }
    }

    /// The items of a file, in the order in which their products first stand there.
    pub(crate) fn items<'sheet>(
        &'static self,
        sheet: &'sheet Sheet,
        options: &'sheet Options,
    ) -> impl Iterator<Item = Row> + 'sheet {
        self.products(sheet).into_iter().flat_map(move |rows| self.product(rows, options))
    }

    fn products<'sheet>(&self, sheet: &'sheet Sheet) -> Vec<Vec<Record<'sheet>>> {
        let mut products: Vec<Vec<Record<'sheet>>> = Vec::new();
        let mut by_key: HashMap<&'sheet str, usize> = HashMap::new();
        for record in sheet.records() {
            let place = match (self.key)(&record) {
                Key::Own => products.len(),
                Key::Above => products.len().saturating_sub(1),
                Key::Of(key) => *by_key.entry(key).or_insert(products.len()),
            };
            match products.get_mut(place) {
                Some(rows) => rows.push(record),
                None => products.push(vec![record]),
            }
        }
        products
    }

    fn product(&self, mut rows: Vec<Record<'_>>, options: &Options) -> Vec<Row> {
        let mut read = Vec::new();
        rows.retain(|record| match &record.row.torn {
            None => true,
            Some(reason) => {
                read.push(Row::bad(record, reason.clone()));
                false
            }
        });
        if !rows.is_empty() {
            read.extend((self.read)(&rows, options));
        }
        read
    }
}

impl Row {
    fn bad(record: &Record<'_>, reason: impl Into<String>) -> Self {
        Self { item: Err(BadRow { line: record.row.line, reason: reason.into() }), notes: vec![] }
    }
}

#[cfg(test)]
pub(crate) mod tests;
