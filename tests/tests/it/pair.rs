//! The one command of the quick start, as the binary that people run.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use tests::process::binary;

/// Runs the pair on free ports until it serves, stops it with SIGTERM, and returns what it told.
fn run(data: &Path) -> String {
    let mut command = Command::new(binary("pair"));
    command.args(["--inventory-port", "0", "--catalogue-port", "0", "--data"]).arg(data);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut told = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.starts_with("Serving") {
            assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
        }
        told.push_str(&line);
        told.push('\n');
    }
    assert!(child.wait().unwrap().success(), "{told}");
    told
}

#[test]
fn one_command_runs_the_main_job_and_again_changes_nothing() {
    let data = tempfile::tempdir().unwrap();

    let first = run(data.path());
    let second = run(data.path());

    for line in [
        "9  created, with 310 units on hand",
        "CREATED    17",
        "17 listings: 9 singles, 3 variants, 2 groups, 3 kits",
        "2: 116 (Bamboo whisk); 117 (Cup, white, old listing)",
        "publishing 116 is refused: LISTING_NOT_READY (NEEDS_ISKU",
        "116 is published",
        "duplicate mapping  2 listings of the account sell TEA-ASSAM-100 x 1 + TEA-SENCHA-100 x 1",
        "117 on CUP-WHITE too is refused: DUPLICATE_MAPPING",
        "20 on the channel, 24 available of ISKU TEA-SENCHA-100",
        "1 x TEA-ASSAM-100: HELD\n",
        "TEA-FOR-TWO could offer 12 before it and 10 after it; POT-1L is the limit",
        "ledger proved  10 stock rows from 14 movements, 1 reservation",
    ] {
        assert!(first.contains(line), "{line:?} is not in:\n{first}");
    }
    for line in [
        "9  unchanged",
        "UNCHANGED  17",
        "116 is mapped to WHISK and published since an earlier run",
        "1 x TEA-ASSAM-100: HELD, as it was before",
        "ledger proved  10 stock rows from 14 movements, 1 reservation",
    ] {
        assert!(second.contains(line), "{line:?} is not in:\n{second}");
    }
}

#[test]
fn the_readme_shows_what_the_pair_tells() {
    let data = tempfile::tempdir().unwrap();
    let readme = fs::read_to_string(tests::root().join("README.md")).unwrap();

    let told = run(data.path());

    // Ports, the folder and the paths depend on where it runs.
    let depends = |line: &&str| ["$ ", "    --", "inventory-svc serves"].iter().any(|s| line.starts_with(s));
    let lines = told.lines().filter(|line| !line.is_empty() && !depends(line) && !line.contains("sample/shop.csv"));
    for line in lines.take_while(|line| !line.starts_with("Calls")) {
        assert!(readme.contains(line), "{line:?} is not in README.md");
    }
}
