//! Judges one row by itself, and tells everything that is wrong with it: a cell that cannot be read costs that cell.

use shared::code::{Code, CodeError, near};
use shared::measure::{Dimensions, WEIGHT_MAX_G};
use shared::money::{Money, MoneyError};
use shared::sheet::{Cell, Record};

use super::cell;
use super::column::{
    BARCODE, CODE, COST_PRICE, CURRENCY, HEIGHT_MM, LENGTH_MM, LOCATION, PRODUCT_NAME, QUANTITY, WEIGHT_G, WIDTH_MM,
};
use super::problem::{Cost, Problem, Reason};
use super::sheet::{Goods, Reading};

const QUANTITY_MAX: i64 = 1_000_000_000_000;
const NAME_LENGTH_MAX: usize = 512;
const BARCODE_LENGTH_MAX: usize = 64;
/// What Shopify writes where a location does not keep an item.
const NOT_STOCKED: &str = "not stocked";

/// A row as far as it could be read.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) code_cell: String,
    /// Absent if the row names no legal code.
    pub(crate) code: Option<Code>,
    pub(crate) goods: Goods,
    pub(crate) location: String,
    /// Absent if the row states none.
    pub(crate) quantity: Option<i64>,
    pub(crate) problems: Vec<Problem>,
}

impl Row {
    /// Judges the cells of a record.
    pub(crate) fn judge(record: Record<'_>, reading: &Reading) -> Self {
        let mut judge = Judge { record, reading, problems: Vec::new() };
        let code_cell = record.get(CODE).to_owned();
        if let Some(torn) = &record.row.torn {
            // Its cells are in the wrong places: only its code is worth telling.
            judge.add(Cost::Row, Reason::CellCount, "", torn.clone());
            return Self {
                line: record.row.line,
                code: Code::parse(&code_cell).ok(),
                code_cell,
                goods: Goods::default(),
                location: reading.location.clone(),
                quantity: None,
                problems: judge.problems,
            };
        }
        let code = judge.code();
        let quantity = judge.quantity();
        let goods = Goods {
            product_name: judge.text(PRODUCT_NAME, NAME_LENGTH_MAX),
            dimensions: judge.dimensions(),
            weight_g: judge.whole(WEIGHT_G, 1, WEIGHT_MAX_G),
            cost_price: judge.cost_price(),
            barcode: judge.barcode(),
        };
        let location = judge.location();
        Self { line: record.row.line, code_cell, code, goods, location, quantity, problems: judge.problems }
    }

    /// Whether it is not imported.
    pub(crate) fn is_bad(&self) -> bool {
        self.code.is_none() || self.problems.iter().any(|problem| problem.cost == Cost::Row)
    }
}

struct Judge<'row> {
    record: Record<'row>,
    reading: &'row Reading,
    problems: Vec<Problem>,
}

impl<'row> Judge<'row> {
    fn add(&mut self, cost: Cost, reason: Reason, field: &'static str, found: String) {
        self.problems.push(Problem { reason, cost, field, found });
    }

