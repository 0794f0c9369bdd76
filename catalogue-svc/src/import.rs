//! Marketplaces' export formats: a CSV file becomes the items of a sync. Pure: knows no network and no catalogue.

mod generic;
mod lines;
mod list;
mod number;
mod shopify;
mod table;
mod woocommerce;

use std::{collections::VecDeque, io::Read};

use self::table::{Record, Table};
use crate::domain::sync::item::Item;

pub(crate) use self::generic::COLUMNS as GENERIC_COLUMNS;

/// An export format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Shopify's product CSV.
    Shopify,
    /// WooCommerce's product CSV.
    Woocommerce,
    /// The generic CSV that is documented here.
    Generic,
}

/// What a file does not say itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// The currency of cost prices that come without one; they are unknown without it.
    pub currency: Option<String>,
}

/// A row that cannot be an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What is wrong with it, for the person who reads it.
    pub reason: String,
}

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// The file cannot be read.
    #[error("cannot read the file: {0}")]
    Unreadable(String),
    /// The file is not of this format.
    #[error("not a {format} export: the first line has no column {columns}")]
    Header {
        /// The format that was asked for.
        format: &'static str,
        /// The columns that are missing.
        columns: String,
    },
}

/// An item, or the row that could not become one.
pub(crate) type Row = Result<Item, BadRow>;

/// The items of a file, read as they are asked for.
pub(crate) struct Items<R> {
    table: Table<R>,
    format: State,
    options: Options,
    ready: VecDeque<Row>,
    ended: bool,
}

enum State {
    Shopify(Vec<Record>),
    Woocommerce(Box<woocommerce::Units>),
    Generic,
}

impl<R: Read> Items<R> {
    /// Reads the header; fails if the file is of another format.
    pub(crate) fn open(format: Format, source: R, options: Options) -> Result<Self, FileError> {
        let table = Table::open(source)?;
        let state = match format {
            Format::Shopify => {
                table.require("Shopify", &["Handle", "Title"])?;
                State::Shopify(vec![])
            }
            Format::Woocommerce => {
                table.require("WooCommerce", &["Type", "SKU"])?;
                State::Woocommerce(Box::new(woocommerce::Units::of(table.names())))
            }
            Format::Generic => {
                table.require_any("generic", &["csku", "channel_listing_id"])?;
                State::Generic
            }
        };
        Ok(Self { table, format: state, options, ready: VecDeque::new(), ended: false })
    }

    fn take(&mut self, record: Record) {
        match &mut self.format {
            State::Shopify(product) => {
                if product.first().is_some_and(|first| first.get("Handle") != record.get("Handle")) {
                    let whole = std::mem::take(product);
                    self.ready.extend(shopify::items(&whole, &self.options));
                }
                product.push(record);
            }
            State::Woocommerce(units) => {
                let record = record.map(woocommerce::unescaped);
                self.ready.push_back(woocommerce::item(&record, units, &self.options));
            }
            State::Generic => self.ready.push_back(generic::item(&record, &self.options)),
        }
    }

    fn finish(&mut self) {
        self.ended = true;
        if let State::Shopify(product) = &mut self.format {
            let whole = std::mem::take(product);
            self.ready.extend(shopify::items(&whole, &self.options));
        }
    }
}

impl<R: Read> Iterator for Items<R> {
    type Item = Result<Row, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                return Some(Ok(row));
            }
            if self.ended {
                return None;
            }
            match self.table.read() {
                Ok(Some(Ok(record))) => self.take(record),
                Ok(Some(Err(bad))) => return Some(Ok(Err(bad))),
                Ok(None) => self.finish(),
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// All rows of a literal file.
    pub(crate) fn rows(format: Format, text: &str, currency: Option<&str>) -> Vec<Row> {
        let options = Options { currency: currency.map(str::to_owned) };
        Items::open(format, text.as_bytes(), options).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn another_kind_of_file_is_refused_with_the_columns_it_lacks() {
        let error = Items::open(Format::Shopify, "a,b\n1,2\n".as_bytes(), Options::default()).err().unwrap();

        assert_eq!(error.to_string(), "not a Shopify export: the first line has no column \"Handle\", \"Title\"");
    }

    #[test]
    fn a_row_that_is_no_text_or_too_short_is_named_by_its_line_and_the_rest_goes_on() {
        let file = b"\xef\xbb\xbfcsku,title\nA,one\nB,\xff\nC\n\"D\nD\",four\nE,five\n";
        let rows: Vec<Row> =
            Items::open(Format::Generic, &file[..], Options::default()).unwrap().map(Result::unwrap).collect();

        let seen: Vec<Result<(i64, &str), u64>> =
            rows.iter().map(|row| row.as_ref().map(|i| (i.row, i.csku.as_str())).map_err(|bad| bad.line)).collect();
        assert_eq!(seen, [Ok((2, "A")), Err(3), Err(4), Ok((5, "D\nD")), Ok((7, "E"))]);
    }
}
