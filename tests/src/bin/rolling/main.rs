//! Rolling upgrades as a command: the pair goes from the baseline's release to this one under load.

// It fails loudly, as the harness does.
#![allow(clippy::expect_used)]

use std::{
    path::PathBuf,
    process::{Command, ExitCode},
};

use clap::Parser;
use tests::{
    rolling::{Release, roll},
    root,
};

/// Builds the release that `tests/baseline/commit` names, starts the pair of it on PostgreSQL, and replaces one replica after the other by
/// this release while callers go on, each of whom asks everything again at another replica.
///
/// Needs the binaries of this release beside its own: `cargo build --workspace --bins` makes them. Exit code 0 if no call failed.
#[derive(Parser)]
#[command(name = "rolling")]
struct Arguments {
    /// Rounds that are answered between two replacements
    #[arg(long, default_value_t = 500)]
    rounds: u32,
    /// A folder with the binaries of the release before, instead of building it
    #[arg(long)]
    from: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let baseline = arguments.from.unwrap_or_else(build_baseline);
    let report = roll(&Release::in_folder(baseline), &Release::head(), async |_| {}, arguments.rounds).await;
    for (what, calls) in &report.calls {
        println!("{what:>10} {calls}");
    }
    for failed in &report.failed {
        println!("FAILED {failed}");
    }
    println!("{} calls, {} failed", report.calls.values().sum::<u64>(), report.failed.len());
    if report.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Builds the baseline in a tree and a folder of its own.
fn build_baseline() -> PathBuf {
    let commit = include_str!("../../../baseline/commit").trim();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let (source, built) = (target.join("baseline").join(commit), target.join("baseline/build"));
    if !source.exists() {
        run(Command::new("git").current_dir(root()).args(["worktree", "add", "--detach"]).arg(&source).arg(commit));
    }
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--locked", "--workspace", "--bins"]).current_dir(&source).env("CARGO_TARGET_DIR", &built);
    run(&mut cargo);
    built.join("debug")
}

fn run(command: &mut Command) {
    let status = command.status().expect("the program is there");
    assert!(status.success(), "{command:?} failed");
}
