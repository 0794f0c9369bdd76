//! `inventory-svc import`: ISKUs with stock from a CSV file, through the API like any client.
//!
//! The whole file is read and judged before the first call. An ISKU is created with the stock that the file states; the stock of one that
//! is there is never written.

mod cell;
mod column;
mod lines;
mod problem;
mod progress;
mod row;
mod send;
mod sheet;
mod summary;

use std::{fs, io, path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};
use shared::client::{self, Upstream, UpstreamError};
use shared::identity::Merchant;
use shared::money::Money;

use self::column::{ColumnChoice, HeaderError};
use self::progress::Progress;
use self::send::{Mode, Service};
use self::sheet::{Reading, Sheet};
pub use self::summary::Summary;
use self::summary::{Note, write_report};
use crate::{Settings, StartError};

const AFTER_HELP: &str = "\
The fields are code (required), product_name, length_mm, width_mm, height_mm,
weight_g, cost_price, currency, barcode, quantity and location. A field is in
the column with its own name, or in the one that --column names. A file without
a quantity column creates ISKUs without stock. A code may stand once for each
location; one that repeats is imported for none of its rows.

  inventory-svc import stock.csv --column code=\"SKU Code\" --column quantity=Stock

Running again changes nothing: a code that is there is left as it is, and where
its stock differs from the file's, that is told.

Exit codes:
  0  every row is imported, or was before
  1  done, and rows were bad or refused; each is told with its line and reason
  2  wrong usage, or a file cannot be read or written
  3  the service refused or could not be reached; run again to go on";

/// What `import` is asked to do.
#[derive(Args, Clone, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// The CSV file, in UTF-8, with a header line
    pub file: PathBuf,
    /// Which column holds a field; may be given for each field
    #[arg(long = "column", value_name = "FIELD=HEADER")]
    columns: Vec<ColumnChoice>,
    /// What separates cells: one character, or `tab`
    #[arg(long, default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    /// Currency of amounts whose row names none, such as MYR
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<String>,
    /// Location of rows that name none
    #[arg(long, value_name = "NAME", default_value = "default")]
    location: String,
    /// What to do with the good rows of a file that has bad ones
    #[arg(long, value_enum, default_value = "skip")]
    bad_rows: BadRows,
    /// A running inventory-svc, such as http://127.0.0.1:7401; the configured database itself if absent
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// A file with the token of a credential
    #[arg(long, value_name = "FILE")]
    token_file: Option<String>,
    /// The merchant, where the credential may act for several
    #[arg(long, value_name = "NAME", value_parser = merchant)]
    merchant: Option<Merchant>,
    /// Import nothing; tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// Write each row that needs a look to this CSV file (line, code, reason, detail) instead of standard output
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum BadRows {
    /// Import the good rows
    Skip,
    /// Import nothing
    Stop,
}

