//! Tables: rows of a sheet, and what is said of them.

use super::super::problem::Reason::*;
use super::*;

fn reading(choices: &[&str]) -> Reading {
    let columns = choices.iter().map(|text| text.parse().unwrap()).collect();
    let file = sheet::Reading { columns, ..sheet::Reading::default() };
    Reading { file, currency: None, location: "default".to_owned(), needs_quantity: false }
}

fn read(text: &str) -> Sheet {
    Sheet::read(text.as_bytes(), &reading(&[])).unwrap()
}

/// (line, reason, field, found) of everything that is wrong with bad rows.
fn problems(sheet: &Sheet) -> Vec<(u64, Reason, &str, &str)> {
    told(&sheet.bad_rows)
}

fn told(rows: &[ToldRow]) -> Vec<(u64, Reason, &str, &str)> {
    let rows = rows.iter();
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
        ("A-1,,x,", vec![(BlankQuantity, "quantity", "")]),
        (",5,,", vec![(BlankCode, "code", "")]),
        (",,x,", vec![(BlankCode, "code", ""), (BlankQuantity, "quantity", "")]),
        ("#REF!,5,,", vec![(SpreadsheetError, "code", "#REF!")]),
        ("A\u{fffd},5,,", vec![(NotText, "code", "A\u{fffd}")]),
        ("\"A\n1\",5,,", vec![(InvalidCode, "code", "A 1")]),
        ("A-1,5,,,9", vec![(CellCount, "", "5 cells instead of 4: is a quote missing?")]),
        ("A-1,5,\"open\nA-2,5,,", vec![(CellCount, "", "3 cells instead of 4, up to line 3: is a quote left open?")]),
    ] {
        let sheet = read(&format!("code,quantity,barcode,cost_price\n{row}\n"));

        let expected: Vec<_> = expected.into_iter().map(|(reason, field, found)| (2, reason, field, found)).collect();
        assert_eq!(problems(&sheet), expected, "{row}");
        assert_eq!(sheet.items, [], "{row}");
    }
}

#[test]
fn a_cell_that_cannot_be_read_costs_that_cell() {
    for (row, expected) in [
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
    ] {
        let sheet = read(&format!("code,quantity,barcode,cost_price\n{row}\n"));

        let expected: Vec<_> = expected.into_iter().map(|(reason, field, found)| (2, reason, field, found)).collect();
        assert_eq!(told(&sheet.lossy_rows), expected, "{row}");
        assert_eq!((codes(&sheet), sheet.bad_rows.len()), (vec!["A-1"], 0), "{row}");
    }
}

#[test]
fn cut_and_padded_ends_and_blank_lines_are_none_the_worse() {
    let sheet = read("code,quantity,barcode\nA,5\n\n,,\nB,6,955,,,\n");

    assert_eq!((codes(&sheet), sheet.rows, sheet.bad_rows.len(), sheet.lossy_rows.len()), (vec!["A", "B"], 2, 0, 0));
}

#[test]
fn a_number_that_two_conventions_read_differently_is_in_doubt_until_somebody_says() {
    let text = b"code,quantity\nA,1.000\nB,\"1,000\"\nC,1.234.567\nD,\"1.234,00\"\n";
    let settled =
        Reading { file: sheet::Reading { decimal: Some(sheet::Mark::Comma), ..Default::default() }, ..reading(&[]) };

    assert_eq!(Sheet::read(text, &reading(&[])).unwrap().doubtful_lines(), [2, 3]);
    let sheet = Sheet::read(text, &settled).unwrap();
    assert_eq!(sheet.doubtful_lines(), [0; 0]);
    let units: Vec<i64> = sheet.items.iter().flat_map(|item| &item.stock).map(|(_, units)| *units).collect();
    assert_eq!(units, [1_000, 1, 1_234_567, 1_234]);
}

#[test]
fn shopifys_inventory_csv_is_read_as_it_is() {
    let sheet = read(concat!(
        "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Bin name,Committed (not editable),",
        "Available (not editable),On hand (current),On hand (new)\n",
        "mug,Blue mug,Color,Blue,0001,,,Warehouse,A1,2,8,10,\nmug,Blue mug,Color,Blue,0001,,,Store,,0,4,5,\n",
        "notebook,Notebook,Title,Default Title,0002,,,Warehouse,B2,0,-2,-2,\nnotebook,Notebook,,,0002,,,Store,,0,6,6,\n",
        "candle,Candle,,,0003,,,Warehouse,C1,0,12,12,\ncandle,Candle,,,0003,,,Store,,not stocked,not stocked,not stocked,\n",
    ));

    let stock: Vec<(&str, Vec<(&str, i64)>)> = sheet
        .items
        .iter()
        .map(|item| (item.code.as_str(), item.stock.iter().map(|(at, units)| (at.as_str(), *units)).collect()))
        .collect();
    let expected = [
        ("0001", vec![("Warehouse", 10), ("Store", 5)]),
        ("0002", vec![("Store", 6)]),
        ("0003", vec![("Warehouse", 12)]),
    ];
    assert_eq!(stock, expected);
    assert_eq!(sheet.items[0].goods.product_name.as_deref(), Some("Blue mug"));
    assert_eq!((problems(&sheet), told(&sheet.lossy_rows)), (vec![], vec![(4, Negative, "quantity", "-2")]));
}

