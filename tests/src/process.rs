//! A service as the real binary, for what only a process can suffer: SIGTERM and `kill -9`.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use serde_json::Value;
use tokio::io::AsyncWriteExt;

/// A running binary.
#[derive(Debug)]
pub struct Process {
    child: Child,
    url: String,
    log: Log,
}

/// inventory-svc with bugs on purpose; `OMS_PLANTED_BUG` chooses one.
pub const PLANTED: &str = "inventory-svc-planted";

/// What a process has logged, and whoever waits for more.
type Log = Arc<(Mutex<String>, Condvar)>;

/// The binary of a service, as the workspace's build left it beside this program; one that is older than its sources is refused.
///
/// Looked at once: what somebody writes while a long storm goes on is none of its business.
pub fn binary(name: &str) -> PathBuf {
    static FOUND: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    found.entry(name.to_owned()).or_insert_with(|| sound_binary(name)).clone()
}

fn sound_binary(name: &str) -> PathBuf {
    let own = env::current_exe().expect("this program's own path");
    let folder = own.ancestors().skip(1).find(|folder| !folder.ends_with("deps")).expect("the build's folder");
    let path = folder.join(name);
    assert!(path.exists(), "{} is missing: cargo build --workspace --bins makes it", path.display());
    let newer = newer_sources(&path);
    assert!(newer.is_empty(), "{name} is older than {newer:?}: cargo build --workspace --bins makes it anew");
    path
}

/// Builds inventory-svc with its bugs on purpose, beside this program and under a name of its own.
///
/// Only inventory-svc has the feature, so that only it is built anew, and once; what has no bugs stays as it is.
pub fn build_planted() {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--workspace", "--locked", "--bin", PLANTED]);
    cargo.args(["--features", "inventory-svc/planted-bugs"]).current_dir(crate::root());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    // A test is told of its own package, and build scripts would take that for a change of theirs.
    let is_of_a_test = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    env::vars().filter(|(name, _)| is_of_a_test(name)).for_each(|(name, _)| _ = cargo.env_remove(name));
    let built = cargo.status().expect("cargo is there");
    assert!(built.success(), "{PLANTED} is built");
}

/// The sources of a binary that have changed since it was built; cargo lists them beside it. A test alone does not build it anew.
pub fn newer_sources(binary: &Path) -> Vec<PathBuf> {
    let modified = |path: &Path| fs::metadata(path).and_then(|about| about.modified()).ok();
    let listed = fs::read_to_string(binary.with_extension("d")).expect("cargo's list of the binary's sources");
    let (_, sources) = listed.trim_end().split_once(": ").expect("a target with its sources");
    let sources = sources.replace("\\ ", "\0");
    let sources = sources.split(' ').map(|source| PathBuf::from(source.replace('\0', " ")));
    sources.filter(|source| modified(source) > modified(binary)).collect()
}

impl Process {
    /// Starts a service and returns once it says that it serves.
    pub fn serve(name: &str, config: &Path) -> Self {
        Self::serve_with(name, &[], config)
    }

    /// The same, with more in its environment.
    pub fn serve_with(name: &str, environment: &[(&str, &str)], config: &Path) -> Self {
        let prefix = name.split('-').next().unwrap_or(name).to_uppercase();
        let mut command = Command::new(binary(name));
        command.env(format!("{prefix}__TELEMETRY__LOG"), "info").envs(environment.iter().copied());
        Self::start(command.env(format!("{prefix}__TELEMETRY__LOG_FORMAT"), "json"), config)
    }

    /// Starts a service by a command, whose log is JSON, and returns once it says that it serves.
    pub fn start(command: &mut Command, config: &Path) -> Self {
        Self::try_start(command, config).unwrap_or_else(|log| panic!("{command:?} ended before it served:\n{log}"))
    }

    /// Starts a service that may have to wait, and returns once it listens.
    pub fn listening(name: &str, config: &Path) -> Self {
        let mut command = Command::new(binary(name));
        let prefix = name.split('-').next().unwrap_or(name).to_uppercase();
        command.env(format!("{prefix}__TELEMETRY__LOG"), "info");
        command.env(format!("{prefix}__TELEMETRY__LOG_FORMAT"), "json");
        let begun = Self::begin(&mut command, config, "listening");
        begun.unwrap_or_else(|log| panic!("{command:?} ended before it listened:\n{log}"))
    }

    /// The same; what it has logged, if it ended instead.
    pub fn try_start(command: &mut Command, config: &Path) -> Result<Self, String> {
        Self::begin(command, config, "serving")
    }

