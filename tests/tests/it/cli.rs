//! `catalogue-svc sync` as a person uses it: looked at first, told line by line, repeated without harm.

use std::path::{Path, PathBuf};

use proto::catalogue::v1::FindingKind;
use tests::{
    Oms, both_engines, process,
    story::{Level, Shop},
};

both_engines!(
    a_dry_run_sends_nothing,
    a_generic_file_is_synced_and_again_changes_nothing,
    bad_rows_are_told_with_line_and_reason_and_retire_nothing,
    findings_are_written_as_csv,
    a_truncated_file_is_held_and_may_be_given_up,
    an_unknown_shop_is_told,
);

const HEADER: &str = "csku,channel_listing_id,kind,title,barcode,quantity";

fn write(oms: &Oms, rows: &[&str]) -> PathBuf {
    oms.site().write("feed.csv", &[&[HEADER], rows].concat().join("\n"))
}

async fn sync(oms: &Oms, shop: &Shop, file: &Path, more: &[&str]) -> (i32, String) {
    let (url, token) = (oms.catalogue_url(), oms.site().token_file("acme"));
    let file = file.to_str().unwrap();
    let what = ["sync", file, "--format", "generic", "--channel", &shop.key.channel, "--seller", &shop.key.seller_id];
    let service = ["--server", &url, "--token-file", token.to_str().unwrap(), "--merchant", "acme"];
    process::run("catalogue-svc", &[&what[..], &service, more].concat()).await
}

fn tells(told: &str, words: &[&str]) -> bool {
    told.lines().any(|line| line.split_whitespace().take(words.len()).eq(words.iter().copied()))
}

async fn a_dry_run_sends_nothing(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let file = write(oms, &["TEE,,SINGLE,Tee,,5", "CAP,,SINGLE,Cap,,5"]);

    let (code, told) = sync(oms, &shop, &file, &["--dry-run"]).await;

    assert_eq!(code, 0, "{told}");
    assert!(told.contains("2 items") && told.contains("nothing was sent"), "{told}");
    assert!(shop.listings().await.is_empty() && shop.account().await.unwrap().first_sync_due);
}

async fn a_generic_file_is_synced_and_again_changes_nothing(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let file = write(oms, &["TEE,1,SINGLE,Tee,955,5", "CAP,2,SINGLE,Cap,,3"]);

    let (code, told) = sync(oms, &shop, &file, &[]).await;
    let (again, told_again) = sync(oms, &shop, &file, &[]).await;

    assert_eq!((code, again), (0, 0), "{told}\n{told_again}");
    assert!(tells(&told, &["CREATED", "2"]) && tells(&told_again, &["UNCHANGED", "2"]), "{told}\n{told_again}");
    assert_eq!(oms.level("TEE").await, Level::of(5, 0));
    assert_eq!(shop.listing(shop.id("1")).await.unwrap().barcode, "955");
}

async fn bad_rows_are_told_with_line_and_reason_and_retire_nothing(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let whole = write(oms, &["TEE,,SINGLE,Tee,,5", "CAP,,SINGLE,Cap,,3"]);
    sync(oms, &shop, &whole, &[]).await;
    let file = write(oms, &["TEE,,SINGLE,Tee,,5", ",,SINGLE,Bag,,1", "NEW,,SINGLE,New,,1", "NEW,,SINGLE,New,,2"]);

    let (code, told) = sync(oms, &shop, &file, &[]).await;

    assert_eq!(code, 1, "{told}");
    assert!(told.contains("line 3:"), "{told}");
    for line in [4, 5] {
        let repeated = told
            .lines()
            .any(|told| told.starts_with(&format!("line {line}:")) && told.contains("REPEATED_IN_SNAPSHOT"));
        assert!(repeated, "line {line}: {told}");
    }
    let cskus: Vec<_> = shop.listings().await.into_iter().map(|listing| listing.csku).collect();
    assert_eq!(cskus, ["TEE", "CAP"], "a damaged file retires nothing");
}

async fn findings_are_written_as_csv(oms: &Oms) {
    oms.isku("TEE").on_hand(9).await;
    let shop = oms.connect("shopify", "shop").await;
    let file = write(oms, &["TEE,,SINGLE,Tee,,5"]);
    let findings = oms.site().dir().join("findings.csv");

    let (_, told) = sync(oms, &shop, &file, &["--findings", findings.to_str().unwrap()]).await;

    let written: Vec<_> = csv::Reader::from_path(&findings).unwrap().into_records().map(Result::unwrap).collect();
    let drift = written.iter().find(|row| &row[0] == "STOCK_DRIFT");
    let drift = drift.unwrap_or_else(|| panic!("no drift in {written:?}\n{told}"));
    assert_eq!((&drift[2], &drift[4]), ("TEE", "TEE"));
    assert!(!drift[6].is_empty(), "the remedy is told");
    assert_eq!(shop.findings(FindingKind::StockDrift).await.len(), 1);
}

async fn a_truncated_file_is_held_and_may_be_given_up(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let rows: Vec<String> = (1..=10).map(|row| format!("SKU-{row},,SINGLE,Goods {row},,1")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let whole = write(oms, &rows);
    sync(oms, &shop, &whole, &[]).await;
    let short = write(oms, &rows[..5]);

    let (code, told) = sync(oms, &shop, &short, &[]).await;
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("SYNC_HELD_FOR_REVIEW"), "{told}");
    assert_eq!(shop.listings().await.len(), 10);

    let whole = write(oms, &rows);
    let (code, told) = sync(oms, &shop, &whole, &["--abort-held"]).await;
    assert_eq!(code, 0, "{told}");
    assert!(tells(&told, &["UNCHANGED", "10"]), "{told}");
}

async fn an_unknown_shop_is_told(oms: &Oms) {
    let shop = oms.shop("shopify", "nobody");
    let file = write(oms, &["TEE,,SINGLE,Tee,,5"]);

    let (code, told) = sync(oms, &shop, &file, &[]).await;
    let (usage, _) = sync(oms, &shop, Path::new("no/such/file.csv"), &[]).await;

    assert_eq!((code, usage), (3, 2), "{told}");
    assert!(told.contains("ACCOUNT_NOT_FOUND"), "{told}");
}
