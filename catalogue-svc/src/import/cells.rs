//! Reads the cells of one row, and notes what there is to say of them. A cell that cannot be read costs itself, never the row.

use shared::{
    code::near,
    measure::{Dimensions, WEIGHT_MAX_G},
    sheet::{Number, NumberError, Record},
};

use super::{BadRow, Note, Options, Row, Weight, list, unit::Unit};
use crate::domain::{
    category::CategoryPath,
    listing::{Description, QuantityBasis},
    sync::item::{Amount, Item, NamedCategory},
};

/// What a channel says of an item's stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stock {
    /// A number, negative ones too.
    Stated(i64),
    /// The channel does not count it.
    NotCounted,
    /// A number of the parent that its variants share, where the row has it.
    AtParent(Option<i64>),
    /// The file does not say.
    Unknown,
}

impl Stock {
    /// The item with what its channel says of its stock.
    pub(super) fn of(self, item: Item) -> Item {
        let (channel_quantity, quantity_basis) = match self {
            Self::Stated(quantity) => (Some(quantity), None),
            Self::NotCounted => (None, Some(QuantityBasis::NotCounted)),
            Self::AtParent(quantity) => (quantity, Some(QuantityBasis::AtParent)),
            Self::Unknown => (None, None),
        };
        Item { channel_quantity, quantity_basis, ..item }
    }
}

/// A row's cells as they are read.
pub(super) struct Cells<'row> {
    record: Record<'row>,
    options: &'row Options,
    undisguised: fn(&str) -> &str,
    notes: Vec<Note>,
    bad: Vec<String>,
}

impl<'row> Cells<'row> {
    pub(super) fn of(record: &Record<'row>, options: &'row Options) -> Self {
        Self { record: *record, options, undisguised: |cell| cell, notes: vec![], bad: vec![] }
    }

    /// Cells whose texts an exporter has disguised, and what undoes it.
    pub(super) fn disguised(record: &Record<'row>, options: &'row Options, undisguised: fn(&str) -> &str) -> Self {
        Self { undisguised, ..Self::of(record, options) }
    }

    /// The line as items carry it.
    pub(super) fn line(&self) -> i64 {
        i64::try_from(self.record.row.line).unwrap_or(i64::MAX)
    }

    /// The item with what there is to say of it, unless something makes the whole row useless.
    pub(super) fn row(self, item: Item) -> Row {
        let line = self.record.row.line;
        let item = if self.bad.is_empty() { Ok(item) } else { Err(BadRow { line, reason: self.bad.join("; ") }) };
        Row { item, notes: self.notes }
    }

    /// Tells what was noted of the product's own cells too.
    pub(super) fn with_notes_of(mut self, of_product: Self) -> Self {
        let new: Vec<Note> = of_product.notes.into_iter().filter(|note| !self.notes.contains(note)).collect();
        self.notes.extend(new);
        self
    }

    /// Makes the whole row useless.
    pub(super) fn refuse(&mut self, reason: impl Into<String>) {
        self.bad.push(reason.into());
    }

    /// Says something that costs nothing.
    pub(super) fn remark(&mut self, text: impl Into<String>) {
        self.note(Weight::Remark, text.into());
    }

    /// Loses the field's cell.
    pub(super) fn lose(&mut self, field: &str, why: &str) {
        let told = self.told(field);
        self.note(Weight::CellLost, format!("{told} {why}"));
    }

    fn note(&mut self, weight: Weight, text: String) {
        self.notes.push(Note { line: self.record.row.line, weight, text });
    }

    /// The cell with its header, for people.
    fn told(&self, field: &str) -> String {
        let cell = self.plain(field);
        let mut start: String = cell.chars().take(60).collect();
        if cell.chars().nth(60).is_some() {
            start.push('…');
        }
        format!("{} {start:?}", self.record.columns.header(field).unwrap_or(field))
    }

