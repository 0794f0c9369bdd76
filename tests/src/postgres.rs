//! A PostgreSQL server of our own: one for the test process, a fresh database for each test, nothing left behind.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use uuid::Uuid;

/// Starts the server, on the data that it finds if there are any, and says so on its output. When its input closes, at the latest when the
/// test process ends, however it ends, it takes the server away, and the folder if it is to.
const KEEPER: &str = r#"
set -eu
bin=$1 dir=$2 as=$3 after=$4
cleanup() {
    # What is kept is whole; what goes needs not be.
    case $after in keep) how=INT ;; *) how=QUIT ;; esac
    [ ! -s "$dir/data/postmaster.pid" ] || kill -"$how" "$(head -n 1 "$dir/data/postmaster.pid")" 2>/dev/null || true
    wait
    [ "$after" = keep ] || rm -rf "$dir"
}
trap cleanup EXIT
[ -d "$dir/data" ] ||
    $as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1
$as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=300 -c shared_buffers=64MB \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off >"$dir/server.log" 2>&1 </dev/null &
server=$!
while ! "$bin/pg_isready" -q -h "$dir"; do
    kill -0 "$server" || { cat "$dir/server.log" >&2; exit 1; }
done
echo ready
read -r _ || true
"#;

/// A server. The one of this test process never stops before it. It listens on a socket in its own folder: no port can be taken.
#[derive(Debug)]
struct Server {
    dir: PathBuf,
    // Its input stays open as long as this process lives, or until it is stopped.
    keeper: Child,
}

static SERVER: OnceLock<Server> = OnceLock::new();

/// The URL of a new, empty database.
pub async fn fresh_database() -> String {
    let server = SERVER.get_or_init(|| {
        let dir = folder().keep();
        Server::start(&dir, "remove")
    });
    let name = format!("t{}", Uuid::now_v7().simple());
    let admin = Database::connect(server.url("postgres")).await.expect("the test server takes connections");
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("the test server makes databases");
    admin.close().await.expect("the connection closes");
    server.url(&name)
}

/// A server that a test may stop, and start again on the data of an earlier moment: a volume that was put back.
#[derive(Debug)]
pub struct Cluster {
    dir: TempDir,
    server: Option<Server>,
}

impl Cluster {
    /// Starts a server on new data.
    pub fn start() -> Self {
        let dir = folder();
        let server = Some(Server::start(dir.path(), "keep"));
        Self { dir, server }
    }

    /// The URL of its one database.
    pub fn url(&self) -> String {
        url(self.dir.path(), "postgres")
    }

    /// Stops it, copies its data from one folder to another, and starts it again.
    fn copy(&mut self, from: &str, to: &str) {
        drop(self.server.take());
        let path = |name: &str| self.dir.path().join(name);
        if path(to).exists() {
            fs::remove_dir_all(path(to)).expect("the folder can be removed");
        }
        let copied = Command::new("cp").arg("-a").arg(path(from)).arg(path(to)).status().expect("cp is there");
        assert!(copied.success(), "the data are copied");
        self.server = Some(Server::start(self.dir.path(), "keep"));
    }

    /// Keeps the data as they are now.
    pub fn save(&mut self) {
        self.copy("data", "saved");
    }

    /// Puts back the data that were kept.
    pub fn put_back(&mut self) {
        self.copy("saved", "data");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Before its folder goes.
        drop(self.server.take());
    }
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("oms-pg-").tempdir().expect("a folder for PostgreSQL")
}

fn url(dir: &Path, database: &str) -> String {
    let socket = dir.to_str().expect("a readable path").replace('/', "%2F");
    format!("postgres://postgres@{socket}/{database}")
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // It may be gone already.
        let _ = self.keeper.wait();
    }
}

impl Server {
    fn start(dir: &Path, after: &str) -> Self {
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(bin()).arg(dir).arg(other_user(dir)).arg(after);
        // A group of its own: Ctrl-C must not reach it before the tests.
        keeper.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut keeper = keeper.spawn().expect("sh is there");

        let mut line = String::new();
        BufReader::new(keeper.stdout.take().expect("piped")).read_line(&mut line).expect("the keeper speaks");
        if line.trim() != "ready" {
            let mut why = String::new();
            keeper.stderr.take().expect("piped").read_to_string(&mut why).expect("the keeper explains");
            panic!("PostgreSQL does not start: {why}");
        }
        Self { dir: dir.to_path_buf(), keeper }
    }

    fn url(&self, database: &str) -> String {
        url(&self.dir, database)
    }
}

/// The folder of the newest PostgreSQL on this machine.
fn bin() -> PathBuf {
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
