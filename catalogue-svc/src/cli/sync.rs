//! `catalogue-svc sync`: sends a marketplace's export through SyncService, like any connector.

mod findings;
mod report;
mod service;
mod survey;
mod upload;

use std::{path::PathBuf, sync::Arc};

use clap::{
    Args, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use shared::{
    identity::{Channel, Merchant, SellerId},
    sheet::{Reading, Sheet},
};

use self::{service::Service, survey::Survey};
use crate::{
    domain::sync::session::Scope,
    import::{FORMATS, FileError, Format, Options},
};

/// Items of one chunk, and their bytes: half of what the service takes, since what surrounds an item is not counted.
const CHUNK: usize = 500;
const CHUNK_BYTES: usize = 4 << 20;

const AFTER_HELP: &str = "\
Exit codes:
  0  every row was applied
  1  the sync completed, and rows were bad, rejected or not applied because of
     a finding, or cells could not be read; each is named with its line and
     reason
  2  wrong usage, the file cannot be read, or it has a number that can be read
     in two ways (1.000): nothing is sent until --decimal says how
  3  the service refused or could not be reached: run again to go on; or the
     sync is held for review: what it would retire is told, and it goes on with
     --approve, or is given up with --abort-held

Running again changes nothing: every item is UNCHANGED. A run that was
interrupted is taken up where it stopped if the same file is sent with the same
options; an upload of another file that was left open is aborted, and one that
was being applied is completed first. An upload that somebody wrote to in the
last minute is theirs: it is waited for that long, and never aborted.

A file with rows that cannot be read does not tell everything that the shop
lists: it is sent as --scope partial, so that nothing is retired. A cell that
cannot be read costs that cell only.

The file is CSV or TSV in any usual delimiter and encoding, or XLSX. The columns
that each format reads, under these headers or others that mean the same, in any
order and case:
";

/// Syncs an account's listings from a file.
#[derive(Args, Clone, Debug)]
#[command(after_help = AFTER_HELP.rsplit_once("\n\n").map_or("", |(start, _)| start), after_long_help = help())]
pub struct SyncArgs {
    /// The marketplace's export: CSV, TSV or XLSX
    file: PathBuf,
    /// The channel, such as shopify or shopee-my
    #[arg(long)]
    channel: String,
    /// The seller's id on the channel
    #[arg(long)]
    seller: String,
    /// What kind of export it is
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: &'static Format,
    #[command(flatten)]
    reading: Reading,
    /// Whether the file holds all listings of the account (what is absent is retired) or some
    #[arg(long, value_enum, default_value = "full")]
    scope: ScopeArg,
    /// Connects the seller account first if it is not connected
    #[arg(long)]
    connect: bool,
    /// Reads and judges the file, and sends nothing
    #[arg(long)]
    dry_run: bool,
    /// Creates no ISKUs: listings whose ISKU is missing wait for it
    #[arg(long)]
    no_create_iskus: bool,
    /// ISKUs that are created open empty instead of with the channel's quantity
    #[arg(long)]
    no_opening_stock: bool,
    /// The location that holds opening stock
    #[arg(long, default_value = "default")]
    opening_location: String,
    /// Currency of cost prices that come without one, such as MYR; they are not known without it
    #[arg(long)]
    currency: Option<String>,
    /// Gives up a sync of this account that is held for review, and starts over
    #[arg(long)]
    abort_held: bool,
    /// Approves a sync of this account that is held for review: retires what it would retire
    #[arg(long, conflicts_with = "abort_held")]
    approve: bool,
    /// Writes the account's open findings to this file, as CSV
    #[arg(long, value_name = "FILE")]
    findings: Option<PathBuf>,
    /// Where the service is; the settings' own address if left out
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// A file that holds the credential's token
    #[arg(long, value_name = "FILE")]
    token_file: Option<String>,
    /// The merchant, where the credential may act for several
    #[arg(long, value_name = "NAME")]
    merchant: Option<String>,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ScopeArg {
    /// All listings of the account.
    Full,
    /// Some of them.
    Partial,
}

/// How a run ended, as the process tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Every row was applied.
    Applied = 0,
    /// Some rows were not.
    RowsLeft = 1,
    /// Wrong usage, or the file cannot be read.
    Usage = 2,
    /// The service refused or could not be reached.
    Refused = 3,
}

/// Why a run ended early: what is told, and the exit code.
#[derive(Debug)]
struct Failure(Exit, String);

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let names = FORMATS.map(|format| format.name);
    PossibleValuesParser::new(names).try_map(|name| Format::named(&name).ok_or("is no format"))
}

