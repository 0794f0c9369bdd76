//! The benchmark as a command: that it measures everything, never how fast it is.

use std::{
    collections::BTreeMap,
    process::{Command, Stdio},
};

use serde_json::Value;
use tests::process::binary;

#[test]
fn the_benchmark_measures_everything_it_compares() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("raw/bench.json");

    let mut command = Command::new(binary("bench"));
    command.arg("--short").arg("--json").arg(&json).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().unwrap();

    let table = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{table}");
    let raw: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    assert!(raw["postgres"].as_str().unwrap().contains("fsync on"), "{}", raw["postgres"]);
    let lines = raw["lines"].as_array().unwrap();
    assert_eq!(lines.iter().filter(|line| line["is_met"].is_boolean()).count(), 20, "goals");
    for line in lines {
        let what = line["what"].as_str().unwrap();
        assert!(
            table.contains(&format!("| {what} | {} |", line["goal"].as_str().unwrap())),
            "{what} is not in\n{table}"
        );
        let rounds: Vec<f64> = line["rounds"].as_array().unwrap().iter().map(|round| round.as_f64().unwrap()).collect();
        assert!(rounds.len() == 1 && rounds[0] > 0.0, "{what}: {rounds:?}");
        assert_eq!([&line["median"], &line["min"], &line["max"]].map(Value::as_f64), [Some(rounds[0]); 3], "{what}");
    }
    let groups = raw["groups"].as_array().unwrap();
    assert!(groups.len() > 8, "{} groups", groups.len());
    for group in groups {
        let figures: BTreeMap<String, Vec<Value>> = serde_json::from_value(group["figures"].clone()).unwrap();
        assert!(figures.len() > 1, "{group}");
        for (name, figures) in figures {
            let figure = |of: &str| figures[0][of].as_f64().unwrap();
            assert_eq!(figures.len(), 1, "{name}");
            assert!(figure("per_second") > 0.0 && figure("p50_us") > 0.0, "{name}: {figures:?}");
            assert!(figure("p50_us") <= figure("p99_us"), "{name}: {figures:?}");
        }
    }
}

#[test]
fn the_benchmark_of_syncs_measures_everything_it_compares() {
    let mut command = Command::new(binary("bench"));
    command.args(["sync", "--listings", "60", "--rounds", "1"]).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().unwrap();

    let table = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{table}");
    let goals: Vec<&str> = table.lines().filter(|line| line.contains("| ≥ ") || line.contains("| ≤ ")).collect();
    assert_eq!(goals.len(), 8, "{table}");
    for line in table.lines().filter(|line| line.starts_with("| ") && !line.contains("| goal |")) {
        let measured: f64 = line.split('|').nth(3).unwrap().trim().parse().unwrap();
        assert!(measured > 0.0, "{line}");
    }
}
