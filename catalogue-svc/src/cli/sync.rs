//! `catalogue-svc sync`: sends a marketplace's export through SyncService, like any connector.

mod findings;
mod report;
mod service;
mod survey;
mod upload;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use shared::identity::{Channel, Merchant, SellerId};

use self::{service::Service, survey::Survey};
use crate::{
    domain::sync::session::Scope,
    import::{Format, GENERIC_COLUMNS, Options},
};

/// Items of one chunk, and their bytes: half of what the service takes, since what surrounds an item is not counted.
const CHUNK: usize = 500;
const CHUNK_BYTES: usize = 4 << 20;

const AFTER_HELP: &str = "\
Exit codes:
  0  every row was applied
  1  the sync completed, and rows were bad, rejected or not applied because of
     a finding; each is named with its line and reason
  2  wrong usage, or the file cannot be read
  3  the service refused or could not be reached, or the sync is held for
     review; run again to go on

Running again changes nothing: every item is UNCHANGED. A run that was
interrupted is taken up where it stopped if the same file is sent with the same
options; an upload of another file that was left open is aborted, and one that
was being applied is completed first.

A file with rows that cannot be read does not tell everything that the shop
lists: it is sent as --scope partial, so that nothing is retired.

Columns of --format generic (in any order; csku or channel_listing_id is required):
";

/// Syncs an account's listings from a file.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = help())]
pub struct SyncArgs {
    /// The marketplace's export, a CSV file
    file: PathBuf,
    /// The channel, such as shopify or shopee-my
    #[arg(long)]
    channel: String,
    /// The seller's id on the channel
    #[arg(long)]
    seller: String,
    /// What kind of export it is
    #[arg(long, value_enum)]
    format: Format,
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

fn help() -> String {
    let columns = GENERIC_COLUMNS.iter().map(|(name, meaning)| format!("  {name:<26} {meaning}\n"));
    format!("{AFTER_HELP}{}", columns.collect::<String>())
}

/// What a run is about, read from the arguments.
struct Plan {
    args: SyncArgs,
    channel: Channel,
    seller_id: SellerId,
    merchant: Option<Merchant>,
    options: Options,
    scope: Scope,
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
        let options = Options { currency: args.currency.clone() };
        Ok(Self { args, channel, seller_id, merchant, options, scope })
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
    let survey = Survey::of(&plan)?;
    survey.tell_bad_rows();
    if plan.args.dry_run {
        return Ok(survey.tell());
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
    upload::upload(&service, &plan, &survey, &session).await?;
    let summary = report::complete(&service, &session.sync_id, survey.items).await?;
    summary.tell(&plan, &survey);
    if let Some(file) = &plan.args.findings {
        findings::write(&service, file).await?;
    }
    let whole = survey.bad.is_empty() && summary.left == 0;
    Ok(if whole { Exit::Applied } else { Exit::RowsLeft })
}