    /// The field's cell, unless it is blank, a formula's failure or no text.
    fn stated(&mut self, field: &'static str, cost: Cost) -> Option<Cell<'row>> {
        let cell = self.record.cell(field);
        if cell.is_spreadsheet_error() {
            self.add(cost, Reason::SpreadsheetError, field, cell.text.to_owned());
            return None;
        }
        if cell.is_damaged() {
            self.add(cost, Reason::NotText, field, excerpt(cell.text));
            return None;
        }
        (!cell.is_blank()).then_some(cell)
    }

    fn keep<T>(&mut self, field: &'static str, cell: Cell<'_>, read: Result<T, Reason>) -> Option<T> {
        read.map_err(|reason| self.add(Cost::Cell, reason, field, excerpt(cell.text))).ok()
    }

    fn code(&mut self) -> Option<Code> {
        if self.record.cell(CODE).is_blank() {
            self.add(Cost::Row, Reason::BlankCode, CODE, String::new());
        }
        let cell = self.stated(CODE, Cost::Row)?;
        let read = Code::parse(cell.text).map_err(|error| match error {
            CodeError::Empty => Reason::BlankCode,
            CodeError::TooLong | CodeError::Control => Reason::InvalidCode,
        });
        read.map_err(|reason| self.add(Cost::Row, reason, CODE, excerpt(cell.text))).ok()
    }

    /// Where it lies; without knowing that, a quantity says nothing.
    fn location(&mut self) -> String {
        let location = self.stated(LOCATION, Cost::Row).map_or(self.reading.location.as_str(), |cell| cell.text);
        if location.chars().count() > Code::LENGTH_MAX {
            self.add(Cost::Row, Reason::TooLong, LOCATION, excerpt(location));
        }
        location.to_owned()
    }

    fn quantity(&mut self) -> Option<i64> {
        let cell = self.record.cell(QUANTITY);
        if cell.text.eq_ignore_ascii_case(NOT_STOCKED) {
            return None;
        }
        if self.record.columns.has(QUANTITY) && cell.is_blank() {
            self.add(Cost::Row, Reason::BlankQuantity, QUANTITY, String::new());
        }
        self.whole(QUANTITY, 0, QUANTITY_MAX)
    }

    fn whole(&mut self, field: &'static str, least: i64, most: i64) -> Option<i64> {
        let cell = self.stated(field, Cost::Cell)?;
        self.keep(field, cell, cell::whole_within(cell, self.reading.file.decimal, least, most))
    }

    fn text(&mut self, field: &'static str, length_max: usize) -> Option<String> {
        let cell = self.stated(field, Cost::Cell)?;
        let is_short = cell.text.chars().count() <= length_max;
        self.keep(field, cell, if is_short { Ok(cell.text.to_owned()) } else { Err(Reason::TooLong) })
    }

    fn barcode(&mut self) -> Option<String> {
        let barcode = self.text(BARCODE, BARCODE_LENGTH_MAX)?;
        let cell = self.record.cell(BARCODE);
        let read = if near::is_power_of_ten(&barcode) { Err(Reason::MangledBarcode) } else { Ok(barcode) };
        self.keep(BARCODE, cell, read)
    }

    fn dimensions(&mut self) -> Option<Dimensions> {
        let sides = [LENGTH_MM, WIDTH_MM, HEIGHT_MM];
        let blank: Vec<&'static str> = sides.into_iter().filter(|side| self.record.cell(side).is_blank()).collect();
        let [length_mm, width_mm, height_mm] = sides.map(|side| self.whole(side, 1, Dimensions::SIDE_MAX_MM));
        if let 1..=2 = blank.len() {
            self.add(Cost::Cell, Reason::IncompleteDimensions, blank[0], String::new());
        }
        Some(Dimensions { length_mm: length_mm?, width_mm: width_mm?, height_mm: height_mm? })
    }

    fn cost_price(&mut self) -> Option<Money> {
        let currency = self.stated(CURRENCY, Cost::Cell).map(|cell| cell.text).or(self.reading.currency.as_deref());
        let cell = self.stated(COST_PRICE, Cost::Cell)?;
        let (units, nanos) = self.keep(COST_PRICE, cell, cell::amount(cell, self.reading.file.decimal))?;
        let Some(currency) = currency else {
            self.add(Cost::Cell, Reason::CurrencyMissing, CURRENCY, String::new());
            return None;
        };
        match Money::parse(currency, units, nanos) {
            Ok(money) => Some(money),
            Err(MoneyError::Currency) => {
                self.add(Cost::Cell, Reason::InvalidCurrency, CURRENCY, excerpt(currency));
                None
            }
            Err(MoneyError::Units | MoneyError::Nanos) => self.keep(COST_PRICE, cell, Err(Reason::OutOfRange)),
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
