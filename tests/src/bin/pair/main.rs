//! One command that runs the main job: both services on SQLite, a small shop synced, mapped and sold from, then served until Ctrl-C.

mod calls;
mod commands;
mod shop;
mod story;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Parser;
use shared::{server::stop_signal, settings, telemetry};

use self::shop::Shop;

/// Runs inventory-svc and catalogue-svc on SQLite with a small sample shop, tells what happened, and serves until Ctrl-C.
///
/// Running it again changes nothing; to start anew, delete the data directory.
#[derive(Parser)]
#[command(name = "pair")]
struct Arguments {
    /// Where the databases are
    #[arg(long, value_name = "DIR", default_value = "target/pair")]
    data: PathBuf,
    /// The port of inventory-svc
    #[arg(long, value_name = "PORT", default_value_t = 7401)]
    inventory_port: u16,
    /// The port of catalogue-svc
    #[arg(long, value_name = "PORT", default_value_t = 7402)]
    catalogue_port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pair: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let data = &arguments.data;
    fs::create_dir_all(data).with_context(|| format!("cannot make {}", data.display()))?;
    let _telemetry = telemetry(arguments)?;
    let inventory = inventory_svc::start(inventory_settings(arguments)?).await;
    let inventory = inventory.map_err(|error| explained(error, arguments.inventory_port))?;
    let inventory_url = format!("http://{}", inventory.address());
    let catalogue = catalogue_svc::start(catalogue_settings(arguments, &inventory_url)?).await;
    let catalogue = catalogue.map_err(|error| explained(error, arguments.catalogue_port))?;
    let catalogue_url = format!("http://{}", catalogue.address());
    println!(
        "inventory-svc serves on {}, catalogue-svc on {}, data in {}\n",
        inventory.address(),
        catalogue.address(),
        data.display()
    );

    tokio::select! {
        told = tell(&inventory_url, &catalogue_url, inventory_settings(arguments)?) => {
            told?;
            calls::print(inventory.address(), catalogue.address());
            stop_signal().await;
        }
        () = stop_signal() => {}
    }
    println!("stopping");
    catalogue.drain().await;
    inventory.drain().await;
    Ok(())
}

/// The main job: a stock sheet and a shop's listings come in, are mapped, go live and are sold from.
async fn tell(inventory: &str, catalogue: &str, settings: inventory_svc::Settings) -> Result<()> {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample");
    commands::import(&sample.join("stock.csv"), inventory, settings).await?;
    commands::sync(&sample.join("shop.csv"), catalogue).await?;
    story::tell(&Shop::open(inventory, catalogue).await?).await
}

/// Only errors of the services are logged, between the lines told here.
fn telemetry(arguments: &Arguments) -> Result<telemetry::Guard> {
    let mut settings = inventory_settings(arguments)?.telemetry;
    "error".clone_into(&mut settings.log);
    Ok(telemetry::start("pair", &settings)?)
}

fn inventory_settings(arguments: &Arguments) -> Result<inventory_svc::Settings> {
    let mut settings = inventory_svc::Settings::load(None)?;
    place(&mut settings.server, &mut settings.database, arguments.inventory_port, &arguments.data.join("inventory.db"));
    settings.auth.credentials_file.clear();
    Ok(settings)
}

fn catalogue_settings(arguments: &Arguments, inventory: &str) -> Result<catalogue_svc::Settings> {
    let mut settings = catalogue_svc::Settings::load(None)?;
    place(&mut settings.server, &mut settings.database, arguments.catalogue_port, &arguments.data.join("catalogue.db"));
    settings.auth.credentials_file.clear();
    inventory.clone_into(&mut settings.inventory.url);
    settings.inventory.token_file.clear();
    Ok(settings)
}

fn place(server: &mut settings::Server, database: &mut settings::Database, port: u16, file: &Path) {
    server.listen = format!("127.0.0.1:{port}");
    server.drain_ms = settings::Between::nearest(3_000);
    database.url = format!("sqlite://{}", file.display());
    database.url_file.clear();
    database.migrate = true;
}

/// Says what to do about a port that is taken.
fn explained(error: impl Into<anyhow::Error>, port: u16) -> anyhow::Error {
    let error = error.into();
    let taken = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::AddrInUse);
    if taken {
        error.context(format!("port {port} is taken: stop what listens there, or choose other ports (--help)"))
    } else {
        error
    }
}
