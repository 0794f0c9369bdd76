//! A cable between a service and PostgreSQL: it passes bytes on, and breaks where it is told to.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    sync::watch,
};

/// COMMIT as the driver sends it: a message of its own.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
/// The name of a server's socket in its folder.
const SOCKET: &str = ".s.PGSQL.5432";

/// Where a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// COMMIT never reaches the server.
    BeforeCommit,
    /// The server has committed, and its answer never arrives.
    AfterCommit,
}

/// A socket in front of a server's.
#[derive(Clone, Debug)]
pub struct Cable(Arc<Ends>);

#[derive(Debug)]
struct Ends {
    dir: TempDir,
    database: String,
    server: PathBuf,
    next: Mutex<Vec<Break>>,
    broken: AtomicUsize,
    cut: watch::Sender<()>,
}

impl Cable {
    /// Lays a cable to the server of a database that [`fresh_database`](crate::postgres::fresh_database) has made.
    pub fn to(url: &str) -> Self {
        let rest = url.strip_prefix("postgres://postgres@").expect("a database of the test server");
        let (server, database) = rest.split_once('/').expect("a database");
        let dir = tempfile::Builder::new().prefix("oms-cable-").tempdir().expect("a folder");
        let listener = UnixListener::bind(dir.path().join(SOCKET)).expect("a socket");
        let ends = Arc::new(Ends {
            dir,
            database: database.to_owned(),
            server: PathBuf::from(server.replace("%2F", "/")).join(SOCKET),
            next: Mutex::default(),
            broken: AtomicUsize::new(0),
            cut: watch::Sender::new(()),
        });
        tokio::spawn(accept(listener, Arc::clone(&ends)));
        Self(ends)
    }

    /// The database's URL at this end.
    pub fn url(&self) -> String {
        let socket = self.0.dir.path().to_str().expect("a readable path").replace('/', "%2F");
        format!("postgres://postgres@{socket}/{}", self.0.database)
    }

    /// Breaks the connections that commit next, one each.
    pub fn break_next(&self, breaks: &[Break]) {
        self.0.next.lock().unwrap_or_else(PoisonError::into_inner).extend(breaks.iter().rev());
    }

    /// How many connections have broken in COMMIT.
    pub fn broken(&self) -> usize {
        self.0.broken.load(Ordering::SeqCst)
    }

    /// Breaks every connection there is now.
    pub fn cut(&self) {
        self.0.cut.send_replace(());
    }
}

/// Takes connections until the process ends; the folder goes with the last cable.
async fn accept(listener: UnixListener, ends: Arc<Ends>) {
    let (server, ends) = (ends.server.clone(), Arc::downgrade(&ends));
    while let (Ok((client, _)), Some(ends)) = (listener.accept().await, ends.upgrade()) {
        if let Ok(server) = UnixStream::connect(&server).await {
            tokio::spawn(async move {
                let mut cut = ends.cut.subscribe();
                // However it ends, both sides are closed.
                tokio::select! {
                    _ = ends.pass(client, server) => {}
                    _ = cut.changed() => {}
                }
            });
        }
    }
}

impl Ends {
    /// Passes questions and answers on, one at a time as the protocol has them.
    async fn pass(&self, mut client: UnixStream, mut server: UnixStream) -> io::Result<()> {
        let (mut question, mut answer) = (vec![0; 64 << 10], vec![0; 64 << 10]);
        loop {
            tokio::select! {
                read = client.read(&mut question) => {
                    let bytes = &question[..read?];
                    match self.breaks(bytes) {
                        Some(Break::BeforeCommit) => {}
                        Some(Break::AfterCommit) => {
                            server.write_all(bytes).await?;
                            server.readable().await?;
                        }
                        None if bytes.is_empty() => return Ok(()),
                        None => {
                            server.write_all(bytes).await?;
                            continue;
                        }
                    }
                    self.broken.fetch_add(1, Ordering::SeqCst);
                    return Ok(());
                }
                read = server.read(&mut answer) => match &answer[..read?] {
                    [] => return Ok(()),
                    bytes => client.write_all(bytes).await?,
                }
            }
        }
    }

    fn breaks(&self, question: &[u8]) -> Option<Break> {
        let commits = question.ends_with(COMMIT);
        commits.then(|| self.next.lock().unwrap_or_else(PoisonError::into_inner).pop()).flatten()
    }
}
