//! Reads a whole stock sheet and judges every row, before anything is written. Knows no database and no service.

use std::collections::HashMap;

use shared::code::Code;
use shared::measure::Dimensions;
use shared::money::Money;
use shared::sheet::{self, Quotes, ReadError};

use super::column::{CODE, FIELDS, QUANTITY};
use super::problem::{Cost, Problem, Reason, ToldRow};
use super::row::Row;

/// How to read a sheet.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) file: sheet::Reading,
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
    pub(crate) bad_rows: Vec<ToldRow>,
    /// Rows that are in an item, without cells that cannot be read.
    pub(crate) lossy_rows: Vec<ToldRow>,
    /// How the file was read, and which columns nobody reads.
    pub(crate) told: Vec<String>,
}

impl Sheet {
    /// Reads the file's bytes; fails only if nobody can tell what its columns hold.
    pub(crate) fn read(bytes: &[u8], reading: &Reading) -> Result<Self, ReadError> {
        let file = sheet::Sheet::read(bytes, &reading.file, FIELDS, Quotes::Csv)?;
        file.columns().require_any(&[CODE])?;
        if reading.needs_quantity {
            file.columns().require_any(&[QUANTITY])?;
        }
        let rows = file.records().map(|record| Row::judge(record, reading)).collect();
        Ok(Self::of(rows, file.told()))
    }

    /// The lines of numbers that can be read in two ways.
    pub(crate) fn doubtful_lines(&self) -> Vec<u64> {
        let told = self.bad_rows.iter().chain(&self.lossy_rows);
        let doubtful = told.filter(|row| row.problems.iter().any(|problem| problem.reason == Reason::TwoReadings));
        let mut lines: Vec<u64> = doubtful.map(|row| row.line).collect();
        lines.sort_unstable();
        lines
    }

    /// Brings the rows of one code together: one that repeats, or whose rows disagree, is imported for none of them.
    fn of(mut rows: Vec<Row>, told: Vec<String>) -> Self {
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

        let mut sheet = Self { rows: rows.len(), items: vec![], bad_rows: vec![], lossy_rows: vec![], told };
        let mut item_of: HashMap<Code, usize> = HashMap::new();
        for row in rows {
            let is_bad = row.is_bad();
            let told = ToldRow { line: row.line, code: row.code_cell, problems: row.problems };
            let Some(code) = row.code.filter(|_| !is_bad) else {
                sheet.bad_rows.push(told);
                continue;
            };
            if !told.problems.is_empty() {
                sheet.lossy_rows.push(told);
            }
            let place = *item_of.entry(code.clone()).or_insert(sheet.items.len());
            if place == sheet.items.len() {
                sheet.items.push(Item { code, goods: Goods::default(), stock: Vec::new(), lines: Vec::new() });
            }
            let item = &mut sheet.items[place];
            item.goods = item.goods.with(&row.goods).unwrap_or_default();
            item.lines.push(row.line);
            item.stock.extend(row.quantity.map(|quantity| (row.location, quantity)));
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

impl Goods {
    /// What two rows say together; none if they contradict each other.
    fn with(&self, other: &Self) -> Option<Self> {
        fn one<T: Clone + PartialEq>(one: &Option<T>, other: &Option<T>) -> Option<Option<T>> {
            match (one, other) {
                (Some(one), Some(other)) if one != other => None,
                _ => Some(one.clone().or_else(|| other.clone())),
            }
        }
        Some(Self {
            product_name: one(&self.product_name, &other.product_name)?,
            dimensions: one(&self.dimensions, &other.dimensions)?,
            weight_g: one(&self.weight_g, &other.weight_g)?,
            cost_price: one(&self.cost_price, &other.cost_price)?,
            barcode: one(&self.barcode, &other.barcode)?,
        })
    }
}

/// Why the rows of one code cannot be imported together, if they cannot.
fn conflict(rows: &[Row], places: &[usize]) -> Option<Reason> {
    let mut locations: Vec<&str> = places.iter().map(|&place| rows[place].location.as_str()).collect();
    locations.sort_unstable();
    if locations.windows(2).any(|pair| pair[0] == pair[1]) {
        return Some(Reason::RepeatedCode);
    }
    let mut good = places.iter().map(|&place| &rows[place]).filter(|row| !row.is_bad());
    let together = good.try_fold(Goods::default(), |all, row| all.with(&row.goods));
    together.is_none().then_some(Reason::RowsDisagree)
}

fn refuse_all(rows: &mut [Row], places: &[usize], reason: Reason) {
    let lines: Vec<u64> = places.iter().map(|&place| rows[place].line).collect();
    for &place in places {
        let row = &mut rows[place];
        let others = lines.iter().filter(|&&line| line != row.line);
        let others = others.take(10).map(u64::to_string).collect::<Vec<_>>().join(", ");
        row.problems.push(Problem { reason, cost: Cost::Row, field: CODE, found: format!("also on line {others}") });
    }
}

#[cfg(test)]
mod tests;
