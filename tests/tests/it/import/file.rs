//! `inventory-svc import` with the files that people have: every dialect, and what is told of cells that nobody can read.

use tests::{Oms, both_engines, process, story::Level};

use super::{note, tells};

both_engines!(
    one_sheet_is_the_same_in_every_dialect,
    a_column_twice_is_refused,
    a_number_that_can_be_read_in_two_ways_imports_nothing_until_somebody_says,
    shopifys_inventory_csv_is_imported_by_location,
    a_sheet_of_a_workbook_is_imported,
    goods_that_are_there_under_another_code_are_left_out_by_line,
    none_that_is_counted_is_counted,
);

/// Imports a file as it is; returns the exit code and what was told.
async fn import(oms: &Oms, name: &str, bytes: &[u8], more: &[&str]) -> (i32, String) {
    let file = oms.site().dir().join(name);
    std::fs::write(&file, bytes).unwrap();
    let (url, token) = (oms.inventory_url(), oms.site().token_file("acme"));
    let words = ["import", file.to_str().unwrap(), "--server", &url, "--token-file", token.to_str().unwrap()];
    process::run("inventory-svc", &[&words[..], more].concat()).await
}

async fn one_sheet_is_the_same_in_every_dialect(oms: &Oms) {
    let plain = "code,product_name,quantity\nSEP-1,Crème,3\nSEP-2,Plain,4\n";
    let latin: Vec<u8> =
        format!("sep=;\n{}", plain.replace(',', ";")).chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let tabs = format!("\u{feff}{}", plain.replace(',', "\t").replace("code", "SKU").replace("quantity", "Stock"));
    let utf_16: Vec<u8> = tabs.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let padded = plain.replace("3\n", "3,,\n\n,,\n");

    let (code, told) = import(oms, "a.csv", plain.as_bytes(), &[]).await;
    assert_eq!(code, 0, "{told}");
    for (name, text) in [("b.csv", latin.as_slice()), ("c.txt", &utf_16), ("d.csv", padded.as_bytes())] {
        let (code, told) = import(oms, name, text, &[]).await;
        assert_eq!(code, 0, "{name}: {told}");
        assert!(tells(&told, "2 unchanged"), "{name}: {told}");
    }
    assert_eq!((oms.level("SEP-1").await, oms.level("SEP-2").await), (Level::of(3, 0), Level::of(4, 0)));
}

async fn a_column_twice_is_refused(oms: &Oms) {
    let (code, told) = import(oms, "a.csv", b"code,product_name,quantity,Quantity\nDUPH-9,First,3,30\n", &[]).await;

    assert_eq!(code, 2, "{told}");
    assert!(told.contains("two columns are called `quantity`"), "{told}");
}

async fn a_number_that_can_be_read_in_two_ways_imports_nothing_until_somebody_says(oms: &Oms) {
    let sheet = b"code,quantity\nNUMS-1,1.000\nNUMS-2,\"1,000\"\nNUMS-3,1e3\nNUMS-4, 7 \nNUMS-5,1.234.567\n";

    let (code, told) = import(oms, "a.csv", sheet, &[]).await;
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("on line 2, 3;") && told.contains("--decimal comma"), "{told}");
    assert!(oms.codes(10).await.unwrap().is_empty());

    let (code, told) = import(oms, "a.csv", sheet, &["--decimal", "point"]).await;
    assert_eq!(code, 1, "{told}");
    assert!(note(&told, 4, "NOT_WHOLE").contains("1e3"), "{told}");
    for (isku, units) in [("NUMS-1", 1), ("NUMS-2", 1_000), ("NUMS-4", 7), ("NUMS-5", 1_234_567)] {
        assert_eq!(oms.level(isku).await, Level::of(units, 0), "{isku}");
    }
    assert!(oms.find("NUMS-3").await.is_ok(), "only the cell is lost");
}

