//! The siege as a command.

use std::{pin::pin, process::ExitCode, time::Duration};

use clap::{Parser, ValueEnum};
use shared::server::stop_signal;
use tests::{
    Engine,
    siege::{Plan, run},
};

/// The exit code of a siege that was stopped, as a shell has it for Ctrl-C.
const STOPPED: u8 = 130;

/// Attacks both services on this machine, and shows what that costs them and a merchant that does nothing wrong.
///
/// Starts the services from the binaries beside its own: `cargo build --workspace --bins` makes them. Every attack goes to loopback, and is
/// bounded in number and time. Exit code 0 if every goal is met, 130 if it was stopped, else 1.
#[derive(Parser)]
#[command(name = "hostile")]
struct Arguments {
    /// Which engine
    #[arg(long, value_enum, default_value_t = Engines::Both)]
    engine: Engines,
    /// As the tests run it: seconds, and no goal for speed
    #[arg(long)]
    short: bool,
    /// How long each attack goes on
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=60), conflicts_with = "short")]
    seconds: u64,
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
    let engines: &[Engine] = match arguments.engine {
        Engines::Sqlite => &[Engine::Sqlite],
        Engines::Postgres => &[Engine::Postgres],
        Engines::Both => &[Engine::Sqlite, Engine::Postgres],
    };
    let mut stop = pin!(stop_signal());
    let mut is_passed = true;
    for engine in engines {
        let long = Plan::long(*engine, Duration::from_secs(arguments.seconds));
        let plan = if arguments.short { Plan::short(*engine) } else { long };
        let report = tokio::select! {
            report = run(&plan, |line| println!("{line}")) => report,
            () = stop.as_mut() => return ExitCode::from(STOPPED),
        };
        println!("\n{report}\n");
        is_passed &= report.is_passed();
    }
    if is_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
