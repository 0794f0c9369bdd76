//! Files of rows as people and marketplaces make them: CSV, TSV and XLSX, read whole into named cells with their lines.
//!
//! Knows no field: who reads a kind of file says which fields there are, and how its headers call them.

mod arguments;
mod cell;
mod columns;
mod delimited;
mod encoding;
mod lines;
mod number;
mod row;
mod workbook;

use encoding_rs::UTF_8;

pub use self::arguments::Reading;
pub use self::cell::{Cell, Record};
pub use self::columns::{Choice, Columns, Field, HeaderError, Unread};
pub use self::number::{Mark, Number, NumberError};
pub use self::row::Row;

/// Columns that are named where nobody reads them.
const NAMED_MAX: usize = 12;

/// What a quote means in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quotes {
    /// It surrounds a cell, as in CSV.
    #[default]
    Csv,
    /// Between tabs it is a character like any other.
    Typed,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Its header leaves doubt.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// It is no workbook, or a damaged one.
    #[error("the workbook cannot be read: {0}")]
    Workbook(String),
    /// It is a workbook of before 2007, or a protected one.
    #[error(
        "a workbook in a format that is not read (.xls, or with a password): save it as .xlsx without one, or as CSV"
    )]
    OldWorkbook,
    /// A workbook holds too much.
    #[error("the sheet is too large: at most 1,024 columns and 50 million cells are read")]
    TooLarge,
    /// No sheet has the name.
    #[error("no sheet is called `{name}`; the workbook has: {found}")]
    NoSheet {
        /// What was asked for.
        name: String,
        /// What there is.
        found: String,
    },
    /// A sheet was named, and the file has none.
    #[error("--sheet belongs to a workbook, and this file is none")]
    NoWorkbook,
}

/// A file's rows under its header.
#[derive(Clone, Debug)]
pub struct Sheet {
    columns: Columns,
    rows: Vec<Row>,
    told: Vec<String>,
}

impl Sheet {
    /// Reads a file's bytes; fails only where nobody can tell what its columns hold.
    pub fn read(bytes: &[u8], reading: &Reading, fields: &'static [Field], quotes: Quotes) -> Result<Self, ReadError> {
        let mut told = Vec::new();
        let first_row = reading.first_row.unwrap_or(1);
        let mut rows = if bytes.starts_with(workbook::MARK) {
            let (rows, name) = workbook::rows(bytes, reading.sheet.as_deref(), first_row)?;
            told.extend(reading.sheet.is_none().then(|| format!("read from the sheet `{name}`")));
            rows
        } else if bytes.starts_with(workbook::OLD_MARK) {
            return Err(ReadError::OldWorkbook);
        } else if reading.sheet.is_some() {
            return Err(ReadError::NoWorkbook);
        } else {
            let decoded = encoding::decode(bytes, reading.encoding);
            if decoded.encoding != UTF_8 && reading.encoding.is_none() {
                told.push(format!("read as {}; --encoding says otherwise", decoded.encoding.name()));
            }
            let shape = delimited::Shape { delimiter: reading.delimiter, first_row, quotes };
            delimited::rows(&decoded.text, shape)
        };
        if rows.is_empty() {
            return Err(HeaderError::Empty.into());
        }
        let header = rows.remove(0);
        let width = header.cells.len();
        let headers = (0..width).map(|place| header.cell(place).to_owned()).collect();
        let columns = Columns::of(headers, fields, &reading.columns)?;
        rows.iter_mut().for_each(|row| row.measure(width));
        Ok(Self { columns, rows, told })
    }

    /// Where each field is.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The rows under the header that are not blank.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'_>> + Clone {
        self.rows.iter().map(|row| Record::new(row, &self.columns))
    }

    /// What a person should hear of how it was read, and which columns nobody reads.
    pub fn told(&self) -> Vec<String> {
        let mut told = self.told.clone();
        let mut others = Vec::new();
        for unread in self.columns.unread() {
            match unread.near {
                Some(near) => told.push(format!("the column `{}` is not read: is `{near}` meant?", unread.header)),
                None => others.push(unread.header.as_str()),
            }
        }
        if !others.is_empty() {
            let more = others.len().saturating_sub(NAMED_MAX);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            others.truncate(NAMED_MAX);
            told.push(format!("columns that are not read: {}{more}", others.join(", ")));
        }
        told
    }
}

#[cfg(test)]
mod tests;