    /// Returns once it has logged a message with its address.
    fn begin(command: &mut Command, config: &Path, message: &str) -> Result<Self, String> {
        command.arg("--config").arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped"));
        let mut before = String::new();
        let url = loop {
            let mut line = String::new();
            let read = lines.read_line(&mut line).expect("a readable log");
            if read == 0 {
                child.wait().expect("the process is ours");
                return Err(before);
            }
            before.push_str(&line);
            if let Some(address) = address(&line, message) {
                break format!("http://{address}");
            }
        };
        let log = Arc::new((Mutex::new(before), Condvar::new()));
        keep_reading(lines, Arc::clone(&log));
        Ok(Self { child, url, log })
    }

    /// Where it serves.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Blocks until it has logged a message, and returns the fields of that line.
    pub fn logged(&self, message: &str) -> Value {
        let quoted = format!("\"message\":\"{message}\"");
        let line = |log: &str| {
            log.split_inclusive('\n').find(|line| line.contains(&quoted) && line.ends_with('\n')).map(str::to_owned)
        };
        let found = self.wait(&quoted, |log| line(log).is_some());
        serde_json::from_str(&line(&found).expect("it was found")).expect("a line of JSON")
    }

    /// Blocks until it has logged something.
    pub fn wait_for_log(&self, wanted: &str) {
        self.wait(wanted, |log| log.contains(wanted));
    }

    fn wait(&self, wanted: &str, is_there: impl Fn(&str) -> bool) -> String {
        const PATIENCE: Duration = Duration::from_secs(20);
        let (log, more) = &*self.log;
        let log = log.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = more.wait_timeout_while(log, PATIENCE, |log| !is_there(log));
        let (log, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!waited.timed_out(), "it never said {wanted:?}:\n{log}");
        log.clone()
    }

    /// `kill -9`: nothing is finished, nothing is said.
    pub fn kill(mut self) {
        self.child.kill().expect("the process was there");
        self.child.wait().expect("the process is gone");
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// SIGSTOP: it stays where it is, with all that it holds.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// SIGCONT.
    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    /// Bytes of memory that it has now.
    pub fn resident(&self) -> u64 {
        self.memory("VmRSS:")
    }

    /// The most bytes of memory that it had since [`forget_peak`](Self::forget_peak).
    pub fn peak(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// From now on the peak is what it has now, or will have.
    pub fn forget_peak(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").expect("the process is ours");
    }

    fn memory(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the process is there");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of its memory");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kib << 10
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(self.child.id().to_string()).status().expect("kill is there");
        assert!(sent.success(), "the process was there");
    }

    /// Waits for its end.
    pub fn ended(mut self) -> ExitStatus {
        self.child.wait().expect("the process is ours")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address(line: &str, message: &str) -> Option<String> {
    let entry: Value = serde_json::from_str(line).ok()?;
    (entry["message"] == message).then(|| entry["address"].as_str().map(str::to_owned))?
}

/// Reads on, so that the process never waits for its log.
fn keep_reading(mut lines: BufReader<ChildStderr>, log: Log) {
    thread::spawn(move || {
        let mut chunk = [0; 4_096];
        while let Ok(read @ 1..) = lines.read(&mut chunk) {
            let text = String::from_utf8_lossy(&chunk[..read]).into_owned();
            log.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
            log.1.notify_all();
        }
    });
}

/// Runs a command of a service to its end and returns its exit code, with what it printed.
pub async fn run(name: &str, arguments: &[&str]) -> (i32, String) {
    run_with(name, &[], arguments).await
}

/// The same, with more in its environment.
pub async fn run_with(name: &str, environment: &[(&str, &str)], arguments: &[&str]) -> (i32, String) {
    let mut command = tokio::process::Command::new(binary(name));
    command.envs(environment.iter().copied());
    // A group of its own: Ctrl-C is for whoever waits for it.
    command.process_group(0);
    let output =
        command.args(arguments).stdin(Stdio::null()).kill_on_drop(true).output().await.expect("the binary starts");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap_or(-1), text.into_owned())
}

/// Runs a command of a service at a terminal, where a person types something; returns its exit code, with what the terminal showed.
pub async fn run_at_a_terminal(name: &str, arguments: &[&str], typed: &str) -> (i32, String) {
    let program = binary(name);
    let words = [&[program.to_str().expect("a readable path")], arguments].concat();
    let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
    // Of util-linux: a terminal around a command, whose exit code it returns.
    let mut script = tokio::process::Command::new("script");
    script.args(["-qec", &quoted.join(" "), "/dev/null"]).kill_on_drop(true);
    let mut script =
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("script is there");
    let mut keyboard = script.stdin.take().expect("piped");
    keyboard.write_all(typed.as_bytes()).await.expect("the terminal takes what is typed");
    drop(keyboard);
    let output = script.wait_with_output().await.expect("the command ends");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
}
