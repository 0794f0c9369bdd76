//! What one cell says, and a row's cells by the names of their fields.

use super::{Columns, Mark, Number, NumberError, Row};

/// What spreadsheets write where a formula failed, or where a code became a date.
const SPREADSHEET_ERRORS: [&str; 17] = [
    "#REF!",
    "#N/A",
    "#NAME?",
    "#VALUE!",
    "#DIV/0!",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#BUSY!",
    "#UNKNOWN!",
    "#ERROR!",
    "#GETTING_DATA",
    "#DATE!",
];

/// One cell; its text is trimmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell<'row> {
    /// The text.
    pub text: &'row str,
    /// Whether a workbook holds it as a number, so that there is no doubt how it is read.
    pub is_number: bool,
}

impl Cell<'_> {
    /// Whether nothing is in it.
    pub fn is_blank(self) -> bool {
        self.text.is_empty()
    }

    /// Whether it holds a formula's failure instead of a value.
    pub fn is_spreadsheet_error(self) -> bool {
        let numbered = self.text.strip_prefix("Err:").is_some_and(|number| number.len() == 3 && is_digits(number));
        numbered || SPREADSHEET_ERRORS.iter().any(|error| self.text.eq_ignore_ascii_case(error))
    }

    /// Whether its bytes were no text.
    pub fn is_damaged(self) -> bool {
        self.text.contains(char::REPLACEMENT_CHARACTER)
    }

    /// The number in it.
    pub fn number(self, mark: Option<Mark>) -> Result<Number, NumberError> {
        Number::parse(self.text, if self.is_number { Some(Mark::Point) } else { mark })
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A row's cells by the names of their fields.
#[derive(Clone, Copy, Debug)]
pub struct Record<'sheet> {
    /// The row.
    pub row: &'sheet Row,
    /// Where each field is.
    pub columns: &'sheet Columns,
}

impl<'sheet> Record<'sheet> {
    pub(super) fn new(row: &'sheet Row, columns: &'sheet Columns) -> Self {
        Self { row, columns }
    }

    /// The field's cell; blank if no column holds it.
    pub fn cell(&self, field: &str) -> Cell<'sheet> {
        let Some(place) = self.columns.place_of(field) else { return Cell { text: "", is_number: false } };
        Cell { text: self.row.cell(place), is_number: self.row.numbers.contains(&place) }
    }

    /// The text of the field's cell.
    pub fn get(&self, field: &str) -> &'sheet str {
        self.cell(field).text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_by_a_spreadsheet_is_recognised() {
        for (text, expected) in [
            ("#REF!", true),
            ("#n/a", true),
            ("#DATE!", true),
            ("Err:502", true),
            ("Err:5", false),
            ("#1 shirt", false),
            ("8901234567890", false),
        ] {
            assert_eq!(Cell { text, is_number: false }.is_spreadsheet_error(), expected, "{text}");
        }
    }

    #[test]
    fn what_a_workbook_holds_as_a_number_is_in_no_doubt() {
        let number = |is_number| Cell { text: "1.355", is_number }.number(None).map(|number| number.times(1_000, 1));

        assert_eq!((number(true), number(false)), (Ok(Some(1_355)), Err(NumberError::Doubtful)));
    }
}
