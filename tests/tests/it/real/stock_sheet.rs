//! A seller's own stock sheet: every row is accounted for, and the sums are the sheet's.

use std::{collections::HashMap, path::Path};

use tests::{Oms, both_engines, process, real_data};

use super::rows;

both_engines!(every_row_of_the_sheet_is_accounted_for);

async fn import(oms: &Oms, file: &Path) -> (i32, String) {
    let (url, token) = (oms.inventory_url(), oms.site().token_file("acme"));
    let columns = ["--column", "code=SKU Code", "--column", "quantity=Stock", "--column", "product_name=Design No."];
    let arguments = ["import", file.to_str().unwrap(), "--server", &url, "--token-file", token.to_str().unwrap()];
    process::run("inventory-svc", &[&arguments[..], &columns].concat()).await
}

async fn every_row_of_the_sheet_is_accounted_for(oms: &Oms) {
    let Some(file) = real_data::file("stock sheet: every row is accounted for", "seller/stock_sheet.csv") else {
        return;
    };
    let rows = rows(&file);
    let mut times: HashMap<&str, usize> = HashMap::new();
    for row in &rows {
        *times.entry(row["SKU Code"].trim()).or_default() += 1;
    }
    let names_goods = |code: &str| !code.is_empty() && code != "#REF!";
    let accepted: HashMap<&str, i64> = rows
        .iter()
        .map(|row| (row["SKU Code"].trim(), row["Stock"].trim()))
        .filter(|(code, stock)| names_goods(code) && times[code] == 1 && !stock.is_empty())
        .map(|(code, stock)| (code, stock.parse::<f64>().unwrap() as i64))
        .collect();
    let repeated = times.iter().filter(|(code, times)| names_goods(code) && **times > 1).count();
    assert_eq!((rows.len(), repeated, times[""], times["#REF!"]), (9_271, 4, 83, 15));

    let (code, told) = import(oms, &file).await;

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

    let config = oms.site().inventory_config();
    let (code, proof) = process::run("inventory-svc", &["--config", config.to_str().unwrap(), "verify"]).await;
    assert!(code == 0 && proof.contains("acme: proven"), "{proof}");
    let (_, again) = import(oms, &file).await;
    assert!(tells(&again, &[&accepted.len().to_string(), "unchanged"]), "a second import changes nothing");
    assert_eq!(oms.codes(1_000).await.unwrap(), codes, "{again}");
    assert_eq!(on_hand(oms, &codes).await, accepted.values().sum::<i64>());
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
