//! inventory-svc with a bug on purpose, for the crash storm to find: it serves, and does nothing else.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use inventory_svc::{Settings, start};
use shared::{start::serve, telemetry};

#[derive(Parser)]
struct Arguments {
    /// A TOML file of settings; the environment overrides it.
    #[arg(long)]
    config: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let settings = Settings::load(Arguments::parse().config.as_deref())?;
    let _guard = telemetry::start("inventory-svc", &settings.telemetry)?;
    Ok(serve(start(settings)).await?)
}
