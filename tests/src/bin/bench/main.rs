//! Measures inventory-svc against what people and experts write in SQL, on this machine, in one run.

mod cpu;
mod figure;
mod load;
mod orders;
mod stage;
mod trial;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Measures inventory-svc on a PostgreSQL of its own.
#[derive(Parser)]
#[command(name = "bench")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// One load on one service, for profiling.
    Load(trial::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Command::Load(trial) => trial::run(trial).await,
    }
}
