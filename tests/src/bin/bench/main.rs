//! Measures inventory-svc against what people and experts write in SQL, on this machine, in one run.

mod bare;
mod cpu;
mod field;
mod figure;
mod group;
mod load;
mod open;
mod orders;
mod pgbench;
mod stage;
mod sync;
mod table;
mod trial;

use std::{fs, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};
use serde_json::json;

use self::{
    group::{GROUPS, Group},
    load::Window,
    stage::Stage,
};

/// Clients share the processors with what they measure.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures inventory-svc against plain SQL on a PostgreSQL of its own, and prints a table of ratios.
#[derive(Parser)]
#[command(name = "bench", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Only these comparisons; all unless stated
    #[arg(long, num_args = 1.., value_name = "NAME", value_parser = GROUPS.iter().map(|group| group.name).collect::<Vec<_>>())]
    only: Vec<String>,
    /// How often everything is measured
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// How long one measurement takes
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Measures almost nothing, to see that everything works
    #[arg(long, conflicts_with_all = ["rounds", "seconds"])]
    short: bool,
    /// Where every figure goes
    #[arg(long, value_name = "FILE", default_value = "target/bench/bench.json")]
    json: PathBuf,
    /// The service's binary; the one built with this one unless stated
    #[arg(long, value_name = "FILE")]
    service: Option<PathBuf>,
    /// A setting of PostgreSQL, as often as needed: commit_delay=1000 and commit_siblings=0 are like a disk that takes 1 ms more for each
    /// write that commits
    #[arg(long, value_name = "NAME=VALUE")]
    postgres: Vec<String>,
}

#[derive(Subcommand)]
enum Command {
    /// One load on one service, for profiling.
    Load(trial::Arguments),
    /// Syncs of a large shop against plain INSERTs of the same rows.
    Sync(sync::Arguments),
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
struct Scale {
    rounds: usize,
    window: Window,
    /// Client counts that baselines try.
    clients: &'static [usize],
    /// What numbers of ISKUs and reservations are divided by.
    divisor: u64,
    /// What calls in flight are divided by: in a short time each client gets an answer.
    in_flight_divisor: usize,
}

impl Scale {
    fn of(&self, count: u64) -> u64 {
        count / self.divisor
    }

    fn in_flight(&self, count: usize) -> usize {
        count.div_ceil(self.in_flight_divisor)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Some(Command::Load(trial)) => trial::run(trial).await,
        Some(Command::Sync(shop)) => sync::run(shop).await,
        None => compare(arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn compare(arguments: Arguments) -> Result<()> {
    let window = |warm_up_ms, measured| Window { warm_up: Duration::from_millis(warm_up_ms), measured };
    let scale = match arguments.short {
        true => Scale {
            rounds: 1,
            window: window(50, Duration::from_millis(300)),
            clients: &[4],
            divisor: 100,
            in_flight_divisor: 32,
        },
        false => Scale {
            rounds: arguments.rounds,
            window: window(1_000, Duration::from_secs(arguments.seconds)),
            clients: &pgbench::CLIENTS,
            divisor: 1,
            in_flight_divisor: 1,
        },
    };
    let stage = Stage::new(arguments.service.clone(), arguments.postgres.clone())?;
    let is_chosen = |group: &&Group| arguments.only.is_empty() || arguments.only.iter().any(|name| name == group.name);
    let (mut outcomes, mut lines, mut failed) = (vec![], vec![], vec![]);
    for group in GROUPS.iter().filter(is_chosen) {
        match field::measure(&stage, group, &scale).await {
            Ok(outcome) => {
                lines.extend(table::lines(group, &outcome)?);
                outcomes.push(outcome);
            }
            // What the others measure is as good without it.
            Err(error) => failed.push(format!("{error:#}")),
        }
    }

    println!("{}", table::told(&lines));
    let cores = std::thread::available_parallelism()?.get();
    let others = outcomes.iter().map(|outcome| outcome.cores_of_others).fold(0.0, f64::max);
    println!(
        "Median of {} rounds of {:?} each, with the least and the most, on {cores} cores that clients, service and \
         PostgreSQL share; others kept {others:.2} of them busy at most.",
        scale.rounds, scale.window.measured
    );
    let raw = json!({
        "cores": cores,
        "postgres": stage.version().await?,
        "rounds": scale.rounds,
        "seconds": scale.window.measured.as_secs_f64(),
        "failed": failed,
        "lines": lines,
        "groups": outcomes,
    });
    let folder = arguments.json.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or(Ok(()), fs::create_dir_all)?;
    fs::write(&arguments.json, format!("{raw:#}\n")).with_context(|| format!("{}", arguments.json.display()))?;
    println!("Every figure: {}", arguments.json.display());
    ensure!(failed.is_empty(), "not measured: {}", failed.join("; "));
    Ok(())
}
