//! Judges one row by itself, and tells everything that is wrong with it.

use std::ops::RangeInclusive;

use shared::code::{Code, CodeError, near};
use shared::measure::{Dimensions, WEIGHT_MAX_G};
use shared::money::{Money, MoneyError};

use super::cell;
use super::column::{Columns, Field};
use super::problem::{Problem, Reason};
use super::sheet::{Goods, Reading};

const QUANTITY_MAX: i64 = 1_000_000_000_000;
const NAME_LENGTH_MAX: usize = 512;
const BARCODE_LENGTH_MAX: usize = 64;

/// A row as far as it could be read.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) code_cell: String,
    /// Absent if the row names no legal code.
    pub(crate) code: Option<Code>,
    pub(crate) goods: Goods,
    pub(crate) location: String,
    /// Absent if the sheet has no quantities.
    pub(crate) quantity: Option<i64>,
    pub(crate) problems: Vec<Problem>,
}

/// The record's cells, if all of them are UTF-8.
pub(crate) fn texts(record: &csv::ByteRecord) -> Option<Vec<String>> {
    record.iter().map(|cell| std::str::from_utf8(cell).ok().map(str::to_owned)).collect()
}

impl Row {
    /// Judges the cells that stand on these lines; `None` if they are not text.
    pub(crate) fn judge(
        lines: RangeInclusive<u64>,
        cells: Option<Vec<String>>,
        columns: &Columns,
        reading: &Reading,
    ) -> Self {
        let mut judge = Judge { columns, cells: cells.as_deref().unwrap_or_default(), problems: Vec::new() };
        match &cells {
            None => judge.add(Reason::NotUtf8, "", String::new()),
            Some(cells) if cells.len() != columns.width => {
                let mut found = format!("{} instead of {}", cells.len(), columns.width);
                if lines.end() > lines.start() {
                    found.push_str(&format!(", up to line {}: is a quote left open?", lines.end()));
                }
                judge.add(Reason::CellCount, "", found);
            }
            Some(_) => {}
        }
        // Cells of a row that is torn as a whole are in the wrong places: only its code is worth telling.
        let torn = !judge.problems.is_empty();

        let code_cell = judge.cell(Field::Code).to_owned();
        if torn {
            let (problems, code) = (judge.problems, Code::parse(&code_cell).ok());
            let location = reading.location.clone();
            return Self {
                line: *lines.start(),
                code_cell,
                code,
                goods: Goods::default(),
                location,
                quantity: None,
                problems,
            };
        }
        let code = judge.code();
        let quantity = judge.quantity();
        let goods = Goods {
            product_name: judge.text(Field::ProductName, NAME_LENGTH_MAX),
            dimensions: judge.dimensions(),
            weight_g: judge.whole(Field::WeightG, 1, WEIGHT_MAX_G),
            cost_price: judge.cost_price(reading.currency.as_deref()),
            barcode: judge.barcode(),
        };
        let location = judge.text(Field::Location, Code::LENGTH_MAX).unwrap_or_else(|| reading.location.clone());
        Self { line: *lines.start(), code_cell, code, goods, location, quantity, problems: judge.problems }
    }
}

struct Judge<'row> {
    columns: &'row Columns,
    cells: &'row [String],
    problems: Vec<Problem>,
}

impl<'row> Judge<'row> {
    fn cell(&self, field: Field) -> &'row str {
        self.columns.cell(field, self.cells)
    }

    fn add(&mut self, reason: Reason, field: &'static str, found: String) {
        self.problems.push(Problem { reason, field, found });
    }

    /// The field's cell, unless it is blank or a formula's failure.
    fn stated(&mut self, field: Field) -> Option<&'row str> {
        let cell = self.cell(field);
        if cell::is_spreadsheet_error(cell) {
            self.add(Reason::SpreadsheetError, field.name(), cell.to_owned());
            return None;
        }
        (!cell.is_empty()).then_some(cell)
    }

    fn keep<T>(&mut self, field: Field, cell: &str, read: Result<T, Reason>) -> Option<T> {
        read.map_err(|reason| self.add(reason, field.name(), excerpt(cell))).ok()
    }

    fn code(&mut self) -> Option<Code> {
        if self.cell(Field::Code).is_empty() {
            self.add(Reason::BlankCode, Field::Code.name(), String::new());
        }
        let cell = self.stated(Field::Code)?;
        let read = Code::parse(cell).map_err(|error| match error {
            CodeError::Empty => Reason::BlankCode,
            CodeError::TooLong | CodeError::Control => Reason::InvalidCode,
        });
        self.keep(Field::Code, cell, read)
    }

    fn quantity(&mut self) -> Option<i64> {
        if self.columns.has(Field::Quantity) && self.cell(Field::Quantity).is_empty() {
            self.add(Reason::BlankQuantity, Field::Quantity.name(), String::new());
        }
        self.whole(Field::Quantity, 0, QUANTITY_MAX)
    }

    fn whole(&mut self, field: Field, least: i64, most: i64) -> Option<i64> {
        let cell = self.stated(field)?;
        self.keep(field, cell, cell::whole_within(cell, least, most))
    }

    fn text(&mut self, field: Field, length_max: usize) -> Option<String> {
        let cell = self.stated(field)?;
        let read = if cell.chars().count() > length_max { Err(Reason::TooLong) } else { Ok(cell.to_owned()) };
        self.keep(field, cell, read)
    }

    fn barcode(&mut self) -> Option<String> {
        let cell = self.text(Field::Barcode, BARCODE_LENGTH_MAX)?;
        let read = if near::is_power_of_ten(&cell) { Err(Reason::MangledBarcode) } else { Ok(cell.clone()) };
        self.keep(Field::Barcode, &cell, read)
    }

    fn dimensions(&mut self) -> Option<Dimensions> {
        let sides = [Field::LengthMm, Field::WidthMm, Field::HeightMm];
        let blank = sides.into_iter().filter(|side| self.cell(*side).is_empty()).collect::<Vec<_>>();
        let [length_mm, width_mm, height_mm] = sides.map(|side| self.whole(side, 1, Dimensions::SIDE_MAX_MM));
        if let 1..=2 = blank.len() {
            self.add(Reason::IncompleteDimensions, blank[0].name(), String::new());
        }
        Some(Dimensions { length_mm: length_mm?, width_mm: width_mm?, height_mm: height_mm? })
    }

    fn cost_price(&mut self, default_currency: Option<&str>) -> Option<Money> {
        let currency = self.stated(Field::Currency).or(default_currency);
        let cell = self.stated(Field::CostPrice)?;
        let (units, nanos) = self.keep(Field::CostPrice, cell, cell::amount(cell))?;
        let Some(currency) = currency else {
            self.add(Reason::CurrencyMissing, Field::Currency.name(), String::new());
            return None;
        };
        match Money::parse(currency, units, nanos) {
            Ok(money) => Some(money),
            Err(MoneyError::Currency) => self.keep(Field::Currency, currency, Err(Reason::InvalidCurrency)),
            Err(MoneyError::Units | MoneyError::Nanos) => self.keep(Field::CostPrice, cell, Err(Reason::OutOfRange)),
        }
    }
}

/// The start of a cell, in one line.
fn excerpt(cell: &str) -> String {
    let mut start: String = cell.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if cell.chars().nth(60).is_some() {
        start.push('…');
    }
    start
}
