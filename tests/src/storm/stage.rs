//! What a storm strikes: a database, replicas of inventory-svc as processes, and what stands between them and their clients.

use std::{
    os::unix::process::CommandExt,
    path::PathBuf,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    sync::watch,
    task::{JoinHandle, block_in_place, spawn_blocking},
};

use super::{
    disk::{self, Disk},
    doors::Doors,
    plan::{Blow, Plan},
    tally::{Injected, Tally},
};
use crate::{
    Engine, Merchant,
    cable::{Break, Cable},
    database::Behind,
    merchant::Credential,
    postgres::Server,
    process::{PLANTED, Process, binary, run},
    relay::Relay,
};

/// As PostgreSQL is meant to be run, but for two: each immediate stop makes it forget what has changed since it last looked at a table's
/// statistics, and a deadlock is to be told before a blow breaks it.
const SETTINGS: [&str; 4] =
    ["max_connections=100", "shared_buffers=128MB", "autovacuum_naptime=1s", "deadlock_timeout=100ms"];
/// How often a replica is started that ends before it serves.
const STARTS: usize = 10;
/// How long something may be done to the disk before a call is refused for it.
const REFUSED_WITHIN: Duration = Duration::from_secs(10);
/// How long PostgreSQL may take to end what a killed replica had begun.
const PATIENCE: Duration = Duration::from_secs(60);
/// What other connections do.
const OTHERS: &str = "SELECT COALESCE(string_agg(concat_ws(' ', state, wait_event, clock_timestamp() - query_start, \
                      left(query, 200)), '; '), '') FROM pg_stat_activity WHERE datname = current_database() \
                      AND pid <> pg_backend_pid() AND backend_type = 'client backend'";

/// Everything but the clients.
#[derive(Debug)]
pub(super) struct Stage {
    // Dropped before the folder and the server.
    replicas: Vec<Replica>,
    database: String,
    server: Option<Server>,
    dir: TempDir,
    disk: Disk,
    /// Whether something was done to the disk that a replica logs.
    has_lacked_room: bool,
    back: watch::Sender<u64>,
    tally: Arc<Tally>,
}

#[derive(Debug)]
struct Replica {
    start: Start,
    process: Option<Process>,
    starting: Option<JoinHandle<Process>>,
    relay: Relay,
    cable: Option<Cable>,
    in_flight: Arc<AtomicUsize>,
}

/// How a replica is started.
#[derive(Clone, Debug)]
struct Start {
    binary: PathBuf,
    config: PathBuf,
    environment: Vec<(String, String)>,
}

impl Start {
    /// Starts it, and again as whoever runs it would: a connection that breaks while it looks at the schema ends it.
    fn now(&self, tally: &Tally) -> Process {
        let started = (0..STARTS).find_map(|_| {
            let mut command = Command::new(&self.binary);
            // Of what is not a warning, only where it serves.
            command.env("INVENTORY__TELEMETRY__LOG", "warn,shared::server=info");
            command.env("INVENTORY__TELEMETRY__LOG_FORMAT", "json");
            command.envs(self.environment.iter().map(|(name, value)| (name, value)));
            // A group of its own: Ctrl-C is for the storm, which ends it.
            command.process_group(0);
            let started = Process::try_start(&mut command, &self.config);
            tally.count(|counts| counts.failed_starts += u64::from(started.is_err()));
            started.ok()
        });
        started.expect("the replica starts")
    }
}

impl Stage {
    /// A fresh database, and replicas that serve.
    pub(super) async fn build(plan: &Plan, disk: Disk, tally: Arc<Tally>) -> Self {
        let dir = tempfile::Builder::new().prefix("oms-storm-").tempdir().expect("a folder");
        let mut settings = SETTINGS.to_vec();
        // No bug is of the disk, and a busy one may take the minute there is; what PostgreSQL has written outlives its own stop without.
        settings.extend(plan.planted.as_ref().map(|_| "fsync=off"));
        let start = || block_in_place(|| Server::start_within(disk.folder(&std::env::temp_dir()), &settings));
        let server = (plan.engine == Engine::Postgres).then(start);
        let database = match &server {
            Some(server) => server.fresh_database().await,
            None => format!("sqlite://{}", disk.file(dir.path()).display()),
        };
        let name = if plan.planted.is_some() { PLANTED } else { "inventory-svc" };
        let back = watch::Sender::new(0);
        let mut stage = Self { replicas: vec![], database, server, dir, disk, has_lacked_room: false, back, tally };
        for number in 0..plan.replicas() {
            let cable = stage.server.is_some().then(|| Cable::to(&stage.database));
            let url = cable.as_ref().map_or_else(|| stage.database.clone(), Cable::url);
            let config = stage.config(&format!("replica-{number}"), &url);
            let planted = plan.planted.iter().map(|bug| ("OMS_PLANTED_BUG".to_owned(), bug.clone()));
            let environment = planted.chain([("OMS_PLANTED_REPLICA".to_owned(), number.to_string())]).collect();
            let start = Start { binary: binary(name), config, environment };
            let (relay, in_flight) = (Relay::open().await, Arc::default());
            stage.replicas.push(Replica { start, process: None, starting: None, relay, cable, in_flight });
        }
        stage.start_all().await;
        stage
    }

