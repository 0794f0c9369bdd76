//! The crash storm in its short form, on each engine; `cargo run --bin storm` has the long one.

use std::time::Duration;

use tests::{
    Engine, on_both_engines,
    storm::{Counts, Plan, Report, run},
};

on_both_engines!(a_storm_loses_nothing_applies_nothing_twice_and_oversells_nothing);

async fn a_storm_loses_nothing_applies_nothing_twice_and_oversells_nothing(engine: Engine) {
    let report = run(&Plan::short(engine, 1), |line| println!("{line}")).await;

    println!("{report}");
    assert!(report.is_passed(), "{report}");
}

#[test]
fn a_storm_that_did_too_little_is_none() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let plan = Plan::short(engine, 1);
        let nothing = Report { plan, counts: Counts::default(), violations: vec![], took: Duration::ZERO, kept: None };

        let short = nothing.shortcomings();

        assert!(short.len() >= 15 && !nothing.is_passed(), "{short:?}");
    }
}

#[test]
fn a_seed_repeats_the_schedule() {
    let schedule = |seed, round| Plan::short(Engine::Postgres, seed).schedule(round);

    assert_eq!(schedule(7, 0), schedule(7, 0));
    assert_ne!(schedule(7, 0), schedule(7, 1));
    assert_ne!(schedule(7, 0), schedule(8, 0));
}

#[test]
fn planted_bugs_are_in_no_build_that_did_not_ask_for_them() {
    let manifest = std::fs::read_to_string(tests::root().join("inventory-svc/Cargo.toml")).unwrap();
    let built = std::fs::read(tests::process::binary("inventory-svc")).unwrap();
    let names = |word: &[u8]| built.windows(word.len()).any(|bytes| bytes == word);

    assert!(manifest.contains("\nplanted-bugs = []\n") && !manifest.contains("\ndefault ="));
    assert!(names(b"INVENTORY") && !names(b"OMS_PLANTED_BUG"));
}
