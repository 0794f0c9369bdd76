//! What is measured runs here: a PostgreSQL as in production, and services with their default settings.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use proto::inventory::v1::{
    EnsureIskuItem, EnsureIskusRequest, OpeningStock, ensured_isku::Outcome, isku_service_client::IskuServiceClient,
};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tests::{postgres, process};
use tonic::transport::Endpoint;

use super::{
    cpu::{self, Watched},
    group::{Host, Pace},
    load::Who,
    orders::code,
    pgbench,
};

/// Where a service keeps its stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// The stage's own server.
    Postgres,
    /// A file.
    Sqlite,
}

/// What people set on a machine of this size; everything else, fsync too, is PostgreSQL's default.
const POSTGRES: [&str; 2] = ["shared_buffers=1GB", "max_wal_size=4GB"];
/// More than any load takes.
const OPENING_STOCK: i64 = 1_000_000_000;

/// A folder, and the server that all databases are on.
#[derive(Debug)]
pub(crate) struct Stage {
    dir: TempDir,
    postgres: postgres::Server,
    settings: Vec<String>,
    service: PathBuf,
}

/// A running inventory-svc, all its replicas.
#[derive(Debug)]
pub(crate) struct Service {
    replicas: Vec<Replica>,
    postgres: Option<u32>,
    /// Resident before the first call, in MiB.
    pub(crate) idle_mib: f64,
}

/// A process of a service.
#[derive(Debug)]
pub(crate) struct Replica {
    child: Child,
    url: String,
}

impl Stage {
    /// Starts PostgreSQL, with more settings; the services will be of this binary, or of the one that was built with this one.
    pub(crate) fn new(service: Option<PathBuf>, more: Vec<String>) -> Result<Self> {
        let service = match service {
            Some(service) => service,
            None => built()?,
        };
        let dir = tempfile::Builder::new().prefix("oms-bench-").tempdir()?;
        let settings: Vec<String> = POSTGRES.map(str::to_owned).into_iter().chain(more).collect();
        let given: Vec<&str> = settings.iter().map(String::as_str).collect();
        Ok(Self { dir, postgres: postgres::Server::start(&given), settings, service })
    }

    /// PostgreSQL's version and settings that are not its defaults.
    pub(crate) async fn version(&self) -> Result<String> {
        let connection = sea_orm::Database::connect(self.postgres.fresh_database().await).await?;
        let sql = "SELECT version() || ', fsync ' || current_setting('fsync') AS version";
        let row = connection.query_one_raw(pgbench::statement(sql)).await?.context("a row")?;
        Ok(format!("{}, {}", row.try_get::<String>("", "version")?, self.settings.join(", ")))
    }

    /// Only PostgreSQL.
    pub(crate) fn watched(&self) -> Watched {
        Watched { services: vec![], postgres: Some(self.postgres.process_id()) }
    }

    /// Where files can be put.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// What an empty database of this engine is reached by.
    pub(crate) async fn database(&self, engine: Engine) -> String {
        match engine {
            Engine::Postgres => self.postgres.fresh_database().await,
            Engine::Sqlite => {
                format!("sqlite://{}", self.dir().join(format!("{}.db", uuid::Uuid::now_v7().simple())).display())
            }
        }
    }

    /// Takes the database of a service away, if its ledger is proven.
    pub(crate) async fn prove_and_drop(&self, database: &str) -> Result<()> {
        let mut verify = tokio::process::Command::new(&self.service);
        verify.arg("--config").arg(self.config(database, "")?).arg("verify").stdin(Stdio::null());
        let output = verify.output().await?;
        ensure!(output.status.success(), "the ledger is not proven: {}", String::from_utf8_lossy(&output.stdout));
        self.drop(database).await;
        Ok(())
    }

    /// Takes a database away: nothing that still goes on in it is to be measured with the next.
    pub(crate) async fn drop(&self, database: &str) {
        if database.starts_with("postgres") {
            self.postgres.drop_database(database).await;
        }
    }

    fn config(&self, database: &str, more: &str) -> Result<PathBuf> {
        let config = self.dir().join("inventory.toml");
        let database = format!("[database]\nurl = {database:?}\n");
        fs::write(&config, format!("{database}[server]\nlisten = \"127.0.0.1:0\"\n{more}"))?;
        Ok(config)
    }

    /// Starts inventory-svc on a database, with default settings.
    pub(crate) fn inventory(&self, database: &str) -> Result<Replica> {
        Replica::start(&self.service, &self.config(database, "")?)
    }

    /// Starts catalogue-svc on a database, in front of an inventory-svc, with default settings; the binary beside inventory-svc.
    pub(crate) fn catalogue(&self, database: &str, inventory: &str) -> Result<Replica> {
        let config = self.dir().join("catalogue.toml");
        fs::write(
            &config,
            format!(
                "[database]\nurl = {database:?}\n[server]\nlisten = \"127.0.0.1:0\"\n[inventory]\nurl = {inventory:?}\n"
            ),
        )?;
        Replica::start(&self.service.with_file_name("catalogue-svc"), &config)
    }

