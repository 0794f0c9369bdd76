//! The crash storm in its short form, on each engine; `cargo run --bin storm` has the long one.

use std::{
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    time::Duration,
};

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
        let nothing = Report {
            plan,
            counts: Counts::default(),
            violations: vec![],
            took: Duration::ZERO,
            kept: None,
            is_stopped: false,
        };

        let short = nothing.shortcomings();

        assert!(short.len() >= 15 && !nothing.is_passed(), "{short:?}");
    }
}

/// As Ctrl-C at a terminal, which every process of its group gets.
#[test]
fn a_storm_that_is_stopped_ends_what_it_has_started() {
    for signal in ["-INT", "-TERM"] {
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new(tests::process::binary("storm"));
        command.args(["--engine", "sqlite", "--rounds", "100"]).env("TMPDIR", dir.path()).process_group(0);
        let mut storm = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(storm.stdout.take().unwrap()).lines();
        lines.find(|line| line.as_ref().unwrap().contains("round 1 of 100")).unwrap().unwrap();

        let group = format!("-{}", storm.id());
        assert!(Command::new("kill").args([signal, "--", &group]).status().unwrap().success());

        let report: Vec<String> = lines.map(Result::unwrap).collect();
        assert_eq!(storm.wait().unwrap().code(), Some(130), "{report:#?}");
        assert!(report.iter().any(|line| line.contains("STOPPED")), "{report:#?}");
        let of_it: Vec<_> = command_lines().filter(|line| line.contains(dir.path().to_str().unwrap())).collect();
        assert!(of_it.is_empty(), "{of_it:?} is still there");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "its files are still there");
    }
}

/// What every process of the machine was started with.
fn command_lines() -> impl Iterator<Item = String> {
    let processes = std::fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path().join("cmdline"));
    // A process may end meanwhile.
    processes.filter_map(|path| std::fs::read(path).ok()).map(|line| String::from_utf8_lossy(&line).into_owned())
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