async fn shopifys_inventory_csv_is_imported_by_location(oms: &Oms) {
    oms.location("Warehouse", 1).await;
    oms.location("Store", 2).await;
    let sheet = b"Handle,Title,Option1 Name,Option1 Value,SKU,Location,Available (not editable),On hand (current),On hand (new)\n\
        mug,Blue mug,Color,Blue,0001,Warehouse,8,10,\nmug,Blue mug,Color,Blue,0001,Store,4,5,\n\
        notebook,Notebook,,,0002,Warehouse,-2,-2,\nnotebook,Notebook,,,0002,Store,6,6,\n\
        candle,Candle,,,0003,Warehouse,12,12,\ncandle,Candle,,,0003,Store,not stocked,not stocked,\n";

    let (code, told) = import(oms, "inventory.csv", sheet, &[]).await;

    assert_eq!(code, 1, "a negative quantity is told: {told}");
    assert!(note(&told, 4, "NEGATIVE").contains("-2"), "{told}");
    assert!(tells(&told, "3 created, with 33 units on hand"), "{told}");
    for (isku, location, units) in
        [("0001", "Warehouse", 10), ("0001", "Store", 5), ("0002", "Store", 6), ("0003", "Warehouse", 12)]
    {
        assert_eq!(oms.level_at(isku, location).await, Level::of(units, 0), "{isku} at {location}");
    }
}

async fn a_sheet_of_a_workbook_is_imported(oms: &Oms) {
    let book = std::fs::read(tests::root().join("tests/sample/goods.xlsx")).unwrap();

    let (code, told) = import(oms, "goods.xlsx", &book, &["--sheet", "Stock"]).await;

    assert_eq!(code, 1, "{told}");
    note(&told, 6, "SPREADSHEET_ERROR");
    note(&told, 7, "SPREADSHEET_ERROR");
    note(&told, 8, "MANGLED_BARCODE");
    for (isku, units) in [("TEA-1", 60), ("TEA-2", 7), ("1001", 1_000), ("JUG", 2)] {
        assert_eq!(oms.level(isku).await, Level::of(units, 0), "{isku}");
    }
    assert_eq!(oms.codes(10).await.unwrap(), ["1001", "JUG", "POT", "TEA-1", "TEA-2"]);
}

async fn goods_that_are_there_under_another_code_are_left_out_by_line(oms: &Oms) {
    oms.isku("00777").on_hand(5).await;
    oms.isku("WH-1").barcode("4006381333931").on_hand(5).await;
    let sheet =
        "code,quantity,barcode\n=\"00777\",3,\n5.55E+11,4,\nMUG-1,1,\nmug-1.,2,\nSHOP-1,7,04006381333931\nNEW-1,-2,\n";

    let (dry, foretold) = import(oms, "a.csv", sheet.as_bytes(), &["--dry-run"]).await;
    let (asked, told) = import(oms, "a.csv", sheet.as_bytes(), &[]).await;

    assert_eq!((dry, asked), (1, 1), "{told}");
    for told in [&foretold, &told] {
        assert!(note(told, 2, "SAME_GOODS").contains("as 00777;"), "{told}");
        assert!(note(told, 3, "SAME_GOODS").contains("took the code for a number"), "{told}");
        assert!(note(told, 5, "SAME_GOODS").contains("as MUG-1 (line 4);"), "{told}");
        assert!(note(told, 7, "NEGATIVE").contains("-2"), "{told}");
    }
    assert!(note(&told, 6, "SAME_GOODS").contains("as WH-1;"), "{told}");
    assert!(oms.codes(10).await.unwrap().iter().all(|code| !code.contains('=') && !code.contains('+')));
    assert_eq!(oms.level("00777").await, Level::of(5, 0));

    let (code, told) = import(oms, "a.csv", sheet.as_bytes(), &["--on-same-goods=create"]).await;
    assert_eq!(code, 1, "{told}");
    assert_eq!((oms.level("mug-1.").await, oms.level("SHOP-1").await), (Level::of(2, 0), Level::of(7, 0)));
}

async fn none_that_is_counted_is_counted(oms: &Oms) {
    oms.isku("A").await;
    let sheet = b"code,quantity\nA,0\n";

    let (code, told) = import(oms, "a.csv", sheet, &["--stock=count", "--yes"]).await;

    assert_eq!(code, 0, "{told}");
    let resolved = oms.resolve(&["A"]).await.unwrap().remove(0);
    assert_eq!((resolved.uncounted, resolved.stock.len()), (false, 1));
    let (_, told) = import(oms, "a.csv", sheet, &["--stock=count", "--yes"]).await;
    assert!(tells(&told, "0 to count") || !told.contains("1 counted"), "{told}");
}
