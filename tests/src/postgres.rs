//! PostgreSQL servers of our own: one for the test process, a fresh database for each test, others to be stopped, nothing left behind.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::OnceLock,
};

use sea_orm::{ConnectionTrait, Database};
use uuid::Uuid;

/// Starts the server, stops and starts it as its input says, says so on its output, and takes the server and its folder away when its
/// input closes: when the test process ends, however it ends.
const KEEPER: &str = r#"
set -eu
bin=$1 dir=$2 as=$3
shift 3
cleanup() {
    [ ! -s "$dir/data/postmaster.pid" ] || kill -QUIT "$(head -n 1 "$dir/data/postmaster.pid")" 2>/dev/null || true
    wait
    rm -rf "$dir"
}
trap cleanup EXIT
$as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1
start() {
    $as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= "$@" >>"$dir/server.log" 2>&1 </dev/null &
    server=$!
    while ! "$bin/pg_isready" -q -h "$dir"; do
        kill -0 "$server" || { cat "$dir/server.log" >&2; exit 1; }
    done
    echo ready
}
start "$@"
while read -r word; do
    case $word in
        QUIT | INT) kill "-$word" "$server"; wait "$server" || true; echo stopped ;;
        start) start "$@" ;;
    esac
done
"#;

/// A server. It listens on a socket in its own folder: no port can be taken.
#[derive(Debug)]
pub struct Server {
    dir: PathBuf,
    // Its input stays open as long as this process lives, or as the server is wanted.
    keeper: Child,
    told: BufReader<ChildStdout>,
}

static SERVER: OnceLock<Server> = OnceLock::new();

