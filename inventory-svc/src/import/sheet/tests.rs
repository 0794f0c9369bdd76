//! Tables: rows of a sheet, and what is said of them.

use super::super::problem::Reason::*;
use super::*;

fn reading(choices: &[&str]) -> Reading {
    let choices = choices.iter().map(|text| text.parse().unwrap()).collect();
    let location = "default".to_owned();
    Reading { choices, delimiter: b',', currency: None, location, needs_quantity: false }
}

fn read(text: &str) -> Sheet {
    Sheet::read(text.as_bytes(), &reading(&[])).unwrap()
}

/// (line, reason, field, found) of everything that is wrong.
fn problems(sheet: &Sheet) -> Vec<(u64, Reason, &str, &str)> {
    let rows = sheet.bad_rows.iter();
    rows.flat_map(|row| row.problems.iter().map(|p| (row.line, p.reason, p.field, p.found.as_str()))).collect()
}

fn codes(sheet: &Sheet) -> Vec<&str> {
    sheet.items.iter().map(|item| item.code.as_str()).collect()
}

#[test]
fn a_good_row_is_taken_as_it_is() {
    let sheet = read(concat!(
        "code,product_name,length_mm,width_mm,height_mm,weight_g,cost_price,currency,barcode,quantity,location\n",
        " 007/é , Tee ,300,200.0,10,180,12.50,MYR,0955,5.0,shelf\n",
    ));

    let item = &sheet.items[0];
    assert_eq!(item.code.as_str(), "007/é");
    assert_eq!(item.goods.product_name.as_deref(), Some("Tee"));
    assert_eq!(item.goods.dimensions, Dimensions::parse(300, 200, 10).ok());
    assert_eq!(item.goods.weight_g, Some(180));
    assert_eq!(item.goods.cost_price, Money::parse("MYR", 12, 500_000_000).ok());
    assert_eq!(item.goods.barcode.as_deref(), Some("0955"));
    assert_eq!((item.stock.clone(), item.lines.clone()), (vec![("shelf".to_owned(), 5)], vec![2]));
    assert_eq!((sheet.rows, sheet.bad_rows.len()), (1, 0));
}

#[test]
fn what_a_row_does_not_state_is_absent() {
    let sheet = read("code,weight_g,barcode\nA-1,,\n");

    assert_eq!(sheet.items[0].goods, Goods::default());
    assert_eq!(sheet.items[0].stock, []);
}

#[test]
fn every_bad_row_is_told_with_its_line_and_reason() {
    for (row, expected) in [
        ("A-1,,,", vec![(BlankQuantity, "quantity", "")]),
        (",5,,", vec![(BlankCode, "code", "")]),
        (",,,", vec![(BlankCode, "code", ""), (BlankQuantity, "quantity", "")]),
        ("#REF!,5,,", vec![(SpreadsheetError, "code", "#REF!")]),
        ("A-1,#N/A,,", vec![(SpreadsheetError, "quantity", "#N/A")]),
        ("A-1,-1,,", vec![(Negative, "quantity", "-1")]),
        ("A-1,1.5,,", vec![(NotWhole, "quantity", "1.5")]),
        ("A-1,1000000000001,,", vec![(OutOfRange, "quantity", "1000000000001")]),
        ("A-1,5,8.9E+12,", vec![(MangledBarcode, "barcode", "8.9E+12")]),
        ("A-1,5,,9.90", vec![(CurrencyMissing, "currency", "")]),
        (
            "A-1,x,8.9E+12,y",
            vec![(NotWhole, "quantity", "x"), (NotAnAmount, "cost_price", "y"), (MangledBarcode, "barcode", "8.9E+12")],
        ),
        ("\"A\n1\",5,,", vec![(InvalidCode, "code", "A 1")]),
        ("A-1,5", vec![(CellCount, "", "2 instead of 4")]),
        ("A-1,5,,,", vec![(CellCount, "", "5 instead of 4")]),
        ("A-1,5,\"open\nA-2,5,,", vec![(CellCount, "", "3 instead of 4, up to line 3: is a quote left open?")]),
    ] {
        let sheet = read(&format!("code,quantity,barcode,cost_price\n{row}\n"));

        let expected: Vec<_> = expected.into_iter().map(|(reason, field, found)| (2, reason, field, found)).collect();
        assert_eq!(problems(&sheet), expected, "{row}");
        assert_eq!(sheet.items, [], "{row}");
    }
}

#[test]
fn sides_belong_together_and_are_in_range() {
    let sheet = read("code,length_mm,width_mm,height_mm\nA-1,300,,\nA-2,0,1,1\nA-3,,,\n");

    let expected = [(2, IncompleteDimensions, "width_mm", ""), (3, OutOfRange, "length_mm", "0")];
    assert_eq!(problems(&sheet), expected);
    assert_eq!(codes(&sheet), ["A-3"]);
}

