//! A PostgreSQL server of our own: one for the test process, a fresh database for each test, nothing left behind.
//!
//! A benchmark starts one with settings of its own.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use sea_orm::{ConnectionTrait, Database};
use uuid::Uuid;

/// Starts the server, says so on its output, and takes the server and its folder away when its input closes: when the test process ends,
/// however it ends.
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
$as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= "$@" >"$dir/server.log" 2>&1 </dev/null &
server=$!
while ! "$bin/pg_isready" -q -h "$dir"; do
    kill -0 "$server" || { cat "$dir/server.log" >&2; exit 1; }
done
echo ready
read -r _ || true
"#;

/// What a test may lose is not worth waiting for the disk.
const FOR_TESTS: [&str; 5] =
    ["max_connections=300", "shared_buffers=64MB", "fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// A server that goes away with this process. It listens on a socket in its own folder: no port can be taken.
#[derive(Debug)]
pub struct Server {
    dir: PathBuf,
    // Its input stays open as long as this process lives.
    _keeper: Child,
}

static SERVER: OnceLock<Server> = OnceLock::new();

/// The URL of a new, empty database of the server of this test process.
pub async fn fresh_database() -> String {
    SERVER.get_or_init(|| Server::start(&FOR_TESTS)).fresh_database().await
}

impl Server {
    /// Starts a server with settings such as `shared_buffers=64MB`; all others are PostgreSQL's defaults.
    pub fn start(settings: &[&str]) -> Self {
        let dir = tempfile::Builder::new().prefix("oms-pg-").tempdir().expect("a folder for PostgreSQL").keep();
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(bin()).arg(&dir).arg(other_user(&dir));
        keeper.args(settings.iter().flat_map(|setting| ["-c", setting]));
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
        Self { dir, _keeper: keeper }
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

    fn url(&self, database: &str) -> String {
        let socket = self.dir.to_str().expect("a readable path").replace('/', "%2F");
        format!("postgres://postgres@{socket}/{database}")
    }
}

/// The folder of the newest PostgreSQL's programs on this machine.
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