/// What a test may lose is not worth waiting for the disk.
const FOR_TESTS: [&str; 5] =
    ["max_connections=300", "shared_buffers=64MB", "fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// The URL of a new, empty database of the server of this test process.
pub async fn fresh_database() -> String {
    SERVER.get_or_init(Server::for_tests).fresh_database().await
}

impl Server {
    /// Starts a server that is quick, and safe as long as the machine does not fail.
    pub fn for_tests() -> Self {
        Self::start(&FOR_TESTS)
    }

    /// Starts a server with settings such as `shared_buffers=64MB`; all others are PostgreSQL's defaults.
    pub fn start(settings: &[&str]) -> Self {
        Self::start_within(&std::env::temp_dir(), settings)
    }

    /// The same, with its data within a folder.
    pub fn start_within(folder: &Path, settings: &[&str]) -> Self {
        let dir =
            tempfile::Builder::new().prefix("oms-pg-").tempdir_in(folder).expect("a folder for PostgreSQL").keep();
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(bin()).arg(&dir).arg(other_user(&dir));
        keeper.args(settings.iter().flat_map(|setting| ["-c", setting]));
        // A group of its own: Ctrl-C must not reach it before the tests.
        keeper.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut keeper = keeper.spawn().expect("sh is there");
        let told = BufReader::new(keeper.stdout.take().expect("piped"));
        let mut server = Self { dir, keeper, told };
        server.wait_for("ready");
        server
    }

    /// The URL of a new, empty database.
    pub async fn fresh_database(&self) -> String {
        let name = format!("t{}", Uuid::now_v7().simple());
        self.administer(&format!("CREATE DATABASE {name}")).await;
        self.url(&name)
    }

    /// Takes a database away, from whoever uses it too.
    pub async fn drop_database(&self, url: &str) {
        let name = url.rsplit('/').next().expect("a URL ends with the database");
        self.administer(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }

    async fn administer(&self, sql: &str) {
        let admin = Database::connect(self.url("postgres")).await.expect("the server takes connections");
        admin.execute_unprepared(sql).await.expect("the server does as it is told");
        admin.close().await.expect("the connection closes");
    }

    /// The folder of its socket.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The process that all its other processes are children of.
    pub fn process_id(&self) -> u32 {
        let file = fs::read_to_string(self.dir.join("data/postmaster.pid")).expect("the server runs");
        file.lines().next().and_then(|line| line.trim().parse().ok()).expect("a process id")
    }

    /// Keeps its data as they are now, all databases.
    pub fn save(&mut self) {
        self.copy("data", "saved");
    }

    /// Puts back the data that were kept: a volume of an earlier moment.
    pub fn put_back(&mut self) {
        self.copy("saved", "data");
    }

    /// Stops it, copies its data from one folder to another, and starts it again.
    fn copy(&mut self, from: &str, to: &str) {
        self.stop();
        let path = |name: &str| self.dir.join(name);
        if path(to).exists() {
            fs::remove_dir_all(path(to)).expect("the folder can be removed");
        }
        let copied = Command::new("cp").arg("-a").arg(path(from)).arg(path(to)).status().expect("cp is there");
        assert!(copied.success(), "the data are copied");
        self.start_again();
    }

    /// Immediate shutdown: nothing is finished, every connection breaks, and what was committed has to be recovered from the log.
    pub fn stop_at_once(&mut self) {
        self.tell("QUIT");
        self.wait_for("stopped");
    }

    /// Fast shutdown: what is under way is undone, and what was done is in its place.
    pub fn stop(&mut self) {
        self.tell("INT");
        self.wait_for("stopped");
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&self) -> bool {
        !Path::new("/proc").join(self.process_id().to_string()).exists()
    }

    /// Returns once it takes connections after a fault that may have ended it, or some of it; whether it had to be started again.
    pub fn recover(&mut self) -> bool {
        loop {
            let ready = Command::new(bin().join("pg_isready")).arg("-q").arg("-h").arg(&self.dir).status();
            match ready.expect("pg_isready is there").success() {
                true => return false,
                false if self.has_ended() => {
                    self.start_again();
                    return true;
                }
                // It recovers, or is about to end.
                false => {}
            }
        }
    }

    /// Starts it again, and returns once it takes connections.
    pub fn start_again(&mut self) {
        self.tell("start");
        self.wait_for("ready");
    }

    /// What it has logged so far, over all its starts.
    pub fn log(&self) -> String {
        let log = fs::read(self.dir.join("server.log")).expect("a log");
        String::from_utf8_lossy(&log).into_owned()
    }

    fn tell(&mut self, word: &str) {
        let input = self.keeper.stdin.as_mut().expect("piped");
        input.write_all(format!("{word}\n").as_bytes()).expect("the keeper listens");
    }

    fn wait_for(&mut self, word: &str) {
        let mut line = String::new();
        self.told.read_line(&mut line).expect("the keeper speaks");
        if line.trim() != word {
            let mut why = String::new();
            let mut told = self.keeper.stderr.take().expect("piped");
            told.read_to_string(&mut why).expect("the keeper explains");
            panic!("PostgreSQL is not {word}: {why}");
        }
    }

    fn url(&self, database: &str) -> String {
        let socket = self.dir.to_str().expect("a readable path").replace('/', "%2F");
        format!("postgres://postgres@{socket}/{database}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The folder of the newest PostgreSQL on this machine.
pub fn bin() -> PathBuf {
    let found = std::env::var_os("PATH")
        .iter()
        .flat_map(std::env::split_paths)
        .filter_map(|dir| fs::canonicalize(dir.join("initdb")).ok())
        .filter_map(|initdb| initdb.parent().map(Path::to_path_buf))
        .find(|dir| dir.join("postgres").exists());
    found.or_else(newest_of_system).expect("PostgreSQL's initdb: tests/run installs it")
}

fn newest_of_system() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let newest = versions.max_by_key(|dir| dir.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()))?;
    Some(newest.join("bin"))
}

/// The prefix that runs a command as a user PostgreSQL accepts: it refuses to run as root.
fn other_user(dir: &Path) -> String {
    let root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !root {
        return String::new();
    }
    let passwd = fs::read_to_string("/etc/passwd").expect("users");
    let user = |name: &str| passwd.lines().find(|line| line.split(':').next() == Some(name));
    let user = user("postgres").or_else(|| user("nobody")).expect("a user other than root");
    let mut fields = user.split(':').skip(2).map(|id| id.parse::<u32>().expect("an id"));
    let (uid, gid) = (fields.next().expect("uid"), fields.next().expect("gid"));
    std::os::unix::fs::chown(dir, Some(uid), Some(gid)).expect("root gives the folder away");
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).expect("the folder is private");
    format!("setpriv --reuid={uid} --regid={gid} --clear-groups")
}
