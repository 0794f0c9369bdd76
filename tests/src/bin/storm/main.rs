//! The crash storm as a command.

// It fails loudly, as the harness does.
#![allow(clippy::expect_used)]

mod planted;

use std::{pin::pin, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};
use shared::server::stop_signal;
use tests::{
    Engine,
    storm::{Plan, run_until},
};

/// The exit code of a storm that was stopped, as a shell has it for Ctrl-C.
const STOPPED: u8 = 130;

/// Kills, pauses and cuts off inventory-svc and its database under load, and checks that no answer was wrong.
///
/// Needs the binary of inventory-svc beside its own: `cargo build --workspace --bins` makes both. Exit code 0 if nothing is found and
/// enough was done, 130 if it was stopped by Ctrl-C or SIGTERM, else 1.
#[derive(Parser)]
#[command(name = "storm")]
struct Arguments {
    /// Which engine
    #[arg(long, value_enum, default_value_t = Engines::Both)]
    engine: Engines,
    /// What the schedule and the clients' choices follow from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many rounds
    #[arg(long)]
    rounds: Option<u64>,
    /// 500 kills, 200 stops of the database, 200 pauses and a million answers, in 20 rounds
    #[arg(long)]
    long: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Build inventory-svc with bugs on purpose, and show that each is found within a minute, and nothing without one
    Planted {
        /// Only these bugs
        bugs: Vec<String>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Engines {
    Sqlite,
    Postgres,
    Both,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut stop = pin!(stop_signal());
    if let Some(Command::Planted { bugs }) = &arguments.command {
        let all = planted::each_is_found(stop.as_mut(), arguments.seed, bugs).await;
        return all.map_or(STOPPED.into(), exit);
    }
    let engines: &[Engine] = match arguments.engine {
        Engines::Sqlite => &[Engine::Sqlite],
        Engines::Postgres => &[Engine::Postgres],
        Engines::Both => &[Engine::Sqlite, Engine::Postgres],
    };
    let mut is_passed = true;
    for engine in engines {
        let mut plan = match arguments.long {
            true => Plan::long(*engine, arguments.seed),
            false => Plan::short(*engine, arguments.seed),
        };
        plan.rounds = arguments.rounds.unwrap_or(plan.rounds);
        let report = run_until(stop.as_mut(), &plan, |line| println!("{line}")).await;
        println!("\n{report}\n");
        if report.is_stopped {
            return STOPPED.into();
        }
        is_passed &= report.is_passed();
    }
    exit(is_passed)
}

fn exit(is_passed: bool) -> ExitCode {
    if is_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