    /// The cell as it was before anybody disguised it, whatever is in it.
    pub(super) fn plain(&self, field: &str) -> &'row str {
        (self.undisguised)(self.record.get(field))
    }

    pub(super) fn is_blank(&self, field: &str) -> bool {
        self.plain(field).is_empty()
    }

    /// Whether the cell is one of these words, without regard to case.
    pub(super) fn is(&self, field: &str, words: &[&str]) -> bool {
        let cell = self.plain(field);
        words.iter().any(|word| word.eq_ignore_ascii_case(cell))
    }

    /// The cell's text, unless it is damaged.
    fn sound(&mut self, field: &str) -> Result<&'row str, &'static str> {
        let cell = self.record.cell(field);
        if cell.is_spreadsheet_error() {
            Err("is the failure of a spreadsheet's formula")
        } else if cell.is_damaged() {
            Err("holds bytes that are no text in this encoding: see --encoding")
        } else {
            Ok(self.plain(field))
        }
    }

    /// A text; empty if the cell cannot be read.
    pub(super) fn text(&mut self, field: &str) -> String {
        match self.sound(field) {
            Ok(text) => text.to_owned(),
            Err(why) => {
                self.lose(field, why);
                String::new()
            }
        }
    }

    /// A text that names the listing: without it nobody knows what the row is about.
    pub(super) fn name(&mut self, field: &str) -> String {
        match self.sound(field) {
            Ok(text) => text.to_owned(),
            Err(why) => {
                let told = self.told(field);
                self.refuse(format!("{told} {why}"));
                String::new()
            }
        }
    }

    /// What it is called, if that is not too long.
    pub(super) fn title(&mut self, field: &str) -> String {
        let title = self.text(field);
        if title.chars().count() > Description::TITLE_LENGTH_MAX {
            self.lose(field, "has more than 512 characters");
            return String::new();
        }
        title
    }

    /// A barcode, unless a spreadsheet has made a power of ten of it.
    pub(super) fn barcode(&mut self, field: &str) -> String {
        let barcode = self.text(field);
        if near::is_power_of_ten(&barcode) {
            self.lose(field, "was turned into a power of ten by a spreadsheet: its last digits are gone");
            return String::new();
        }
        if barcode.chars().count() > Description::BARCODE_LENGTH_MAX {
            self.lose(field, "has more than 64 characters");
            return String::new();
        }
        barcode
    }

    fn number(&mut self, field: &str, wanted: &str) -> Option<Number> {
        let mut cell = self.record.cell(field);
        cell.text = self.plain(field);
        if cell.is_blank() {
            return None;
        }
        match cell.number(self.options.decimal) {
            Ok(number) => Some(number),
            Err(NumberError::None) => {
                self.lose(field, &format!("is not {wanted}"));
                None
            }
            Err(NumberError::Doubtful) => {
                let told = self.told(field);
                self.note(Weight::Doubt, format!("{told} is one or a thousand: say with --decimal"));
                None
            }
        }
    }

    /// A whole number, negative ones too.
    pub(super) fn whole(&mut self, field: &str) -> Option<i64> {
        let number = self.number(field, "a whole number")?;
        if number.whole().is_none() {
            let why =
                if number.is_whole() { "is too large" } else { "is not a whole number: stock is kept in whole units" };
            self.lose(field, why);
        }
        number.whole()
    }

    /// What the channel has of it; `blank` is what a blank cell means, if the file has the column.
    pub(super) fn stock(&mut self, field: &str, blank: Stock) -> Stock {
        if !self.record.columns.has(field) {
            return Stock::Unknown;
        }
        if self.is_blank(field) {
            return blank;
        }
        self.whole(field).map_or(Stock::Unknown, Stock::Stated)
    }

    /// A weight in grams; zero means that it is not known.
    pub(super) fn weight_g(&mut self, field: &str, unit: Unit) -> Option<i64> {
        self.measure(field, unit, WEIGHT_MAX_G)
    }

    /// Length, width and height in millimetres, if all three are known.
    pub(super) fn sides_mm(&mut self, fields: [&str; 3], unit: Unit) -> Option<[i64; 3]> {
        let [length, width, height] = fields.map(|field| self.side_mm(field, unit));
        Some([length?, width?, height?])
    }

    /// One side in millimetres; zero means that it is not known.
    pub(super) fn side_mm(&mut self, field: &str, unit: Unit) -> Option<i64> {
        self.measure(field, unit, Dimensions::SIDE_MAX_MM)
    }

    /// What is there weighs and measures at least one unit of ours.
    fn measure(&mut self, field: &str, unit: Unit, most: i64) -> Option<i64> {
        let number = self.number(field, "a number of zero or more")?;
        if number.is_zero() {
            return None;
        }
        let value = if number.is_negative() { None } else { number.times(unit.0, unit.1).map(|value| value.max(1)) };
        let value = value.filter(|value| *value <= most);
        if value.is_none() {
            self.lose(field, "is outside of what there is");
        }
        value
    }

    /// A cost price; not known without a currency, or where it is zero.
    pub(super) fn cost(&mut self, field: &str, currency: &str) -> Option<Amount> {
        let number = self.number(field, "an amount of money")?;
        let Some((units, nanos)) = number.units_and_nanos().filter(|_| !number.is_negative()) else {
            self.lose(field, "is not an amount of money");
            return None;
        };
        let currency = if currency.is_empty() { self.options.currency.as_deref()? } else { currency };
        if shared::money::Money::parse(currency, units, nanos).is_err() {
            self.lose(field, &format!("is an amount in {currency:?}, which is no currency such as MYR, or too large"));
            return None;
        }
        (!number.is_zero()).then(|| Amount { currency: currency.to_owned(), units, nanos })
    }

    /// One of the words, without regard to case; the default if the cell is blank or none of them.
    pub(super) fn word<T: Copy + Default>(&mut self, field: &str, words: &[(&str, T)]) -> T {
        let cell = self.plain(field);
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(cell));
        if found.is_none() && !cell.is_empty() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.lose(field, &format!("is none of {}", known.join(", ")));
        }
        found.map(|(_, value)| *value).unwrap_or_default()
    }

    /// The categories of one cell: paths of names between `>`, as `split` takes them apart.
    pub(super) fn categories(&mut self, field: &str, split: impl Fn(&str) -> Vec<String>) -> Vec<NamedCategory> {
        let cell = self.text(field);
        let mut named = vec![];
        for path in split(&cell).iter().map(|path| list::path(path)).filter(|path| !path.is_empty()) {
            match CategoryPath::parse("", &path) {
                Ok(_) => named.push(NamedCategory { path, ..NamedCategory::default() }),
                Err(why) => self.lose(field, &format!("names a category that is none: {why}")),
            }
        }
        named
    }
}
