//! A seller's own stock sheet: every row is accounted for, and the sums are the sheet's.

use std::{collections::HashMap, path::Path};

use tests::{Oms, both_engines, process, real_data, story::Level};

use super::rows;

both_engines!(every_row_of_the_sheet_is_accounted_for, a_count_brings_the_books_back_to_the_sheet);

async fn import(oms: &Oms, file: &Path, more: &[&str]) -> (i32, String) {
    let (url, token) = (oms.inventory_url(), oms.site().token_file("acme"));
    let columns = ["--column", "code=SKU Code", "--column", "quantity=Stock", "--column", "product_name=Design No."];
    let arguments = ["import", file.to_str().unwrap(), "--server", &url, "--token-file", token.to_str().unwrap()];
    process::run("inventory-svc", &[&arguments[..], &columns, more].concat()).await
}

async fn every_row_of_the_sheet_is_accounted_for(oms: &Oms) {
    let Some(file) = real_data::file("stock sheet: every row is accounted for", "seller/stock_sheet.csv") else {
        return;
    };
    let rows = rows(&file);
    let times = times(&rows);
    let accepted = accepted(&rows, &times);
    let repeated = times.iter().filter(|(code, times)| names_goods(code) && **times > 1).count();
    assert_eq!((rows.len(), repeated, times[""], times["#REF!"]), (9_271, 4, 83, 15));

    let (code, told) = import(oms, &file, &[]).await;

    assert_eq!(code, 1, "some rows are bad:\n{}", &told[told.len().saturating_sub(2_000)..]);
    let blank = rows.iter().filter(|row| row["Stock"].trim().is_empty()).count();
    let twice =
        rows.iter().filter(|row| names_goods(row["SKU Code"].trim()) && times[row["SKU Code"].trim()] > 1).count();
    let bad = [
        ("BLANK_CODE", times[""]),
        ("SPREADSHEET_ERROR", times["#REF!"]),
        ("BLANK_QUANTITY", blank),
        ("REPEATED_CODE", twice),
    ];
    for (reason, count) in bad {
        assert!(tells(&told, &[&count.to_string(), reason]), "{count} {reason}");
    }
    assert!(tells(&told, &[&(rows.len() - accepted.len()).to_string(), "bad", "rows,", "not", "imported"]));
    let codes = oms.codes(1_000).await.unwrap();
    assert_eq!(codes.len(), accepted.len());
    assert!(codes.iter().all(|code| accepted.contains_key(code.as_str())));
    assert_eq!(on_hand(oms, &codes).await, accepted.values().sum::<i64>());

    verify(oms).await;
    let (_, again) = import(oms, &file, &[]).await;
    assert!(tells(&again, &[&accepted.len().to_string(), "unchanged"]), "a second import changes nothing");
    assert_eq!(oms.codes(1_000).await.unwrap(), codes, "{again}");
    assert_eq!(on_hand(oms, &codes).await, accepted.values().sum::<i64>());
}

async fn a_count_brings_the_books_back_to_the_sheet(oms: &Oms) {
    let Some(file) = real_data::file("stock sheet: counted after trade", "seller/stock_sheet.csv") else {
        return;
    };
    let rows = rows(&file);
    let accepted = accepted(&rows, &times(&rows));
    let mut well_stocked: Vec<&str> =
        accepted.iter().filter(|(_, units)| **units >= 5).map(|(code, _)| *code).collect();
    well_stocked.sort_unstable();
    import(oms, &file, &[]).await;
    let (received, shipped, held) = (&well_stocked[..700], &well_stocked[700..712], &well_stocked[712..724]);
    for page in received.chunks(350) {
        oms.receive(&page.iter().map(|code| (*code, 3)).collect::<Vec<_>>()).await.unwrap();
    }
    for code in shipped {
        oms.reserve(code, &[("LISTING", 2, &[(code, 1)])]).await.unwrap();
        oms.ship(code, &[]).await.unwrap();
    }
    // More is promised than the sheet has: what came in was sold.
    for code in held {
        oms.receive(&[(code, 10)]).await.unwrap();
        oms.reserve(code, &[("LISTING", accepted[code] + 1, &[(code, 1)])]).await.unwrap();
    }

    let (code, told) = import(oms, &file, &["--stock=count", "--yes"]).await;
    let codes = oms.codes(1_000).await.unwrap();
    let counted = on_hand(oms, &codes).await;
    let (_, told_with_release) = import(oms, &file, &["--stock=count", "--yes", "--release-shortfall"]).await;
    let (_, told_again) = import(oms, &file, &["--stock=count", "--yes"]).await;

    let sum: i64 = accepted.values().sum();
    let tail = &told[told.len().saturating_sub(2_000)..];
    assert_eq!((code, counted), (1, sum + 10 * held.len() as i64), "{tail}");
    assert!(tells(&told, &["712", "counted", "otherwise"]) && tells(&told, &["12", "counts", "refused"]), "{tail}");
    assert!(tells(&told, &["12", "BELOW_RESERVED"]) && told.contains("24 units more and 2100 fewer"), "{tail}");
    assert!(tells(&told_with_release, &["12", "SHORTFALL_RELEASED"]));
    assert!(!told_again.contains("otherwise") && told_again.contains("no ISKU that is there has other stock"));
    assert_eq!((codes.len(), on_hand(oms, &codes).await), (accepted.len(), sum));
    for code in held {
        assert_eq!(oms.level(code).await, Level::of(accepted[code], accepted[code]), "{code}");
    }
    verify(oms).await;
}

/// How often each code stands in the sheet.
fn times(rows: &[HashMap<String, String>]) -> HashMap<&str, usize> {
    let mut times = HashMap::new();
    for row in rows {
        *times.entry(row["SKU Code"].trim()).or_default() += 1;
    }
    times
}

fn names_goods(code: &str) -> bool {
    !code.is_empty() && code != "#REF!"
}

/// The units of every code that can be imported.
fn accepted<'rows>(rows: &'rows [HashMap<String, String>], times: &HashMap<&str, usize>) -> HashMap<&'rows str, i64> {
    rows.iter()
        .map(|row| (row["SKU Code"].trim(), row["Stock"].trim()))
        .filter(|(code, stock)| names_goods(code) && times[code] == 1 && !stock.is_empty())
        .map(|(code, stock)| (code, stock.parse::<f64>().unwrap() as i64))
        .collect()
}

async fn verify(oms: &Oms) {
    let config = oms.site().inventory_config();
    let (code, proof) = process::run("inventory-svc", &["--config", config.to_str().unwrap(), "verify"]).await;
    assert!(code == 0 && proof.contains("acme: proven"), "{proof}");
}

/// Whether a line of the summary starts with these words.
fn tells(told: &str, words: &[&str]) -> bool {
    told.lines().any(|line| line.split_whitespace().take(words.len()).eq(words.iter().copied()))
}

async fn on_hand(oms: &Oms, codes: &[String]) -> i64 {
    let mut sum = 0;
    for page in codes.chunks(1_000) {
        let page: Vec<&str> = page.iter().map(String::as_str).collect();
        let resolved = oms.resolve(&page).await.unwrap();
        sum += resolved.iter().flat_map(|isku| &isku.stock).map(|stock| stock.on_hand).sum::<i64>();
    }
    sum
}
