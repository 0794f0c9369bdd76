//! The sample's workbook, whole and damaged.

use super::*;
use crate::sheet::{Cell, Field, HeaderError, Quotes, Reading, Sheet};

const BOOK: &[u8] = include_bytes!("../../../../tests/sample/goods.xlsx");
const FIELDS: &[Field] = &[
    Field { name: "code", aliases: &["csku"], meaning: "" },
    Field { name: "weight_g", aliases: &[], meaning: "" },
    Field { name: "quantity", aliases: &[], meaning: "" },
    Field { name: "barcode", aliases: &[], meaning: "" },
];

fn open(reading: &Reading) -> Result<Sheet, ReadError> {
    Sheet::read(BOOK, reading, FIELDS, Quotes::Csv)
}

fn at(sheet: &str, first_row: Option<u64>) -> Reading {
    Reading { sheet: Some(sheet.to_owned()), first_row, ..Reading::default() }
}

#[test]
fn cells_are_the_texts_that_a_csv_file_would_have_and_numbers_are_in_no_doubt() {
    let sheet = open(&Reading::default()).unwrap();

    let seen: Vec<_> = sheet
        .records()
        .map(|record| (record.row.line, ["code", "weight_g", "quantity", "barcode"].map(|field| record.get(field))))
        .collect();
    let expected = [
        (2, ["TEA-1", "120", "60", "200000000017"]),
        (3, ["TEA-2", "120.5", "7", ""]),
        (5, ["1001", "1355", "1000", ""]),
        (6, ["#DATE!", "", "3", ""]),
        (7, ["POT", "", "#REF!", ""]),
        (8, ["JUG", "", "2", "9.87654E+15"]),
    ];
    assert_eq!(seen, expected);
    let cup = sheet.records().nth(2).unwrap();
    assert_eq!(cup.cell("quantity"), Cell { text: "1000", is_number: true });
    assert_eq!(sheet.told(), ["read from the sheet `Stock`", "columns that are not read: product_name"]);
}

#[test]
fn the_sheet_and_the_row_of_its_header_can_be_chosen() {
    let shop = open(&at("Shop", Some(3))).unwrap();

    let seen: Vec<_> = shop.records().map(|record| (record.row.line, record.get("code"))).collect();
    assert_eq!(seen, [(4, "TEA-1"), (5, "TEA-2")]);
    let refused = |reading: &Reading| open(reading).err().unwrap();
    let found = "Lists, Stock, Shop".to_owned();
    assert_eq!(refused(&at("Shops", None)), ReadError::NoSheet { name: "Shops".to_owned(), found });
    assert_eq!(refused(&at("Shop", Some(99))), ReadError::Header(HeaderError::Empty));
}

#[test]
fn a_damaged_workbook_is_told_and_never_makes_the_reader_panic() {
    let read = |bytes: &[u8]| Sheet::read(bytes, &Reading::default(), FIELDS, Quotes::Csv);

    for length in (4..BOOK.len()).step_by(37) {
        assert!(matches!(read(&BOOK[..length]), Err(ReadError::Workbook(_))), "{length}");
    }
    let mut damaged = BOOK.to_vec();
    for place in (4..BOOK.len()).step_by(5) {
        damaged[place] ^= 0x55;
        if let Ok(sheet) = read(&damaged) {
            sheet.told();
        }
        damaged[place] = BOOK[place];
    }
}
