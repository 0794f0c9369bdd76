//! `inventory-svc import`: ISKUs with stock from a CSV, TSV or XLSX file, through the API like any client.
//!
//! The whole file is read and judged before the first call. An ISKU is created with the stock that the file states; the stock of one that
//! is there is written only by a count, which shows what it would change first.

mod arguments;
mod cell;
mod column;
mod count;
mod problem;
mod progress;
mod row;
mod same_goods;
mod send;
mod service;
mod sheet;
mod summary;

use std::{fs, io, path::PathBuf, process::ExitCode};

use shared::client::{self, UpstreamError};
use shared::database::ConnectError;
use shared::sheet::ReadError;
use shared::start::Patience;
use tonic::Status;

pub use self::arguments::Arguments;
use self::arguments::{BadRows, StockMode};
use self::count::apply::{Outcome, apply};
use self::progress::Progress;
use self::send::{Mode, OnSameGoods, Told};
use self::service::Service;
use self::sheet::Sheet;
use self::summary::Note;
pub use self::summary::Summary;
use crate::{Settings, StartError};

/// Why an import failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Options that do not belong together.
    #[error("{0}")]
    Usage(String),
    /// The file cannot be read.
    #[error("cannot read {0}")]
    Read(PathBuf, #[source] io::Error),
    /// Its header leaves doubt.
    #[error("{0}: {1}")]
    Header(PathBuf, String),
    /// It has numbers that can be read in two ways.
    #[error(
        "{0}: nothing was imported: numbers such as 1.000 can be read in two ways, on line {1}; \
         say --decimal point (1.000 is one) or --decimal comma (it is a thousand)"
    )]
    Doubt(PathBuf, String),
    /// The report or the summary cannot be written.
    #[error("cannot write the report")]
    Report(#[source] io::Error),
    /// The person at the terminal said no.
    #[error("nothing was written")]
    Declined,
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
    arguments.check()?;
    let bytes = fs::read(&arguments.file).map_err(|error| Failure::Read(arguments.file.clone(), error))?;
    let header = |error: ReadError| Failure::Header(arguments.file.clone(), error.to_string());
    let sheet = Sheet::read(&bytes, &arguments.reading()).map_err(header)?;
    let (mut summary, mut notes) = Summary::of_sheet(&sheet);
    for told in &sheet.told {
        writeln!(out, "{told}").map_err(Failure::Report)?;
    }
    let doubtful = sheet.doubtful_lines();
    if !doubtful.is_empty() {
        arguments.report(&notes, out).map_err(Failure::Report)?;
        return Err(Failure::Doubt(arguments.file.clone(), lines(&doubtful)));
    }

    let stopped = arguments.bad_rows == BadRows::Stop && !(sheet.bad_rows.is_empty() && sheet.lossy_rows.is_empty());
    if !stopped {
        let import = Import { arguments, sheet: &sheet, bytes: &bytes };
        match &arguments.server {
            Some(url) => import.at(url, &mut summary, &mut notes, out).await?,
            None => {
                let running = crate::started(in_process(settings), Patience::None).await.map_err(Failure::Start)?;
                let done = import.at(&format!("http://{}", running.address()), &mut summary, &mut notes, out).await;
                running.drain().await;
                done?;
            }
        }
    }

    notes.sort_by_key(|note| note.line);
    arguments.report(&notes, out).map_err(Failure::Report)?;
    summary.print(arguments.mode(), out).map_err(Failure::Report)?;
    if stopped {
        writeln!(out, "nothing was imported: there are bad rows").map_err(Failure::Report)?;
    }
    Ok(summary)
}

/// The documented exit code.
pub fn exit_code(result: &Result<Summary, Failure>) -> ExitCode {
    ExitCode::from(match result {
        Ok(summary) if summary.is_whole() => 0,
        Ok(_) | Err(Failure::Declined) => 1,
        Err(Failure::Usage(_) | Failure::Read(..) | Failure::Header(..) | Failure::Doubt(..) | Failure::Report(_)) => 2,
        Err(Failure::Start(StartError::Connect(ConnectError::Absent(_)))) => 2,
        Err(Failure::Upstream(_) | Failure::Start(_) | Failure::Call(_)) => 3,
    })
}

