//! The command line of catalogue-svc.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use catalogue_svc::{
    Settings,
    cli::sync::{self, SyncArgs},
    migrate, start,
};
use clap::{Parser, Subcommand};
use shared::{settings, start::serve, telemetry};

/// Owns CSKUs, their mapping to ISKUs, and the channels' categories.
#[derive(Debug, Parser)]
#[command(version, after_help = "Exit codes: 0 done, 1 rows were refused, 2 it could not be done.")]
struct Arguments {
    /// A settings file; the environment (CATALOGUE__SERVER__LISTEN …) overrides it.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves until SIGTERM or Ctrl-C, then drains; the default.
    Serve,
    /// Brings the schema up to date and ends; replicas may run it at once.
    Migrate,
    /// Shows the settings in effect, without passwords.
    Settings,
    /// Syncs an account's listings from a marketplace's export, through a running service.
    Sync(Box<SyncArgs>),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("catalogue-svc: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(arguments.config.as_deref()).context("settings")?;
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Settings => {
            println!("{}", settings::shown(&settings)?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Sync(args) => Ok(sync::run(*args, &settings.server.listen).await.into()),
        Command::Serve => {
            let _guard = telemetry::start("catalogue-svc", &settings.telemetry).context("telemetry")?;
            Ok(serve(start(settings)).await?)
        }
        Command::Migrate => {
            let _guard = telemetry::start("catalogue-svc", &settings.telemetry).context("telemetry")?;
            migrate(&settings).await?;
            println!("the schema is up to date");
            Ok(ExitCode::SUCCESS)
        }
    }
}