    fn config(&self, name: &str, url: &str) -> PathBuf {
        let path = self.dir.path().join(name).with_extension("toml");
        let config =
            format!("[server]\nlisten = \"127.0.0.1:0\"\n[database]\nurl = {url:?}\n[auth]\ncredentials_file = \"\"\n");
        std::fs::write(&path, config).expect("the folder takes files");
        path
    }

    /// The folder for the clients' files.
    pub(super) fn folder(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Keeps the folder when the storm is over.
    pub(super) fn keep(&mut self) -> PathBuf {
        self.dir.disable_cleanup(true);
        self.dir.path().to_owned()
    }

    /// Connections of one more client.
    pub(super) fn doors(&self) -> Doors {
        let doors = self.replicas.iter().map(|replica| (replica.door(), Arc::clone(&replica.in_flight)));
        Doors::new(doors.collect(), self.back.subscribe(), Arc::clone(&self.tally))
    }

    /// A connection of one more caller to each replica, past what is counted.
    pub(super) fn callers(&self) -> Vec<Merchant> {
        self.replicas.iter().map(Replica::door).collect()
    }

    /// Tells when a replica or the database is back.
    pub(super) fn back(&self) -> watch::Receiver<u64> {
        self.back.subscribe()
    }

    /// Strikes, and counts what it hit.
    pub(super) async fn strike(&mut self, blow: Blow) {
        match blow {
            Blow::Kill(number) => {
                self.wait_for(number).await;
                self.note("kill -9 of a replica", &[number]);
                self.kill(number);
                self.start(number);
            }
            Blow::Stop => {
                self.wait_for_all().await;
                self.note_all("immediate stop of PostgreSQL");
                self.restart_database();
            }
            Blow::Pause(number, answers, time) => {
                self.wait_for(number).await;
                self.note("SIGSTOP of a replica", &[number]);
                self.replicas[number].process().pause();
                self.tally.wait_for(answers, time).await;
                self.replicas[number].process().go_on();
            }
            Blow::Drop(number) => {
                self.wait_for(number).await;
                self.note("replies dropped", &[number]);
                self.replicas[number].relay.drop_replies();
            }
            Blow::Break(number) => {
                self.wait_for(number).await;
                self.note("connections broken in COMMIT", &[number]);
                let cable = self.replicas[number].cable.as_ref().expect("a cable");
                cable.break_next(&[Break::AfterCommit, Break::BeforeCommit, Break::AfterCommit]);
            }
            Blow::Full => {
                self.wait_for_all().await;
                self.note_all("no room on the disk");
                self.has_lacked_room = true;
                block_in_place(|| self.disk.fill());
                self.tally.wait_for_refusal(REFUSED_WITHIN).await;
                self.disk.free();
                // Where the log of PostgreSQL itself finds no room, the server ends, or begins anew.
                block_in_place(|| self.server.as_mut().is_some_and(Server::recover));
                self.back.send_modify(|times| *times += 1);
            }
            Blow::Limit(number) => {
                self.wait_for(number).await;
                self.note("a limit of the files' size", &[number]);
                self.has_lacked_room = true;
                let process = self.replicas[number].process().id();
                disk::limit(process, &self.disk.file(self.dir.path()));
                self.tally.wait_for_refusal(REFUSED_WITHIN).await;
                disk::lift(process);
            }
            Blow::Move => {
                self.wait_for_all().await;
                self.note_all("the database elsewhere");
                self.has_lacked_room = true;
                let file = self.disk.file(self.dir.path());
                let elsewhere = file.with_extension("elsewhere");
                std::fs::rename(&file, &elsewhere).expect("the file of the database is ours");
                self.tally.wait_for_refusal(REFUSED_WITHIN).await;
                std::fs::rename(&elsewhere, &file).expect("it is put back");
            }
        }
    }

    fn note_all(&self, kind: &'static str) {
        let all: Vec<usize> = (0..self.replicas.len()).collect();
        self.note(kind, &all);
    }

    fn note(&self, kind: &'static str, replicas: &[usize]) {
        let calls: usize = replicas.iter().map(|at| self.replicas[*at].in_flight.load(Ordering::SeqCst)).sum();
        self.tally.count(|counts| {
            let Injected { done, hit, calls: hit_calls } = counts.injected.entry(kind).or_default();
            *done += 1;
            *hit += u64::from(calls > 0);
            *hit_calls += calls as u64;
        });
    }

    fn kill(&mut self, number: usize) {
        self.read_log(number);
        self.replicas[number].process.take().expect("it runs").kill();
    }

    /// Looks for what no replica may say.
    fn read_log(&self, number: usize) {
        let log = self.replicas[number].process.as_ref().map(Process::log).unwrap_or_default();
        let is_error = |line: &&str| line.contains("panicked") || line.contains("\"level\":\"ERROR\"");
        let is_told = |line: &&str| self.has_lacked_room && line.contains("writes cannot be stored");
        for line in log.lines().filter(|line| is_error(line) && !is_told(line)) {
            self.tally.found("no replica logs an error of its own", line.to_owned());
        }
    }

    fn start(&mut self, number: usize) {
        let (start, relay) = (self.replicas[number].start.clone(), self.replicas[number].relay.clone());
        let (back, tally) = (self.back.clone(), Arc::clone(&self.tally));
        self.replicas[number].starting = Some(spawn_blocking(move || {
            let process = start.now(&tally);
            relay.move_before(process.url());
            back.send_modify(|times| *times += 1);
            process
        }));
    }

    async fn wait_for(&mut self, number: usize) {
        if let Some(starting) = self.replicas[number].starting.take() {
            self.replicas[number].process = Some(starting.await.expect("the replica starts"));
        }
    }

    async fn wait_for_all(&mut self) {
        for number in 0..self.replicas.len() {
            self.wait_for(number).await;
        }
    }

    async fn start_all(&mut self) {
        for number in 0..self.replicas.len() {
            self.start(number);
        }
        self.wait_for_all().await;
    }

    fn restart_database(&mut self) {
        let Some(server) = &mut self.server else { return };
        block_in_place(|| {
            server.stop_at_once();
            server.start_again();
        });
        self.back.send_modify(|times| *times += 1);
    }

    /// Lets nothing be on its way any more: kills every replica, waits for what they had begun in the database, and starts them again.
    pub(super) async fn calm(&mut self) {
        self.wait_for_all().await;
        for number in 0..self.replicas.len() {
            self.kill(number);
        }
        if self.server.is_some() {
            let behind = Behind::connect(&self.database).await;
            let ended = tokio::time::timeout(PATIENCE, async { while !behind.text(OTHERS).await.is_empty() {} }).await;
            if ended.is_err() {
                self.tally.found("what a killed replica had begun ends", behind.text(OTHERS).await);
            }
        }
        self.start_all().await;
    }

    /// What `inventory-svc verify` says: its exit code, and what it prints.
    pub(super) async fn verify(&self) -> (i32, String) {
        let config = self.config("verify", &self.database);
        let arguments = ["--config", config.to_str().expect("a readable path"), "verify"];
        let verified = run("inventory-svc", &arguments);
        tokio::time::timeout(Duration::from_secs(300), verified).await.expect("verify ends")
    }

    /// Deadlocks that PostgreSQL has had to resolve.
    pub(super) fn deadlocks(&self) -> usize {
        // Its statistics are lost when it is stopped at once; its log is not.
        self.server.as_ref().map_or(0, |server| server.log().matches("deadlock detected").count())
    }

    /// Counts what broke, by those who broke it, and hears the replicas for the last time.
    pub(super) async fn end(&mut self) {
        self.wait_for_all().await;
        (0..self.replicas.len()).for_each(|number| self.read_log(number));
        let dropped: usize = self.replicas.iter().map(|replica| replica.relay.dropped()).sum();
        let broken: usize = self.replicas.iter().filter_map(|replica| replica.cable.as_ref()).map(Cable::broken).sum();
        self.tally.count(|counts| (counts.dropped, counts.broken) = (dropped as u64, broken as u64));
    }
}

impl Replica {
    fn door(&self) -> Merchant {
        Merchant::at(&self.relay.url(), &self.relay.url(), &Credential::default())
    }

    fn process(&self) -> &Process {
        self.process.as_ref().expect("it runs")
    }
}