#[test]
fn an_amount_takes_the_rows_currency_or_the_given_one() {
    let with_default = Reading { currency: Some("SGD".to_owned()), ..reading(&[]) };

    let sheet = Sheet::read(b"code,cost_price,currency\nA,1,MYR\nB,2,\nC,3,rm\nD,,rm\n", &with_default).unwrap();

    let currencies: Vec<_> =
        sheet.items.iter().map(|item| item.goods.cost_price.as_ref().map(Money::currency)).collect();
    assert_eq!(currencies, [Some("MYR"), Some("SGD"), None]);
    assert_eq!(problems(&sheet), [(4, InvalidCurrency, "currency", "rm")]);
}

#[test]
fn a_repeated_code_is_taken_for_none_of_its_rows() {
    let sheet = read("code,quantity\nA,1\nB,2\nA,3\n\nC,4\n A,x\n");

    assert_eq!(codes(&sheet), ["B", "C"]);
    let expected = [
        (2, RepeatedCode, "code", "also on line 4, 7"),
        (4, RepeatedCode, "code", "also on line 2, 7"),
        (7, NotWhole, "quantity", "x"),
        (7, RepeatedCode, "code", "also on line 2, 4"),
    ];
    assert_eq!(problems(&sheet), expected);
    assert_eq!(sheet.rows, 5);
}

#[test]
fn a_code_may_stand_once_per_location_and_is_taken_whole_or_not_at_all() {
    let sheet = read(concat!(
        "code,quantity,location,weight_g\n",
        "A,1,,10\nA,2,back,10\n",
        "B,1,,10\nB,x,back,10\n",
        "C,1,,10\nC,2,back,11\n",
        "D,1,,10\nD,2,default,10\n",
    ));

    assert_eq!(codes(&sheet), ["A"]);
    assert_eq!(sheet.items[0].stock, [("default".to_owned(), 1), ("back".to_owned(), 2)]);
    assert_eq!(sheet.items[0].lines, [2, 3]);
    let expected = [
        (4, OtherRowBad, "code", "also on line 5"),
        (5, NotWhole, "quantity", "x"),
        (6, RowsDisagree, "code", "also on line 7"),
        (7, RowsDisagree, "code", "also on line 6"),
        (8, RepeatedCode, "code", "also on line 9"),
        (9, RepeatedCode, "code", "also on line 8"),
    ];
    assert_eq!(problems(&sheet), expected);
}

#[test]
fn codes_that_only_look_alike_are_different_codes() {
    let sheet = read("code,quantity\nA,1\na,1\n1,1\n01,1\n1.0,1\n");

    assert_eq!(codes(&sheet), ["A", "a", "1", "01", "1.0"]);
    assert_eq!(sheet.near_codes(), [vec!["a"], vec!["A"], vec![], vec![], vec![]]);
}

#[test]
fn other_encodings_are_told_row_by_row_and_a_byte_order_mark_is_no_part_of_the_header() {
    let sheet = Sheet::read(b"\xEF\xBB\xBFcode,quantity\nA,1\nCaf\xE9,1\n", &reading(&[])).unwrap();

    assert_eq!(codes(&sheet), ["A"]);
    assert_eq!(problems(&sheet), [(3, NotUtf8, "", "")]);
    assert_eq!(Sheet::read(b"c\xE9de\nA\n", &reading(&[])), Err(HeaderError::NotUtf8));
    assert_eq!(Sheet::read(b"", &reading(&[])), Err(HeaderError::Empty));
}

#[test]
fn other_delimiters_and_line_ends_are_read() {
    let semicolon = Reading { delimiter: b';', ..reading(&["code=SKU"]) };

    let sheet = Sheet::read(b"SKU;quantity\r\n\"A;1\";2\r\n\r\nB;3", &semicolon).unwrap();

    assert_eq!(codes(&sheet), ["A;1", "B"]);
    assert_eq!(sheet.items[1].lines, [4]);
}

#[test]
fn nothing_in_a_file_makes_it_panic_and_every_row_is_accounted_for() {
    let mut seed = 7_u64;
    let mut byte = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        b"a1,,\n\r\"#REF!.-E+\xE9\x00;\t"[(seed >> 33) as usize % 20]
    };
    for _ in 0..2_000 {
        let bytes: Vec<u8> = b"code,quantity,cost_price\n".iter().copied().chain((0..80).map(|_| byte())).collect();

        let sheet = Sheet::read(&bytes, &reading(&[])).unwrap();

        let taken: usize = sheet.items.iter().map(|item| item.lines.len()).sum();
        assert_eq!(taken + sheet.bad_rows.len(), sheet.rows);
        assert!(sheet.bad_rows.iter().all(|row| !row.problems.is_empty()));
    }
}

#[test]
fn a_count_needs_quantities() {
    let count = |choices: &[&str]| Reading { needs_quantity: true, ..reading(choices) };

    assert_eq!(Sheet::read(b"code,Stock\nA,1\n", &count(&[])), Err(HeaderError::NoQuantity));
    assert!(Sheet::read(b"code,Stock\nA,1\n", &count(&["quantity=Stock"])).is_ok());
}
