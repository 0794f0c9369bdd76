//! The baselines in plain SQL, driven by pgbench: what most people write, what an expert writes, and a read by codes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use sea_orm::{ConnectionTrait, Database};
use tests::postgres;
use tokio::process::Command;

use super::{
    cpu::Watched,
    figure::{Figure, Sample},
    load::Window,
    orders::{Orders, Pattern, ZIPF_EXPONENT},
    stage::Stage,
};

/// Client counts of which each baseline gets its best.
pub(crate) const CLIENTS: [usize; 6] = [1, 4, 8, 16, 32, 64];
/// Codes that a read asks for.
pub(crate) const CODES: usize = 100;

/// The tables of both: three B-trees grow with each order, as few as a request id, a reservation and a movement can have.
const TABLES: &str = "
    CREATE TABLE stock (
        isku_id bigint PRIMARY KEY,
        on_hand bigint NOT NULL,
        reserved bigint NOT NULL,
        CHECK (0 <= reserved AND reserved <= on_hand)
    ) WITH (fillfactor = 50);
    CREATE TABLE movement (
        movement_id bigserial PRIMARY KEY,
        isku_id bigint NOT NULL,
        reservation_id bigint NOT NULL,
        on_hand_delta bigint NOT NULL,
        reserved_delta bigint NOT NULL,
        create_time timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE reservation (
        reservation_id bigserial PRIMARY KEY,
        request_id text UNIQUE,
        order_id text NOT NULL,
        isku_id bigint NOT NULL,
        quantity bigint NOT NULL,
        state text NOT NULL,
        create_time timestamptz NOT NULL DEFAULT now()
    );";

/// The expert's request ids have a table of their own.
const EXPERT: &str = "
    ALTER TABLE reservation DROP COLUMN request_id;
    CREATE TABLE request (request_id text PRIMARY KEY, create_time timestamptz NOT NULL DEFAULT now());";

const REQUEST_ID: &str = ":run::text || '-' || :client_id::text || '-' || :n::text";

/// A way to write or read in SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// BEGIN, lock, look, UPDATE, two INSERTs, COMMIT.
    Most,
    /// One statement.
    Expert,
    /// ISKUs with their stock, by codes, from the service's own tables.
    AnyCode,
}

/// A script on a database.
#[derive(Clone, Debug)]
pub(crate) struct Baseline {
    script: Script,
    pattern: Pattern,
    pub(crate) database: String,
    files: Vec<PathBuf>,
    iskus: u64,
    per_transaction: u64,
    /// Clients at once.
    pub(crate) clients: usize,
}

impl Script {
    fn name(self) -> &'static str {
        match self {
            Self::Most => "most",
            Self::Expert => "expert",
            Self::AnyCode => "any",
        }
    }
}

impl Baseline {
    /// Writes the script, and the tables it needs unless they are there.
    pub(crate) async fn prepare(
        stage: &Stage,
        script: Script,
        pattern: Pattern,
        database: &str,
        iskus: u64,
    ) -> Result<Self> {
        let texts = match script {
            Script::Most | Script::Expert => {
                create_tables(script, database, iskus).await?;
                vec![reserving(script, pattern)]
            }
            Script::AnyCode => reading(iskus),
        };
        let mut files = vec![];
        for (number, text) in texts.iter().enumerate() {
            let file = stage.dir().join(format!("{}-{pattern:?}-{number}.sql", script.name()));
            fs::write(&file, text)?;
            files.push(file);
        }
        let per_transaction = if script == Script::AnyCode { CODES as u64 } else { 1 };
        Ok(Self { script, pattern, database: database.to_owned(), files, iskus, per_transaction, clients: 1 })
    }

    /// Tries client counts, each for a time, keeps the best, and tells what each reached; one alone needs no trial.
    pub(crate) async fn find_best(
        &mut self,
        stage: &Stage,
        counts: &[usize],
        time: Duration,
    ) -> Result<Vec<(usize, f64)>> {
        let mut tried = vec![];
        for &count in counts {
            self.clients = count;
            if counts.len() == 1 {
                return Ok(tried);
            }
            let window = Window { warm_up: Duration::ZERO, measured: time };
            tried.push((count, self.run(stage, window, &Watched::default()).await?.per_second));
        }
        let best = tried.iter().max_by(|a, b| a.1.total_cmp(&b.1)).context("client counts")?;
        self.clients = best.0;
        Ok(tried)
    }

    /// Runs for a time; pgbench counts whole seconds, and less than one is a few transactions.
    pub(crate) async fn run(&self, stage: &Stage, window: Window, watched: &Watched) -> Result<Figure> {
        let length = match window.measured.as_secs() {
            0 => "--transactions=300".to_owned(),
            seconds => format!("--time={seconds}"),
        };
        let run = format!("{}-{:?}", uuid::Uuid::now_v7().simple(), self.pattern);
        let mut command = Command::new(postgres::bin().join("pgbench"));
        // A line for each transaction costs little beside it, and is the only way to its latency.
        let log = stage.dir().join(format!("{}-{run}.log", self.script.name()));
        command.args(["--no-vacuum", "--protocol=prepared", "--random-seed=1", "--log", "--log-prefix"]).arg(&log);
        command.args([&length, "--client", &self.clients.to_string(), "--jobs", &self.clients.min(2).to_string()]);
        command.args(["-D", &format!("iskus={}", self.iskus), "-D", &format!("run={run}"), "-D", "n=0"]);
        self.files.iter().for_each(|file| {
            command.arg("--file").arg(file);
        });
        command.arg(&self.database).stdin(Stdio::null()).kill_on_drop(true);

        let (before, started) = (watched.read()?, Instant::now());
        let output = command.output().await.context("pgbench comes with PostgreSQL's server")?;
        let elapsed = started.elapsed();
        let cores = before.until(&watched.read()?, elapsed);

        let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "pgbench failed: {told}{errors}");
        ensure!(told.contains("number of failed transactions: 0 "), "transactions failed: {told}");
        let tps = told.lines().find_map(|line| line.strip_prefix("tps = ")).context("pgbench tells its speed")?;
        let tps: f64 = tps.split_whitespace().next().unwrap_or_default().parse()?;
        let mut figure = Figure::new(latencies(&log, self.per_transaction)?, elapsed, cores)?;
        figure.per_second = tps * self.per_transaction as f64;
        Ok(figure)
    }
}