fn help() -> String {
    let mut help = AFTER_HELP.to_owned();
    for format in FORMATS {
        help.push_str(&format!("\n{}: {}\n", format.name, format.about));
        for field in format.fields {
            help.push_str(&format!("  {:<26} {}\n", field.name, field.meaning));
        }
    }
    help
}

/// What a run is about, read from the arguments.
struct Plan {
    args: SyncArgs,
    channel: Channel,
    seller_id: SellerId,
    merchant: Option<Merchant>,
    options: Options,
    scope: Scope,
    sheet: Arc<Sheet>,
    /// Names the file and how it is read.
    source: String,
}

impl Plan {
    fn of(args: SyncArgs) -> Result<Self, Failure> {
        let wrong = |name: &str, problem: &dyn std::fmt::Display| Failure(Exit::Usage, format!("--{name} {problem}"));
        let channel = Channel::parse(&args.channel).map_err(|problem| wrong("channel", &problem))?;
        let seller_id = SellerId::parse(&args.seller).map_err(|problem| wrong("seller", &problem))?;
        let merchant = args.merchant.as_deref().map(Merchant::parse).transpose();
        let merchant = merchant.map_err(|problem| wrong("merchant", &problem))?;
        if let Some(currency) = &args.currency {
            shared::money::Money::parse(currency, 0, 0).map_err(|problem| wrong("currency", &problem))?;
        }
        let scope = match args.scope {
            ScopeArg::Full => Scope::Full,
            ScopeArg::Partial => Scope::Partial,
        };
        let options = Options { currency: args.currency.clone(), decimal: args.reading.decimal };
        let file = |error: &FileError| Failure(Exit::Usage, format!("{}: {error}", args.file.display()));
        let bytes = std::fs::read(&args.file).map_err(|error| file(&FileError::Unreadable(error.to_string())))?;
        let sheet = Arc::new(args.format.open(&bytes, &args.reading).map_err(|error| file(&error))?);
        let source = survey::source(&args, &bytes);
        Ok(Self { args, channel, seller_id, merchant, options, scope, sheet, source })
    }
}

/// Runs the command; everything that there is to say has been said when it returns.
pub async fn run(args: SyncArgs, own_address: &str) -> Exit {
    match sync(args, own_address).await {
        Ok(exit) => exit,
        Err(Failure(exit, told)) => {
            eprintln!("catalogue-svc sync: {told}");
            exit
        }
    }
}

async fn sync(args: SyncArgs, own_address: &str) -> Result<Exit, Failure> {
    let mut plan = Plan::of(args)?;
    let survey = Survey::of(&plan);
    survey.tell_rows(&plan);
    survey.refuse_doubt()?;
    if plan.args.dry_run {
        return Ok(survey.tell(&plan));
    }
    if !survey.bad.is_empty() && plan.scope == Scope::Full {
        eprintln!("{} rows cannot be read: nothing will be retired (sent as --scope partial)", survey.bad.len());
        plan.scope = Scope::Partial;
    }
    let service = Service::new(&plan, own_address)?;
    if plan.args.connect {
        service.connect_account().await?;
    }
    let session = service.open(&survey).await?;
    eprintln!("sync {}", session.sync.sync_id);
    upload::upload(&service, &plan, &survey, &session).await?;
    let summary = report::complete(&service, &session.sync.sync_id, survey.items).await?;
    summary.tell(&plan, &survey);
    if let Some(file) = &plan.args.findings {
        findings::write(&service, file).await?;
    }
    let whole = survey.is_whole() && summary.left == 0;
    Ok(if whole { Exit::Applied } else { Exit::RowsLeft })
}