/// A judged file on its way to a service.
struct Import<'a> {
    arguments: &'a Arguments,
    sheet: &'a Sheet,
    bytes: &'a [u8],
}

impl Import<'_> {
    async fn at(
        &self,
        url: &str,
        summary: &mut Summary,
        notes: &mut Vec<Note>,
        out: &mut impl io::Write,
    ) -> Result<(), Failure> {
        let service = self.arguments.service(url)?;
        let mut told = match self.arguments.stock {
            StockMode::Opening => self.send(&service, self.arguments.mode()).await?,
            StockMode::Count => self.count(&service, summary, notes, out).await?,
        };
        if self.arguments.mode() == Mode::Look && self.arguments.on_same_goods == OnSameGoods::Ask {
            same_goods::foresee(self.sheet, &mut told);
        }
        same_goods::name_lines(self.sheet, &mut told);
        for ((item, told), near) in self.sheet.items.iter().zip(&mut told).zip(self.sheet.near_codes()) {
            if !same_goods::was_left_out(told) {
                told.near_codes.extend(near);
            }
            told.near_codes.sort_unstable();
            told.near_codes.dedup();
            summary.add(item, told, notes);
        }
        Ok(())
    }

    async fn send(&self, service: &Service, mode: Mode) -> Result<Vec<Told>, Failure> {
        let progress = Progress::of(self.sheet.items.len());
        let told = {
            let how = (mode, self.arguments.on_same_goods);
            service.import(blake3::hash(self.bytes), &self.sheet.items, how, |done| progress.at(done)).await
        };
        progress.end();
        told.map_err(call)
    }

    /// Shows what would be counted, and then creates what is new and counts what was shown: nothing else, and nothing that moves meanwhile.
    async fn count(
        &self,
        service: &Service,
        summary: &mut Summary,
        notes: &mut Vec<Note>,
        out: &mut impl io::Write,
    ) -> Result<Vec<Told>, Failure> {
        let items = &self.sheet.items;
        let mut told = self.send(service, Mode::Look).await?;
        count::refuse_twins(items, &mut told);
        let differences = count::take_differences(&mut told);
        count::show(items, &differences, out).map_err(Failure::Report)?;

        let counting = self.arguments.counting(self.bytes);
        let outcomes = match self.arguments.mode() {
            Mode::Look => differences.iter().map(|own| Outcome::foreseen(own, counting.shortfall)).collect(),
            Mode::Write => {
                self.ask(differences.len())?;
                told = self.send(service, Mode::Write).await?;
                count::refuse_twins(items, &mut told);
                count::forget(&mut told, &differences);
                let progress = Progress::of(differences.len());
                let outcomes = apply(service, &counting, &differences, |done| progress.at(done)).await;
                progress.end();
                outcomes.map_err(call)?
            }
        };
        for (own, outcome) in differences.iter().zip(&outcomes) {
            summary.add_count(&items[own.item], own, outcome, notes);
        }
        Ok(told)
    }

    fn ask(&self, differences: usize) -> Result<(), Failure> {
        if self.arguments.yes || differences == 0 {
            return Ok(());
        }
        let question = format!("set the stock of {differences} ISKUs to what was counted?");
        match count::confirmed(&question, &mut io::stdin().lock(), &mut io::stderr()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::Declined),
            Err(error) => Err(Failure::Report(error)),
        }
    }
}

/// The first of these lines.
fn lines(all: &[u64]) -> String {
    const NAMED_MAX: usize = 20;
    let more = if all.len() > NAMED_MAX { format!(" and {} more", all.len() - NAMED_MAX) } else { String::new() };
    all.iter().take(NAMED_MAX).map(u64::to_string).collect::<Vec<_>>().join(", ") + &more
}

fn call(status: Status) -> Failure {
    let reason = client::reason(&status).map_or_else(|| format!("{:?}", status.code()), |(reason, _)| reason);
    Failure::Call(format!("{reason}: {}", status.message()))
}

/// On a free port of this machine, beside whatever serves the same database.
fn in_process(mut settings: Settings) -> Settings {
    settings.server.listen = "127.0.0.1:0".to_owned();
    settings
}
