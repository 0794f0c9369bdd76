//! The inventory service and its command line.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Parser, Subcommand};
use inventory_svc::{Settings, import, migrate, restored, start, verify};
use shared::{settings, start::serve, telemetry};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// ISKUs, their stock, and the ledger that proves it.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// A TOML file of settings; the environment (INVENTORY__…) overrides it.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGTERM or Ctrl-C; what is done without a command.
    Serve,
    /// Bring the database's schema up to date. Safe to run several at once.
    Migrate,
    /// Declare that the database was restored from a backup: no watch goes on from a cursor of before. Run it before the service starts.
    Restored,
    /// Prove the ledger of every merchant: exit 0 if all are proven, 1 if a fault is found, 2 if it could not be checked.
    Verify,
    /// Create ISKUs with stock from a CSV file.
    Import(Box<import::Arguments>),
    /// Show the settings in effect as JSON, without passwords.
    Settings,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("inventory-svc: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut settings = Settings::load(arguments.config.as_deref()).context("settings")?;
    let command = arguments.command.unwrap_or(Command::Serve);
    if matches!(command, Command::Import(_)) {
        // What it does is told in lines of its own.
        "warn".clone_into(&mut settings.telemetry.log);
    }
    let _guard = telemetry::start("inventory-svc", &settings.telemetry).context("telemetry")?;
    match command {
        Command::Serve => Ok(serve(start(settings)).await?),
        Command::Migrate => {
            migrate(&settings).await?;
            println!("the schema is up to date");
            Ok(ExitCode::SUCCESS)
        }
        Command::Restored => {
            let merchants = restored(&settings).await?;
            println!("merchants: {merchants}, each in a new epoch");
            Ok(ExitCode::SUCCESS)
        }
        Command::Settings => {
            println!("{}", settings::shown(&settings)?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify => {
            let proven = verify(&settings).await?;
            for line in &proven.lines {
                println!("{line}");
            }
            Ok(if proven.faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Import(arguments) => {
            let result = import::run(&arguments, settings, &mut std::io::stdout()).await;
            let code = import::exit_code(&result);
            if let Err(failure) = result {
                eprintln!("inventory-svc: {:#}", anyhow::Error::from(failure));
            }
            Ok(code)
        }
    }
}