/// Fails unless every order is a reservation, a movement and a unit that is reserved.
pub(crate) async fn prove(database: &str) -> Result<()> {
    let connection = Database::connect(database).await?;
    let sql = "SELECT (SELECT sum(reserved) FROM stock) AS units, (SELECT count(*)::numeric FROM movement) AS movements, \
               (SELECT count(*)::numeric FROM reservation) AS reservations";
    let sql =
        format!("SELECT units = movements AND units = reservations AND units > 0 AS proven FROM ({sql}) AS counted");
    let row = connection.query_one_raw(statement(&sql)).await?.context("a row")?;
    ensure!(row.try_get::<bool>("", "proven")?, "the baseline's tables contradict each other");
    Ok(connection.close().await?)
}

/// The third number of each line of pgbench's logs, of which each of its threads writes one; they are removed.
fn latencies(prefix: &Path, per_transaction: u64) -> Result<Sample> {
    let mut sample = Sample::default();
    let folder = prefix.parent().context("a folder")?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.to_string_lossy().starts_with(&*prefix.to_string_lossy()) {
            continue;
        }
        for line in fs::read_to_string(&path)?.lines() {
            let latency = line.split(' ').nth(2).and_then(|field| field.parse().ok()).context("a latency")?;
            sample.answered(per_transaction, Duration::from_micros(latency));
        }
        fs::remove_file(path)?;
    }
    Ok(sample)
}

async fn create_tables(script: Script, database: &str, iskus: u64) -> Result<()> {
    let connection = Database::connect(database).await?;
    let there = connection.query_one_raw(statement("SELECT to_regclass('stock') IS NOT NULL AS there")).await?;
    if !there.context("a row")?.try_get::<bool>("", "there")? {
        connection.execute_unprepared(TABLES).await?;
        if script == Script::Expert {
            connection.execute_unprepared(EXPERT).await?;
        }
        let fill = format!("INSERT INTO stock SELECT isku, 1000000000, 0 FROM generate_series(1, {iskus}) AS isku");
        connection.execute_unprepared(&fill).await?;
        connection.execute_unprepared("VACUUM ANALYZE stock").await?;
    }
    Ok(connection.close().await?)
}

pub(crate) fn statement(sql: &str) -> sea_orm::Statement {
    sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql)
}

fn reserving(script: Script, pattern: Pattern) -> String {
    let isku = match pattern {
        Pattern::Zipf => format!("random_zipfian(1, :iskus, {ZIPF_EXPONENT})"),
        Pattern::Hot => "1".to_owned(),
        Pattern::Uniform | Pattern::Kits | Pattern::Fresh | Pattern::HotForADay => "random(1, :iskus)".to_owned(),
    };
    let most = format!(
        r"BEGIN;
SELECT on_hand - reserved AS available FROM stock WHERE isku_id = :isku FOR UPDATE \gset
\if :available >= 1
UPDATE stock SET reserved = reserved + 1 WHERE isku_id = :isku;
INSERT INTO reservation (request_id, order_id, isku_id, quantity, state) \
VALUES ({REQUEST_ID}, {REQUEST_ID}, :isku, 1, 'HELD') RETURNING reservation_id AS id \gset
INSERT INTO movement (isku_id, reservation_id, on_hand_delta, reserved_delta) VALUES (:isku, :id, 0, 1);
\endif
COMMIT;
"
    );
    let expert = format!(
        r"WITH asked AS (
    INSERT INTO request (request_id) VALUES ({REQUEST_ID}) ON CONFLICT DO NOTHING RETURNING request_id
), taken AS (
    UPDATE stock SET reserved = reserved + 1 FROM asked
    WHERE isku_id = :isku AND on_hand - reserved >= 1 RETURNING stock.isku_id, asked.request_id
), made AS (
    INSERT INTO reservation (order_id, isku_id, quantity, state)
    SELECT request_id, isku_id, 1, 'HELD' FROM taken RETURNING reservation_id, isku_id
)
INSERT INTO movement (isku_id, reservation_id, on_hand_delta, reserved_delta)
SELECT isku_id, reservation_id, 0, 1 FROM made RETURNING reservation_id;
"
    );
    let text = if script == Script::Expert { expert } else { most };
    format!("\\set n :n + 1\n\\set isku {isku}\n{}", text.replace("\\\nVALUES", "VALUES"))
}

/// Some scripts with other codes each: no time is lost on drawing them.
fn reading(iskus: u64) -> Vec<String> {
    let mut draw = Orders::new(Pattern::Uniform, iskus).client(0);
    let script = |_| {
        let codes = draw.codes(CODES).join(",");
        format!(
            "SELECT asked.code, isku.*, stock.location_id, stock.on_hand, stock.reserved, stock.sequence
FROM isku_code AS asked JOIN isku USING (merchant, isku_id) LEFT JOIN stock USING (merchant, isku_id)
WHERE asked.merchant = 'default' AND asked.code = ANY('{{{codes}}}');
"
        )
    };
    (0..32).map(script).collect()
}
