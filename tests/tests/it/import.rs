//! `inventory-svc import --stock=count` as a person uses it: shown first, counted row by row, repeated without harm.

mod asked;
mod file;
mod interrupted;

use std::path::{Path, PathBuf};

use proto::inventory::v1::{ListMovementsRequest, Movement, MovementKind};
use tests::{Oms, both_engines, process, story::Level};

both_engines!(
    a_dry_run_shows_the_differences_and_writes_nothing,
    a_count_sets_what_is_there_and_creates_what_is_new,
    a_count_without_a_terminal_needs_a_word,
    a_refused_count_leaves_its_neighbours,
    reservations_give_way_on_request,
    two_codes_of_one_isku_are_counted_by_neither,
    each_location_is_counted_by_itself,
    the_configured_database_is_counted_beside_its_service,
);

fn sheet(oms: &Oms, rows: &[&str]) -> PathBuf {
    oms.site().write("count.csv", &[&["code,quantity"], rows].concat().join("\n"))
}

/// What is said to count a sheet through a server.
fn words(oms: &Oms, url: &str, file: &Path) -> Vec<String> {
    let token = oms.site().token_file("acme");
    let (file, token) = (file.to_str().unwrap(), token.to_str().unwrap());
    ["import", file, "--stock=count", "--server", url, "--token-file", token].map(str::to_owned).to_vec()
}

/// Counts a sheet through a server; returns the exit code and what was told.
async fn count_at(oms: &Oms, url: &str, file: &Path, more: &[&str]) -> (i32, String) {
    let words = words(oms, url, file);
    let words: Vec<&str> = words.iter().map(String::as_str).chain(more.iter().copied()).collect();
    process::run("inventory-svc", &words).await
}

async fn count(oms: &Oms, rows: &[&str], more: &[&str]) -> (i32, String) {
    count_at(oms, &oms.inventory_url(), &sheet(oms, rows), more).await
}

/// Whether a line begins with these words.
fn tells(told: &str, words: &str) -> bool {
    let words: Vec<&str> = words.split_whitespace().collect();
    told.lines().any(|line| line.split_whitespace().take(words.len()).eq(words.iter().copied()))
}

/// The line that tells a reason for a row.
fn note<'told>(told: &'told str, line: u64, reason: &str) -> &'told str {
    let begins = format!("line {line} ");
    let mut lines = told.lines().filter(|told| told.starts_with(&begins) && told.contains(reason));
    lines.next().unwrap_or_else(|| panic!("line {line} has no {reason}:\n{told}"))
}

async fn counts_of(oms: &Oms, code: &str) -> Vec<Movement> {
    let all = oms.movements(ListMovementsRequest { isku_code: code.to_owned(), ..Default::default() }).await.unwrap();
    all.into_iter().filter(|movement| movement.kind() == MovementKind::Count).collect()
}