    /// The settings of a host that are not the defaults.
    async fn settings(&self, database: &str, host: &Host) -> Result<String> {
        let mut settings = String::new();
        if let Pace::Slowed { calls_max, batch_max, commit_ms } = host.pace {
            let connection = sea_orm::Database::connect(database).await?;
            let name = database.rsplit('/').next().and_then(|name| name.split('?').next()).context("a database")?;
            for set in [format!("commit_delay = {}", commit_ms * 1_000), "commit_siblings = 0".to_owned()] {
                connection.execute_unprepared(&format!("ALTER DATABASE \"{name}\" SET {set}")).await?;
            }
            settings += &format!("calls_max = {calls_max}\n[stock]\nbatch_max = {batch_max}\nlanes = 1\n");
        }
        if !host.merchants.is_empty() {
            let credentials = self.dir().join("credentials.toml");
            let credential = |name: &&str| {
                let digest: String = Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
                format!("[[credential]]\nname = {name:?}\ntoken_sha256 = \"{digest}\"\nmerchants = [{name:?}]\n")
            };
            fs::write(&credentials, host.merchants.iter().map(credential).collect::<String>())?;
            settings += &format!("[auth]\ncredentials_file = {credentials:?}\n");
        }
        Ok(settings)
    }

    /// Starts a service on a database, with so many ISKUs that nobody sells out.
    pub(crate) async fn service(&self, database: &str, host: &Host, iskus: u64) -> Result<Service> {
        let config = self.config(database, &self.settings(database, host).await?)?;
        let replicas =
            (0..host.replicas).map(|_| Replica::start(&self.service, &config)).collect::<Result<Vec<_>>>()?;
        let postgres = database.starts_with("postgres").then(|| self.postgres.process_id());
        let mut service = Service { replicas, postgres, idle_mib: 0.0 };
        service.idle_mib = service.memory()?.0;
        for who in host.callers() {
            create_iskus(&service.addresses(), who, iskus).await?;
        }
        Ok(service)
    }
}

/// The release binary beside this one; one that is older than its sources is refused.
fn built() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("inventory-svc");
    let hint = "cargo build --release --workspace --bins makes it";
    ensure!(path.exists(), "{} is missing: {hint}", path.display());
    let newer = process::newer_sources(&path);
    ensure!(newer.is_empty(), "{} is older than {newer:?}: {hint}", path.display());
    Ok(path)
}

impl Service {
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.replicas.iter().map(|replica| replica.url.clone()).collect()
    }

    pub(crate) fn watched(&self) -> Watched {
        Watched { services: self.replicas.iter().map(|replica| replica.child.id()).collect(), postgres: self.postgres }
    }

    /// Resident memory of the largest replica in MiB: now, and the most that it ever had.
    pub(crate) fn memory(&self) -> Result<(f64, f64)> {
        let all = self.replicas.iter().map(|replica| cpu::memory(replica.child.id())).collect::<Result<Vec<_>>>()?;
        all.into_iter().reduce(|a, b| (a.0.max(b.0), a.1.max(b.1))).context("a replica")
    }
}

impl Replica {
    fn start(service: &Path, config: &Path) -> Result<Self> {
        let mut command = Command::new(service);
        command.arg("--config").arg(config);
        for name in ["INVENTORY", "CATALOGUE"] {
            command.env(format!("{name}__TELEMETRY__LOG_FORMAT"), "json");
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = child.with_context(|| format!("{} does not start", service.display()))?;
        let mut log = BufReader::new(child.stderr.take().context("piped")?).lines();
        let mut before = String::new();
        loop {
            let Some(line) = log.next().transpose()? else { bail!("the service ended before it served:\n{before}") };
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if let (Some("serving"), Some(address)) = (entry["message"].as_str(), entry["address"].as_str()) {
                // Somebody reads on, as a node does: what is not refused as it should be is shown.
                thread::spawn(move || {
                    log.map_while(Result::ok).filter(|line| is_odd(line)).for_each(|line| eprintln!("{line}"))
                });
                return Ok(Self { child, url: format!("http://{address}") });
            }
            before.push_str(&line);
            before.push('\n');
        }
    }
}

fn is_odd(line: &str) -> bool {
    line.contains("\"WARN\"") || line.contains("\"ERROR\"")
}

impl Replica {
    /// Where it serves.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes the ISKUs through the API; those that are there stay.
pub(crate) async fn create_iskus(addresses: &[String], who: Who, iskus: u64) -> Result<()> {
    const PER_CALL: usize = 1_000;
    let address = addresses.first().context("a replica")?;
    let channel = Endpoint::from_shared(address.clone())?.connect().await?;
    let mut client = IskuServiceClient::with_interceptor(channel, who.credential());
    let numbers: Vec<u64> = (0..iskus).collect();
    for numbers in numbers.chunks(PER_CALL) {
        let item = |number: &u64| EnsureIskuItem {
            request_id: format!("create-{number}"),
            code: code(*number),
            product_name: format!("Thing {number}"),
            opening_stock: vec![OpeningStock { location: String::new(), quantity: OPENING_STOCK }],
            ..EnsureIskuItem::default()
        };
        let request = EnsureIskusRequest { items: numbers.iter().map(item).collect() };
        let answer = client.ensure_iskus(request).await?.into_inner();
        let good = [Outcome::Created, Outcome::Exists];
        if let Some(odd) = answer.results.iter().find(|own| !good.contains(&own.outcome())) {
            bail!("an ISKU is not created: {odd:?}");
        }
    }
    Ok(())
}
