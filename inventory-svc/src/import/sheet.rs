//! Reads a whole sheet and judges every row, before anything is written. Knows no database and no service.

use std::collections::HashMap;

use shared::code::Code;
use shared::measure::Dimensions;
use shared::money::Money;

use super::column::{ColumnChoice, Columns, Field, HeaderError};
use super::lines::Lines;
use super::problem::{BadRow, Problem, Reason};
use super::row::{self, Row};

/// How to read a sheet.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) choices: Vec<ColumnChoice>,
    pub(crate) delimiter: u8,
    /// The currency of amounts whose row names none.
    pub(crate) currency: Option<String>,
    /// The location of rows that name none.
    pub(crate) location: String,
    /// Whether a file without quantities says nothing.
    pub(crate) needs_quantity: bool,
}

/// What a row says of the goods themselves; absent is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Goods {
    pub(crate) product_name: Option<String>,
    pub(crate) dimensions: Option<Dimensions>,
    pub(crate) weight_g: Option<i64>,
    pub(crate) cost_price: Option<Money>,
    pub(crate) barcode: Option<String>,
}

/// One ISKU that the sheet states, with its stock by location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) code: Code,
    pub(crate) goods: Goods,
    /// Empty if the sheet has no quantities.
    pub(crate) stock: Vec<(String, i64)>,
    /// The lines it comes from.
    pub(crate) lines: Vec<u64>,
}

/// A sheet, judged: each row is in an item or bad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) rows: usize,
    pub(crate) items: Vec<Item>,
    pub(crate) bad_rows: Vec<BadRow>,
    pub(crate) ignored_columns: Vec<String>,
}

impl Sheet {
    /// Reads the file's bytes; fails only if the header leaves doubt about what the columns hold.
    pub(crate) fn read(bytes: &[u8], reading: &Reading) -> Result<Self, HeaderError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut csv =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(reading.delimiter).from_reader(bytes);
        let mut record = csv::ByteRecord::new();
        if !csv.read_byte_record(&mut record).unwrap_or(false) {
            return Err(HeaderError::Empty);
        }
        let header = row::texts(&record).ok_or(HeaderError::NotUtf8)?;
        let columns = Columns::of(&header, &reading.choices)?;
        if reading.needs_quantity && !columns.has(Field::Quantity) {
            return Err(HeaderError::NoQuantity);
        }

        let (mut rows, mut lines) = (Vec::new(), Lines::of(bytes));
        let mut start = byte_of(&csv);
        while csv.read_byte_record(&mut record).unwrap_or(false) {
            let end = byte_of(&csv);
            rows.push(Row::judge(lines.of_record(start..end), row::texts(&record), &columns, reading));
            start = end;
        }
        Ok(Self::of(rows, columns.ignored))
    }

    /// Brings the rows of one code together: a code is imported whole or not at all.
    fn of(mut rows: Vec<Row>, ignored_columns: Vec<String>) -> Self {
        let mut by_code: HashMap<Code, Vec<usize>> = HashMap::new();
        for (place, row) in rows.iter().enumerate() {
            if let Some(code) = &row.code {
                by_code.entry(code.clone()).or_default().push(place);
            }
        }
        for places in by_code.values().filter(|places| places.len() > 1) {
            if let Some(reason) = conflict(&rows, places) {
                refuse_all(&mut rows, places, reason);
            }
        }

        let mut sheet = Self { rows: rows.len(), items: Vec::new(), bad_rows: Vec::new(), ignored_columns };
        let mut item_of: HashMap<Code, usize> = HashMap::new();
        for row in rows {
            match row.code {
                Some(code) if row.problems.is_empty() => {
                    let place = *item_of.entry(code.clone()).or_insert(sheet.items.len());
                    if place == sheet.items.len() {
                        sheet.items.push(Item { code, goods: row.goods, stock: Vec::new(), lines: Vec::new() });
                    }
                    let item = &mut sheet.items[place];
                    item.lines.push(row.line);
                    item.stock.extend(row.quantity.map(|quantity| (row.location, quantity)));
                }
                _ => sheet.bad_rows.push(BadRow { line: row.line, code: row.code_cell, problems: row.problems }),
            }
        }
        sheet
    }

    /// For each item the codes of other items that are near to its own.
    pub(crate) fn near_codes(&self) -> Vec<Vec<String>> {
        let mut alike: HashMap<String, Vec<&Code>> = HashMap::new();
        for item in &self.items {
            if let Some(key) = item.code.near_key() {
                alike.entry(key).or_default().push(&item.code);
            }
        }
        let others = |item: &Item| {
            let all = item.code.near_key().and_then(|key| alike.get(&key)).into_iter().flatten();
            all.filter(|code| ***code != item.code).take(5).map(ToString::to_string).collect()
        };
        self.items.iter().map(others).collect()
    }
}

fn byte_of(csv: &csv::Reader<&[u8]>) -> usize {
    usize::try_from(csv.position().byte()).unwrap_or(usize::MAX)
}

/// Why the rows of one code cannot be imported together, if they cannot.
fn conflict(rows: &[Row], places: &[usize]) -> Option<Reason> {
    let mut locations: Vec<&str> = places.iter().map(|&place| rows[place].location.as_str()).collect();
    locations.sort_unstable();
    if locations.windows(2).any(|pair| pair[0] == pair[1]) {
        return Some(Reason::RepeatedCode);
    }
    if places.iter().any(|&place| !rows[place].problems.is_empty()) {
        return Some(Reason::OtherRowBad);
    }
    let first = &rows[places[0]].goods;
    places.iter().any(|&place| rows[place].goods != *first).then_some(Reason::RowsDisagree)
}

fn refuse_all(rows: &mut [Row], places: &[usize], reason: Reason) {
    let lines: Vec<u64> = places.iter().map(|&place| rows[place].line).collect();
    for &place in places {
        let row = &mut rows[place];
        if reason == Reason::OtherRowBad && !row.problems.is_empty() {
            continue;
        }
        let others = lines.iter().filter(|&&line| line != row.line);
        let others = others.take(10).map(u64::to_string).collect::<Vec<_>>().join(", ");
        row.problems.push(Problem { reason, field: "code", found: format!("also on line {others}") });
    }
}

#[cfg(test)]
mod tests;
