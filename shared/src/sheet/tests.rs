//! Whole files: what is read, what is told, and that nothing makes the reader panic.

use proptest::prelude::*;

use super::*;

const FIELDS: &[Field] =
    &[Field { name: "code", aliases: &["SKU"], meaning: "" }, Field { name: "quantity", aliases: &[], meaning: "" }];

fn read(bytes: &[u8], reading: &Reading) -> Result<Sheet, ReadError> {
    Sheet::read(bytes, reading, FIELDS, Quotes::Csv)
}

/// (line, code, quantity) of each row.
fn cells(sheet: &Sheet) -> Vec<(u64, &str, &str)> {
    sheet.records().map(|record| (record.row.line, record.get("code"), record.get("quantity"))).collect()
}

#[test]
fn one_shop_is_the_same_in_every_dialect() {
    let utf_16: Vec<u8> =
        "\u{feff}SKU\tquantity\r\nCr\u{e8}me-1\t3\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, line) in [
        (b"code,quantity\nCr\xC3\xA8me-1,3\n".to_vec(), 2),
        (b"code,quantity\nCr\xE8me-1,3\n".to_vec(), 2),
        (b"\xEF\xBB\xBFsep=;\r\nSKU;Quantity\r\nCr\xC3\xA8me-1;3\r\n".to_vec(), 3),
        (b"CODE|quantity\n\n||\n\"Cr\xC3\xA8me-1\"|3|\n".to_vec(), 4),
        (utf_16, 2),
    ] {
        let sheet = read(&bytes, &Reading::default()).unwrap();
        assert_eq!(cells(&sheet), [(line, "Cr\u{e8}me-1", "3")], "{bytes:?}");
    }
}

#[test]
fn cut_and_padded_ends_are_none_the_worse_and_torn_rows_are_told() {
    let torn = |text: &str| {
        let sheet = read(text.as_bytes(), &Reading::default()).unwrap();
        sheet.records().filter_map(|record| Some((record.row.line, record.row.torn.clone()?))).collect::<Vec<_>>()
    };

    assert_eq!(torn("code,quantity,size\nA,1\nB,2,,,,\n\"C\nD\",3,4\n"), []);
    assert_eq!(torn("code,quantity\nA,1,red\n"), [(2, "3 cells instead of 2: is a quote missing?".to_owned())]);
    let open = "2 cells instead of 3, up to line 3: is a quote left open?".to_owned();
    assert_eq!(torn("code,quantity,size\nA,\"1\nB,2,3\n"), [(2, open)]);
    let to_the_end = "2 cells instead of 2, up to line 3: is a quote left open?".to_owned();
    assert_eq!(torn("code,quantity\nA,\"1\nB,2\n"), [(2, to_the_end)]);
}

#[test]
fn how_a_file_was_read_and_what_of_it_was_not_is_told() {
    let sheet = read(b"code,quantty,Colour,Caf\xE9\nA,1,,\n", &Reading::default()).unwrap();

    let expected = [
        "read as windows-1252; --encoding says otherwise",
        "the column `quantty` is not read: is `quantity` meant?",
        "columns that are not read: Colour, Caf\u{e9}",
    ];
    assert_eq!(sheet.told(), expected);
    let given = Reading { encoding: Some(encoding_rs::WINDOWS_1252), ..Reading::default() };
    assert_eq!(read(b"code\nCaf\xE9\n", &given).unwrap().told(), [""; 0]);
}

#[test]
fn a_file_that_holds_nothing_is_refused() {
    let refused = |bytes: &[u8], reading: &Reading| read(bytes, reading).err().unwrap();
    let named = Reading { sheet: Some("Stock".to_owned()), ..Reading::default() };
    let below = Reading { first_row: Some(9), ..Reading::default() };

    assert_eq!(refused(b"", &Reading::default()), ReadError::Header(HeaderError::Empty));
    assert_eq!(refused(b"\n\n,,\n", &Reading::default()), ReadError::Header(HeaderError::Empty));
    assert_eq!(refused(b"code\nA\n", &below), ReadError::Header(HeaderError::Empty));
    assert_eq!(refused(b"code\nA\n", &named), ReadError::NoWorkbook);
    assert_eq!(refused(b"\xD0\xCF\x11\xE0\xA1\xB1", &Reading::default()), ReadError::OldWorkbook);
    assert!(matches!(refused(b"PK\x03\x04 no zip", &Reading::default()), ReadError::Workbook(_)));
}

fn any_reading() -> impl Strategy<Value = Reading> {
    let mark = prop_oneof![Just(None), Just(Some(Mark::Point)), Just(Some(Mark::Comma))];
    let delimiter = proptest::option::of(prop_oneof![Just(b','), Just(b';'), Just(b'\t'), 1_u8..128]);
    (delimiter, proptest::option::of(1_u64..4), mark).prop_map(|(delimiter, first_row, decimal)| Reading {
        delimiter,
        first_row,
        decimal,
        ..Reading::default()
    })
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(
        start in prop_oneof![Just(""), Just("sep=;\n"), Just("code,quantity\n"), Just("PK\x03\x04")],
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "[code,;\t|quantity\"'0-9.\r\n\u{a0} +e#-]{0,200}".prop_map(String::into_bytes),
        ],
        reading in any_reading(),
        quotes in prop_oneof![Just(Quotes::Csv), Just(Quotes::Typed)],
    ) {
        if let Ok(sheet) = Sheet::read(&[start.as_bytes(), &bytes].concat(), &reading, FIELDS, quotes) {
            for record in sheet.records() {
                prop_assert!(record.row.line >= 1);
                let number = record.cell("quantity").number(reading.decimal);
                let _ = number.map(|number| (number.whole(), number.units_and_nanos(), number.times(45_359_237, 100_000)));
            }
            sheet.told();
        }
    }
}
