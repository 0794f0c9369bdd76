//! What can be wrong with a row, as data and as a sentence.

use std::fmt;

/// What is wrong with a row or with one of its cells. The names are stable: reports and scripts use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    BlankCode,
    InvalidCode,
    SpreadsheetError,
    BlankQuantity,
    NotWhole,
    NotAnAmount,
    Negative,
    OutOfRange,
    TooLong,
    IncompleteDimensions,
    CurrencyMissing,
    InvalidCurrency,
    MangledBarcode,
    NotText,
    CellCount,
    RepeatedCode,
    RowsDisagree,
    TwoReadings,
}

impl Reason {
    /// The stable name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::BlankCode => "BLANK_CODE",
            Self::InvalidCode => "INVALID_CODE",
            Self::SpreadsheetError => "SPREADSHEET_ERROR",
            Self::BlankQuantity => "BLANK_QUANTITY",
            Self::NotWhole => "NOT_WHOLE",
            Self::NotAnAmount => "NOT_AN_AMOUNT",
            Self::Negative => "NEGATIVE",
            Self::OutOfRange => "OUT_OF_RANGE",
            Self::TooLong => "TOO_LONG",
            Self::IncompleteDimensions => "INCOMPLETE_DIMENSIONS",
            Self::CurrencyMissing => "CURRENCY_MISSING",
            Self::InvalidCurrency => "INVALID_CURRENCY",
            Self::MangledBarcode => "MANGLED_BARCODE",
            Self::NotText => "NOT_TEXT",
            Self::CellCount => "CELL_COUNT",
            Self::RepeatedCode => "REPEATED_CODE",
            Self::RowsDisagree => "ROWS_DISAGREE",
            Self::TwoReadings => "TWO_READINGS",
        }
    }

    /// What it means for any row.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::BlankCode => "the row has no code",
            Self::InvalidCode => "a code has 1 to 128 characters, none of them a control character",
            Self::SpreadsheetError => "a formula of the spreadsheet failed",
            Self::BlankQuantity => "the row states no quantity",
            Self::NotWhole => "not a whole number; write it without units and exponents",
            Self::NotAnAmount => "not an amount of money; write it as 12.50, without symbols",
            Self::Negative => "less than zero",
            Self::OutOfRange => "outside the range of the field",
            Self::TooLong => "longer than the field allows",
            Self::IncompleteDimensions => "length, width and height belong together",
            Self::CurrencyMissing => "an amount without a currency; name one in the file or with --currency",
            Self::InvalidCurrency => "not an ISO 4217 code such as MYR",
            Self::MangledBarcode => "a spreadsheet turned the barcode into a power of ten; its last digits are lost",
            Self::NotText => "no text in the encoding that the file is read in; see --encoding",
            Self::CellCount => "the row's cells are not where the header says",
            Self::RepeatedCode => "a code that repeats is imported for none of its rows",
            Self::RowsDisagree => "rows of one code state different goods; none of them is imported",
            Self::TwoReadings => "one or a thousand, as in 1.000; say with --decimal",
        }
    }
}

/// What something wrong costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// The row is not imported.
    Row,
    /// It is imported without the cell.
    Cell,
}

/// One thing that is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) reason: Reason,
    pub(crate) cost: Cost,
    /// The field it is in; empty for the row as a whole.
    pub(crate) field: &'static str,
    /// What was found: the cell, or the other lines.
    pub(crate) found: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.field, self.found.as_str()) {
            ("", "") => {}
            ("", found) => write!(f, "{found}: ")?,
            (field, "") => write!(f, "{field}: ")?,
            (field, found) => write!(f, "{field} {found}: ")?,
        }
        f.write_str(self.reason.meaning())
    }
}

/// A row with everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ToldRow {
    pub(crate) line: u64,
    /// The code as the file states it.
    pub(crate) code: String,
    pub(crate) problems: Vec<Problem>,
}