#[test]
fn sides_belong_together_and_are_in_range() {
    let sheet = read("code,length_mm,width_mm,height_mm\nA-1,300,,\nA-2,0,1,1\nA-3,,,\n");

    let expected = [(2, IncompleteDimensions, "width_mm", ""), (3, OutOfRange, "length_mm", "0")];
    assert_eq!(told(&sheet.lossy_rows), expected);
    assert_eq!(codes(&sheet), ["A-1", "A-2", "A-3"]);
    assert!(sheet.items.iter().all(|item| item.goods.dimensions.is_none()));
}

#[test]
fn an_amount_takes_the_rows_currency_or_the_given_one() {
    let with_default = Reading { currency: Some("SGD".to_owned()), ..reading(&[]) };

    let sheet = Sheet::read(b"code,cost_price,currency\nA,1,MYR\nB,2,\nC,3,rm\nD,,rm\n", &with_default).unwrap();

    let currencies: Vec<_> =
        sheet.items.iter().map(|item| item.goods.cost_price.as_ref().map(Money::currency)).collect();
    assert_eq!(currencies, [Some("MYR"), Some("SGD"), None, None]);
    assert_eq!(told(&sheet.lossy_rows), [(4, InvalidCurrency, "currency", "rm")]);
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
fn a_code_may_stand_once_per_location_and_a_bad_cell_does_not_cost_the_other_rows() {
    let sheet = read(concat!(
        "code,quantity,location,weight_g\n",
        "A,1,,10\nA,2,back,\n",
        "B,1,,10\nB,x,back,10\n",
        "C,1,,10\nC,2,back,11\n",
        "D,1,,10\nD,2,default,10\n",
        "E,1,,10\nE,,back,10\n",
    ));

    assert_eq!(codes(&sheet), ["A", "B", "E"]);
    assert_eq!(sheet.items[0].stock, [("default".to_owned(), 1), ("back".to_owned(), 2)]);
    assert_eq!((sheet.items[0].lines.clone(), sheet.items[0].goods.weight_g), (vec![2, 3], Some(10)));
    assert_eq!(sheet.items[1].stock, [("default".to_owned(), 1)]);
    let expected = [
        (6, RowsDisagree, "code", "also on line 7"),
        (7, RowsDisagree, "code", "also on line 6"),
        (8, RepeatedCode, "code", "also on line 9"),
        (9, RepeatedCode, "code", "also on line 8"),
        (11, BlankQuantity, "quantity", ""),
    ];
    assert_eq!(problems(&sheet), expected);
    assert_eq!(told(&sheet.lossy_rows), [(5, NotWhole, "quantity", "x")]);
}

#[test]
fn codes_that_only_look_alike_are_different_codes() {
    let sheet = read("code,quantity\nA,1\na,1\n1,1\n01,1\n1.0,1\n");

    assert_eq!(codes(&sheet), ["A", "a", "1", "01", "1.0"]);
    assert_eq!(sheet.near_codes(), [vec!["a"], vec!["A"], vec![], vec![], vec![]]);
}

#[test]
fn other_encodings_delimiters_and_line_ends_are_read() {
    let latin = Sheet::read(b"code,quantity\nA,1\nCaf\xE9,1\n", &reading(&[])).unwrap();
    let semicolon = Sheet::read(b"SKU;quantity\r\n\"A;1\";2\r\n\r\nB;3", &reading(&[])).unwrap();

    assert_eq!((codes(&latin), problems(&latin)), (vec!["A", "Caf\u{e9}"], vec![]));
    assert_eq!(codes(&semicolon), ["A;1", "B"]);
    assert_eq!(semicolon.items[1].lines, [4]);
    assert!(Sheet::read(b"", &reading(&[])).is_err());
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
        assert!(sheet.bad_rows.iter().chain(&sheet.lossy_rows).all(|row| !row.problems.is_empty()));
    }
}

#[test]
fn a_count_needs_quantities() {
    let count = |choices: &[&str]| Reading { needs_quantity: true, ..reading(choices) };
    let told = |text: &[u8], choices: &[&str]| Sheet::read(text, &count(choices)).err().map(|error| error.to_string());

    assert!(told(b"code,Units\nA,1\n", &[]).unwrap().contains("no column holds quantity"));
    assert_eq!(told(b"code,Units\nA,1\n", &["quantity=Units"]), None);
    assert_eq!(told(b"Code,Stock\nA,1\n", &[]), None);
}
