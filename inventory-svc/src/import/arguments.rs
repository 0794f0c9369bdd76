//! What `import` is asked to do.

use std::{
    fs,
    io::{self, IsTerminal},
    path::PathBuf,
};

use clap::{Args, ValueEnum};
use shared::client::{self, Upstream};
use shared::identity::Merchant;
use shared::money::Money;
use shared::settings::Between;
use shared::sheet;

use super::Failure;
use super::count::apply::{Counting, ShortfallChoice};
use super::send::{Mode, OnSameGoods};
use super::service::Service;
use super::sheet::Reading;
use super::summary::{Note, write_report};

/// What the API takes at most.
const DOCUMENT_LENGTH_MAX: usize = 128;

const AFTER_HELP: &str = "\
The fields are code (required), product_name, length_mm, width_mm, height_mm,
weight_g, cost_price, currency, barcode, quantity and location. A field is in
the column with its own name or another usual one (sku, title, stock), in any
case, or in the one that --column names; Shopify's inventory CSV is read as it
is. A file without a quantity column creates ISKUs without stock. A code may
stand once for each location; one that repeats is imported for none of its rows.

A cell that cannot be read costs that cell, and is told with its line; without
its code, or with a blank quantity, a row is not imported. A file with a number
that can be read in two ways (1.000) is not imported before --decimal says how.

  inventory-svc import stock.csv --column code=\"SKU Code\" --column quantity=Stock

Running again changes nothing: a code that is there is left as it is, and where
its stock differs from the file's, that is told. With --stock=count the file is
a stock sheet: the differences are shown first, then what is there is set to
what the file states. A row without a quantity counts nothing. Stock that moves
after it was shown is told and not overwritten; run again to count it.

  inventory-svc import count.csv --stock=count --dry-run
  inventory-svc import count.csv --stock=count --yes

A row is left out, and told with the ISKUs or lines that it may be, if its code
is the same but for case, blanks, punctuation at its ends or the disguise of a
spreadsheet, if its barcode is the same, or if a spreadsheet turned its code
into a power of ten: the same goods would be counted twice. With
--on-same-goods=create it becomes an ISKU of its own. (--dry-run compares codes
only.)

A terminal is asked before anything is written. Without one a count needs --yes
or --dry-run.

Exit codes:
  0  every row is imported, or was before
  1  done, and rows were bad or refused, or cells could not be read; each is
     told with its line and reason; or you said no, and nothing was written
  2  wrong usage, a file cannot be read or written, or it has a number that can
     be read in two ways: nothing is imported
  3  the service refused or could not be reached; run again to go on";

/// What `import` is asked to do.
#[derive(Args, Clone, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// The stock sheet: CSV, TSV or XLSX, with a header line
    pub file: PathBuf,
    #[command(flatten)]
    sheet: sheet::Reading,
    /// Currency of amounts whose row names none, such as MYR
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<String>,
    /// Location of rows that name none
    #[arg(long, value_name = "NAME", default_value = "default")]
    location: String,
    /// What the quantities are for
    #[arg(long, value_enum, default_value = "opening")]
    pub(super) stock: StockMode,
    /// Count without asking
    #[arg(long)]
    pub(super) yes: bool,
    /// Where fewer units are counted than are reserved, the newest unconfirmed reservations give units back
    #[arg(long)]
    pub(super) release_shortfall: bool,
    /// What to do with a row whose code or barcode looks like that of an ISKU that is there, or of an earlier row
    #[arg(long, value_enum, default_value = "ask")]
    pub(super) on_same_goods: OnSameGoods,
    /// What to do with the good rows of a file that has bad ones
    #[arg(long, value_enum, default_value = "skip")]
    pub(super) bad_rows: BadRows,
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
    pub(super) dry_run: bool,
    /// Write each row that needs a look to this CSV file (line, code, reason, detail) instead of standard output
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What the quantities of a file are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum StockMode {
    /// New ISKUs are created with them; the stock of those that are there is left as it is
    Opening,
    /// The same, and the stock of ISKUs that are there is set to them
    Count,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum BadRows {
    /// Import the good rows
    Skip,
    /// Import nothing
    Stop,
}

impl Arguments {
    /// Refuses options that do not belong together, before anything is read.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let usage = |text: &str| Err(Failure::Usage(text.to_owned()));
        match self.stock {
            StockMode::Opening if self.yes || self.release_shortfall => {
                usage("--yes and --release-shortfall belong to --stock=count")
            }
            StockMode::Count if !self.yes && !self.dry_run && !is_a_person() => {
                usage("nobody can be asked here: --stock=count needs --yes, or --dry-run to look first")
            }
            StockMode::Opening | StockMode::Count => Ok(()),
        }
    }

    pub(super) fn reading(&self) -> Reading {
        let (file, currency, location) = (self.sheet.clone(), self.currency.clone(), self.location.clone());
        Reading { file, currency, location, needs_quantity: self.stock == StockMode::Count }
    }

    pub(super) fn mode(&self) -> Mode {
        if self.dry_run { Mode::Look } else { Mode::Write }
    }

    /// The service at a URL, called with the credential that was given.
    pub(super) fn service(&self, url: &str) -> Result<Service, Failure> {
        let (url, token_file) = (url.to_owned(), self.token_file.clone().unwrap_or_default());
        let upstream = Upstream::new(&client::Settings { url, token_file, deadline_ms: Between::nearest(60_000) })?;
        Ok(Service::new(upstream, self.merchant.clone()))
    }

    /// What the counts of the file have in common. They are listed by the file's name.
    pub(super) fn counting(&self, bytes: &[u8]) -> Counting {
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let document = name.chars().filter(|c| !c.is_control()).take(DOCUMENT_LENGTH_MAX).collect();
        let shortfall = if self.release_shortfall { ShortfallChoice::ReleaseNewest } else { ShortfallChoice::Refuse };
        Counting { file: blake3::hash(bytes), document, shortfall }
    }

    pub(super) fn report(&self, notes: &[Note], out: &mut impl io::Write) -> io::Result<()> {
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

/// Whether somebody sees the differences and can answer.
fn is_a_person() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

fn currency(text: &str) -> Result<String, String> {
    Money::parse(text, 0, 0).map(|money| money.currency().to_owned()).map_err(|error| error.to_string())
}

fn merchant(text: &str) -> Result<Merchant, String> {
    Merchant::parse(text).map_err(|error| error.to_string())
}
