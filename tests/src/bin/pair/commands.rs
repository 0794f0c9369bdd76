//! The command lines of the pair, called in this process.

use std::{
    env, io,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use catalogue_svc::cli::sync::{Exit, SyncArgs};
use clap::Parser;

use super::shop::{CHANNEL, SELLER};

#[derive(Parser)]
struct Import {
    #[command(flatten)]
    arguments: inventory_svc::import::Arguments,
}

#[derive(Parser)]
struct Sync {
    #[command(flatten)]
    arguments: SyncArgs,
}

/// `inventory-svc import`.
pub(crate) async fn import(file: &Path, server: &str, settings: inventory_svc::Settings) -> Result<()> {
    let file = short(file).display().to_string();
    println!("$ inventory-svc import {file} \\\n    --server {server}");
    let line = Import::try_parse_from(["import", &file, "--server", server])?;
    let summary = inventory_svc::import::run(&line.arguments, settings, &mut io::stdout()).await?;
    if summary.is_whole() { Ok(()) } else { bail!("{file} is not imported whole") }
}

/// `catalogue-svc sync`.
pub(crate) async fn sync(file: &Path, server: &str) -> Result<()> {
    let file = short(file).display().to_string();
    let options = ["--channel", CHANNEL, "--seller", SELLER, "--format", "generic", "--connect", "--server", server];
    println!("\n$ catalogue-svc sync {file} \\\n    {}", options.join(" "));
    let line = Sync::try_parse_from(["sync", &file].into_iter().chain(options))?;
    match catalogue_svc::cli::sync::run(line.arguments, "").await {
        Exit::Applied => Ok(()),
        Exit::RowsLeft | Exit::Usage | Exit::Refused => bail!("{file} is not synced whole"),
    }
}

/// The path as seen from here, where it lies below.
fn short(path: &Path) -> PathBuf {
    let here = env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf)).unwrap_or_else(|| path.to_path_buf())
}
