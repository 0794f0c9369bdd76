//! Syncs of a large shop against the same rows as plain INSERTs into the same PostgreSQL.

mod plain;
mod shop;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result};

use self::{
    plain::Rows,
    shop::{Ask, Pair},
};
use super::{
    group::Goal::{self, AtLeast, AtMost},
    stage::{Engine, Stage},
    table::{self, Measured},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Listings of the shop
    #[arg(long, default_value_t = 100_000)]
    listings: usize,
    /// How often everything is measured
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// inventory-svc, with catalogue-svc beside it; those built with this one unless stated
    #[arg(long, value_name = "FILE")]
    service: Option<PathBuf>,
    /// PostgreSQL alone
    #[arg(long)]
    no_sqlite: bool,
}

/// What one round found.
#[derive(Clone, Debug, Default)]
struct Round {
    first: f64,
    again: f64,
    there: f64,
    few_first: f64,
    few_again: f64,
    file_first: f64,
    file_again: f64,
    plain_all: f64,
    plain_listings: f64,
    peak_mib: f64,
    bytes: f64,
    plain_bytes: f64,
}

/// A line: what it is, what is hoped for, and how it comes from a round.
type Line = (&'static str, Goal, fn(&Round) -> f64);

const LINES: [Line; 13] = [
    ("first sync, ISKUs created ÷ plain INSERT of all rows", AtLeast(0.15), |r| r.first / r.plain_all),
    ("first sync, ISKUs there ÷ plain INSERT of the listings' rows", AtLeast(0.3), |r| r.there / r.plain_listings),
    ("unchanged sync ÷ plain INSERT of the listings' rows", AtLeast(1.0), |r| r.again / r.plain_listings),
    ("first sync, all ÷ a tenth of the listings, per listing", AtLeast(0.9), |r| r.first / r.few_first),
    ("unchanged sync, all ÷ a tenth of the listings, per listing", AtLeast(0.9), |r| r.again / r.few_again),
    ("first sync, SQLite ÷ PostgreSQL", AtLeast(0.9), |r| r.file_first / r.first),
    ("unchanged sync, SQLite ÷ PostgreSQL", AtLeast(0.9), |r| r.file_again / r.again),
    ("memory of catalogue-svc at most, MiB", AtMost(120.0), |r| r.peak_mib),
    ("listings/s of a first sync", Goal::None, |r| r.first),
    ("listings/s of an unchanged sync", Goal::None, |r| r.again),
    ("listings/s of plain INSERTs of all rows", Goal::None, |r| r.plain_all),
    ("bytes per listing in both databases", Goal::None, |r| r.bytes),
    ("bytes per listing of the plain INSERTs", Goal::None, |r| r.plain_bytes),
];

pub(crate) async fn run(arguments: Arguments) -> Result<()> {
    let stage = Stage::new(arguments.service.clone(), vec![])?;
    let mut rounds = vec![];
    for number in 1..=arguments.rounds {
        let round = round(&stage, &arguments).await?;
        println!("round {number}: {round:?}");
        rounds.push(round);
    }
    let lines: Vec<Measured> = LINES
        .iter()
        .filter(|(what, ..)| !arguments.no_sqlite || !what.contains("SQLite"))
        .map(|(what, goal, of)| table::line(what, *goal, rounds.iter().map(of).collect()).context("a round"))
        .collect::<Result<_>>()?;
    println!("{}", table::told(&lines));
    println!("{} listings, median of {} rounds.", arguments.listings, arguments.rounds);
    Ok(())
}

async fn round(stage: &Stage, arguments: &Arguments) -> Result<Round> {
    let (all, few) = (arguments.listings, (arguments.listings / 10).max(1));
    let per_second = |count: usize, time: Duration| count as f64 / time.as_secs_f64();
    let mut round = Round::default();

    let pair = Pair::start(stage, Engine::Postgres).await?;
    round.first = per_second(all, pair.sync("one", all, Ask::Created).await?);
    let (catalogue, inventory) =
        (Rows::listings_of(pair.catalogue_database()).await?, Rows::iskus_of(pair.inventory_database()).await?);
    round.bytes = (catalogue.stored_bytes + inventory.stored_bytes) as f64 / all as f64;
    round.again = per_second(all, pair.sync("one", all, Ask::Unchanged).await?);
    round.there = per_second(all, pair.sync("two", all, Ask::Created).await?);
    round.peak_mib = pair.catalogue_memory()?.1;
    let empty = pair.empty_like_it(stage).await?;
    let listings = catalogue.insert(&empty.catalogue).await?;
    let iskus = inventory.insert(&empty.inventory).await?;
    round.plain_listings = per_second(all, listings);
    round.plain_all = per_second(all, listings + iskus);
    let stored =
        [Rows::listings_of(&empty.catalogue).await?.stored_bytes, Rows::iskus_of(&empty.inventory).await?.stored_bytes];
    round.plain_bytes = stored.iter().sum::<u64>() as f64 / all as f64;
    pair.leave(stage).await;
    empty.leave(stage).await;

    let pair = Pair::start(stage, Engine::Postgres).await?;
    round.few_first = per_second(few, pair.sync("one", few, Ask::Created).await?);
    round.few_again = per_second(few, pair.sync("one", few, Ask::Unchanged).await?);
    pair.leave(stage).await;

    if !arguments.no_sqlite {
        let pair = Pair::start(stage, Engine::Sqlite).await?;
        round.file_first = per_second(all, pair.sync("one", all, Ask::Created).await?);
        round.file_again = per_second(all, pair.sync("one", all, Ask::Unchanged).await?);
        pair.leave(stage).await;
    }
    Ok(round)
}