/// Why an import failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file cannot be read.
    #[error("cannot read {0}")]
    Read(PathBuf, #[source] io::Error),
    /// Its header leaves doubt.
    #[error("{0}: {1}")]
    Header(PathBuf, String),
    /// The report or the summary cannot be written.
    #[error("cannot write the report")]
    Report(#[source] io::Error),
    /// The service cannot be called.
    #[error("cannot call inventory-svc")]
    Upstream(#[from] UpstreamError),
    /// The service on the configured database does not start.
    #[error("cannot start on the configured database")]
    Start(#[source] StartError),
    /// A call was refused or did not get through.
    #[error("{0}; what was imported so far stays, and running again goes on from there")]
    Call(String),
}

/// Reads the file, judges it, imports it, and tells on `out` what needs a look and what was done.
pub async fn run(arguments: &Arguments, settings: Settings, out: &mut impl io::Write) -> Result<Summary, Failure> {
    let bytes = fs::read(&arguments.file).map_err(|error| Failure::Read(arguments.file.clone(), error))?;
    let sheet = Sheet::read(&bytes, &arguments.reading()).map_err(|error| arguments.header(error))?;
    let mode = if arguments.dry_run { Mode::Look } else { Mode::Write };
    let (mut summary, mut notes) = Summary::of_sheet(&sheet);
    if !sheet.ignored_columns.is_empty() {
        writeln!(out, "columns without a field: {}", sheet.ignored_columns.join(", ")).map_err(Failure::Report)?;
    }

    let stopped = arguments.bad_rows == BadRows::Stop && !sheet.bad_rows.is_empty();
    if !stopped {
        let mut told = match &arguments.server {
            Some(url) => arguments.send(url, &sheet, &bytes, mode).await?,
            None => {
                let running = crate::start(in_process(settings)).await.map_err(Failure::Start)?;
                let told = arguments.send(&format!("http://{}", running.address()), &sheet, &bytes, mode).await;
                running.drain().await;
                told?
            }
        };
        for ((item, told), near) in sheet.items.iter().zip(&mut told).zip(sheet.near_codes()) {
            told.near_codes.extend(near);
            told.near_codes.sort_unstable();
            told.near_codes.dedup();
            summary.add(item, told, &mut notes);
        }
    }

    notes.sort_by_key(|note| note.line);
    arguments.report(&notes, out).map_err(Failure::Report)?;
    summary.print(mode, out).map_err(Failure::Report)?;
    if stopped {
        writeln!(out, "nothing was imported: there are bad rows").map_err(Failure::Report)?;
    }
    Ok(summary)
}

/// The documented exit code.
pub fn exit_code(result: &Result<Summary, Failure>) -> ExitCode {
    ExitCode::from(match result {
        Ok(summary) if summary.is_whole() => 0,
        Ok(_) => 1,
        Err(Failure::Read(..) | Failure::Header(..) | Failure::Report(_)) => 2,
        Err(Failure::Upstream(_) | Failure::Start(_) | Failure::Call(_)) => 3,
    })
}

impl Arguments {
    fn reading(&self) -> Reading {
        let (choices, currency, location) = (self.columns.clone(), self.currency.clone(), self.location.clone());
        Reading { choices, delimiter: self.delimiter, currency, location }
    }

    fn header(&self, error: HeaderError) -> Failure {
        Failure::Header(self.file.clone(), error.to_string())
    }

    async fn send(&self, url: &str, sheet: &Sheet, bytes: &[u8], mode: Mode) -> Result<Vec<send::Told>, Failure> {
        let (url, token_file) = (url.to_owned(), self.token_file.clone().unwrap_or_default());
        let upstream = Upstream::new(&client::Settings { url, token_file, deadline_ms: 60_000 })?;
        let progress = Progress::of(sheet.items.len());
        let service = Service::new(upstream, self.merchant.clone());
        let told = service.import(blake3::hash(bytes), &sheet.items, mode, |done| progress.at(done)).await;
        progress.end();
        told.map_err(|status| {
            let reason = client::reason(&status).map_or_else(|| format!("{:?}", status.code()), |(reason, _)| reason);
            Failure::Call(format!("{reason}: {}", status.message()))
        })
    }

    fn report(&self, notes: &[Note], out: &mut impl io::Write) -> io::Result<()> {
        match &self.report {
            Some(path) => write_report(notes, fs::File::create(path)?),
            None => notes.iter().try_for_each(|note| {
                let Note { line, code, reason, text } = note;
                let code = if code.is_empty() { String::new() } else { format!(" {code:?}") };
                writeln!(out, "line {line}{code}: {reason} {text}")
            }),
        }
    }
}

/// On a free port of this machine, beside whatever serves the same database.
fn in_process(mut settings: Settings) -> Settings {
    settings.server.listen = "127.0.0.1:0".to_owned();
    settings
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
        _ => Err("must be one ASCII character, or `tab`".to_owned()),
    }
}

fn currency(text: &str) -> Result<String, String> {
    Money::parse(text, 0, 0).map(|money| money.currency().to_owned()).map_err(|error| error.to_string())
}

fn merchant(text: &str) -> Result<Merchant, String> {
    Merchant::parse(text).map_err(|error| error.to_string())
}
