//! A workbook's sheet as rows: each cell as the text that a CSV file would have. Knows no header.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, SheetVisible, Xlsx};

use super::{ReadError, Row};

/// How a workbook's file begins.
pub(super) const MARK: &[u8] = b"PK\x03\x04";
/// How the file of an older workbook begins.
pub(super) const OLD_MARK: &[u8] = b"\xD0\xCF\x11\xE0";

/// Columns that are read at most; a sheet has room for 16,384.
const COLUMNS_MAX: usize = 1_024;
/// Cells that are read at most; as many fill the memory of a small machine.
const CELLS_MAX: usize = 50_000_000;
/// Digits that a workbook keeps of a number; what is longer has lost its end.
const DIGITS_MAX: usize = 15;

/// The rows of the sheet with this name, or of the first one that is shown, and its name.
pub(super) fn rows(bytes: &[u8], name: Option<&str>, first_row: u64) -> Result<(Vec<Row>, String), ReadError> {
    let read = AssertUnwindSafe(|| read(bytes, name, first_row));
    // The file is from anywhere, and the library is not ours.
    catch_unwind(read).unwrap_or_else(|_| Err(ReadError::Workbook("it is damaged".to_owned())))
}

fn read(bytes: &[u8], name: Option<&str>, first_row: u64) -> Result<(Vec<Row>, String), ReadError> {
    let damaged = |error: calamine::XlsxError| ReadError::Workbook(error.to_string());
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let name = chosen(&book, name)?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(damaged)?;
    let mut rows: Vec<Row> = Vec::new();
    let mut count = 0_usize;
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        let line = u64::from(row) + 1;
        let Some((text, kind)) = text(cell.get_value()) else { continue };
        if line < first_row {
            continue;
        }
        count += 1;
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= COLUMNS_MAX || count > CELLS_MAX {
            return Err(ReadError::TooLarge);
        }
        if rows.last().is_none_or(|last| last.line != line) {
            rows.push(empty(line));
        }
        if let Some(row) = rows.last_mut() {
            while row.cells.len() < column {
                row.cells.push_field("");
            }
            if kind == Held::Number {
                row.numbers.push(row.cells.len());
            }
            row.cells.push_field(&text);
        }
    }
    rows.retain(|row| !row.is_blank());
    Ok((rows, name))
}

fn empty(line: u64) -> Row {
    let (cells, numbers) = (csv::StringRecord::new(), Vec::new());
    Row { line, last_line: line, torn: None, cells, numbers, has_open_quote: false }
}

fn chosen(book: &Xlsx<Cursor<&[u8]>>, name: Option<&str>) -> Result<String, ReadError> {
    let sheets = book.sheets_metadata();
    let found = match name {
        Some(name) => sheets.iter().find(|sheet| sheet.name == name),
        None => sheets.iter().find(|sheet| sheet.visible == SheetVisible::Visible).or(sheets.first()),
    };
    found.map(|sheet| sheet.name.clone()).ok_or_else(|| ReadError::NoSheet {
        name: name.unwrap_or_default().to_owned(),
        found: sheets.iter().map(|sheet| sheet.name.clone()).collect::<Vec<_>>().join(", "),
    })
}

/// How a workbook holds a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Text,
    Number,
}

/// What a CSV file would have for the cell; none for an empty one.
fn text(cell: &DataRef<'_>) -> Option<(String, Held)> {
    Some(match cell {
        DataRef::Empty => return None,
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => (text.clone(), Held::Text),
        DataRef::SharedString(text) => ((*text).to_owned(), Held::Text),
        DataRef::Bool(true) => ("TRUE".to_owned(), Held::Text),
        DataRef::Bool(false) => ("FALSE".to_owned(), Held::Text),
        DataRef::Int(number) => (kept(&number.to_string()), Held::Number),
        DataRef::Float(number) => (kept(&number.to_string()), Held::Number),
        // What a code or a size turned into when somebody typed it.
        DataRef::DateTime(_) => ("#DATE!".to_owned(), Held::Text),
        DataRef::Error(error) => (error.to_string(), Held::Text),
    })
}

/// The number, or its power of ten if a workbook cannot have kept all of its digits.
fn kept(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    if digits.len() <= DIGITS_MAX || digits.contains('.') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let (first, rest) = digits.split_at(1);
    let mantissa: String = rest.chars().take(5).collect();
    format!("{sign}{first}.{mantissa}E+{}", digits.len() - 1)
}

#[cfg(test)]
mod tests;