async fn a_dry_run_shows_the_differences_and_writes_nothing(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(2).await;
    oms.isku("C").on_hand(7).await;
    oms.reserve("1", &[("TEE", 4, &[("A", 1)])]).await.unwrap();

    let (code, told) = count(oms, &["A,3", "B,9", "C,7", "NEW,1", "BLANK,"], &["--dry-run"]).await;

    assert_eq!(code, 1, "one row is blank and one below what is reserved: {told}");
    assert!(tells(&told, r#"5 3 -2 4 "A" at default, below what is reserved"#), "{told}");
    assert!(tells(&told, r#"2 9 +7 0 "B" at default"#) && !told.contains(r#""C""#), "{told}");
    assert!(tells(&told, "1 counted higher, 7 units") && tells(&told, "1 counted lower, 2 units"), "{told}");
    assert!(
        tells(&told, "1 counted below") && tells(&told, "1 to create, with 1") && tells(&told, "1 to count"),
        "{told}"
    );
    note(&told, 2, "BELOW_RESERVED");
    note(&told, 6, "BLANK_QUANTITY");
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(5, 4), Level::of(2, 0)));
    assert_eq!(oms.codes(10).await.unwrap(), ["A", "B", "C"]);
}

async fn a_count_sets_what_is_there_and_creates_what_is_new(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(2).await;
    oms.isku("C").on_hand(7).await;
    oms.isku("BLANK").on_hand(3).await;
    let rows = ["A,0", "B,9", "C,7", "NEW,4", "BLANK,", "TWICE,1", "TWICE,1"];

    let (code, told) = count(oms, &rows, &["--yes"]).await;
    let (again, told_again) = count(oms, &rows, &["--yes"]).await;

    assert_eq!((code, again), (1, 1), "a row is blank and two repeat: {told}\n{told_again}");
    assert!(tells(&told, "1 created, with 4 units") && tells(&told, "2 counted otherwise"), "{told}");
    assert!(told.contains("7 units more and 5 fewer") && !told.contains("STOCK_DRIFT"), "{told}");
    assert!(tells(&told_again, "4 unchanged") && !told_again.contains("otherwise"), "{told_again}");
    for (isku, on_hand, counts) in [("A", 0, 1), ("B", 9, 1), ("C", 7, 0), ("NEW", 4, 0), ("BLANK", 3, 0)] {
        assert_eq!(oms.level(isku).await, Level::of(on_hand, 0), "{isku}");
        let counted = counts_of(oms, isku).await;
        assert_eq!(counted.len(), counts, "{isku}");
        assert!(counted.iter().all(|own| own.document == "count.csv"), "{counted:?}");
    }
    assert!(oms.find("TWICE").await.is_err());
}

async fn a_count_without_a_terminal_needs_a_word(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let file = oms.site().write("no quantity.csv", "code,Units\nA,1\n");

    let (silent, told) = count(oms, &["A,3", "NEW,1"], &[]).await;
    let (opening, _) = count(oms, &["A,3", "NEW,1"], &["--yes", "--stock=opening"]).await;
    let (blind, _) = count_at(oms, &oms.inventory_url(), &file, &["--yes"]).await;

    assert_eq!((silent, opening, blind), (2, 2, 2), "{told}");
    assert!(told.contains("--yes") && told.contains("--dry-run"), "{told}");
    assert_eq!((oms.level("A").await, oms.codes(10).await.unwrap()), (Level::of(5, 0), vec!["A".to_owned()]));
}

async fn a_refused_count_leaves_its_neighbours(oms: &Oms) {
    let mut rows = vec![];
    for number in 0..12 {
        let code = format!("I{number}");
        oms.isku(&code).on_hand(5).await;
        rows.push(format!("{code},1"));
    }
    let first = oms.reserve("1", &[("TEE", 2, &[("I3", 1)])]).await.unwrap().reservation.unwrap();
    let second = oms.reserve("2", &[("TEE", 1, &[("I3", 1)]), ("CUP", 5, &[("I11", 1)])]).await.unwrap();
    let second = second.reservation.unwrap();

    let (code, told) = count(oms, &rows.iter().map(String::as_str).collect::<Vec<_>>(), &["--yes"]).await;

    assert_eq!(code, 1, "{told}");
    assert!(tells(&told, "10 counted otherwise") && tells(&told, "2 counts refused"), "{told}");
    let told_of = note(&told, 5, "BELOW_RESERVED");
    let newest_first = format!("{}, {}", second.reservation_id, first.reservation_id);
    assert!(told_of.contains("3 are reserved; 2 reservations") && told_of.contains(&newest_first), "{told_of}");
    assert!(note(&told, 13, "BELOW_RESERVED").contains("1 reservations"), "{told}");
    for number in 0..12 {
        let expected = match number {
            3 => Level::of(5, 3),
            11 => Level::of(5, 5),
            _ => Level::of(1, 0),
        };
        assert_eq!(oms.level(&format!("I{number}")).await, expected, "I{number}");
    }
}

async fn reservations_give_way_on_request(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap();
    let newest = oms.reserve("2", &[("TEE", 2, &[("A", 1)])]).await.unwrap().reservation.unwrap();

    let (code, told) = count(oms, &["A,3"], &["--yes", "--release-shortfall"]).await;

    assert_eq!(code, 0, "{told}");
    let given_back = note(&told, 2, "SHORTFALL_RELEASED");
    assert!(given_back.contains("gave back 1 units") && given_back.contains(&newest.reservation_id), "{given_back}");
    assert_eq!(oms.level("A").await, Level::of(3, 3));
    assert_eq!(oms.reservation("2").await.unwrap().items[0].short, 1);
}

async fn two_codes_of_one_isku_are_counted_by_neither(oms: &Oms) {
    oms.isku("OLD").on_hand(5).await;
    oms.rename("OLD", "NEW").await.unwrap();
    oms.isku("ALIAS").on_hand(5).await;
    oms.rename("ALIAS", "NAME").await.unwrap();

    let (code, told) = count(oms, &["OLD,3", "NEW,4", "ALIAS,2"], &["--yes"]).await;

    assert_eq!(code, 1, "{told}");
    assert!(note(&told, 2, "REPEATED_CODE").contains("line 3") && note(&told, 3, "REPEATED_CODE").contains("line 2"));
    assert_eq!((oms.level("NEW").await, oms.level("NAME").await), (Level::of(5, 0), Level::of(2, 0)));
}

async fn each_location_is_counted_by_itself(oms: &Oms) {
    oms.location("shop", 1).await;
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(5).await;

    let (at_shop, told) = count(oms, &["A,2", "B,0"], &["--yes", "--location", "shop"]).await;
    let (nowhere, told_nowhere) = count(oms, &["A,2", "B,1"], &["--yes", "--location", "nowhere"]).await;

    assert_eq!((at_shop, nowhere), (0, 1), "{told}\n{told_nowhere}");
    note(&told_nowhere, 2, "LOCATION_NOT_FOUND");
    note(&told_nowhere, 3, "LOCATION_NOT_FOUND");
    assert_eq!(
        (oms.level_at("A", "shop").await, oms.level_at("A", "default").await),
        (Level::of(2, 0), Level::of(5, 0))
    );
    assert_eq!(oms.level("B").await, Level::of(5, 0));
}

async fn the_configured_database_is_counted_beside_its_service(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let (config, token, file) = (oms.site().inventory_config(), oms.site().token_file("acme"), sheet(oms, &["A,8"]));
    let (config, token, file) = (config.to_str().unwrap(), token.to_str().unwrap(), file.to_str().unwrap());

    let arguments = ["--config", config, "import", file, "--stock=count", "--yes", "--token-file", token];
    let (code, told) = process::run("inventory-svc", &arguments).await;

    assert_eq!(code, 0, "{told}");
    assert_eq!(oms.level("A").await, Level::of(8, 0));
}
