//! What holds the data: whether it takes writes, and whether it still is what was opened.

use std::{
    fmt, fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

use sea_orm::DbErr;
use tokio::signal::unix::{SignalKind, signal};

use super::fault::{Fault, moved};

/// What is known of the storage, from what its users met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Condition {
    /// Nothing was found to be wrong.
    #[default]
    Sound,
    /// What was last written could not be stored.
    Unwritable,
    /// What was read contradicts itself; nothing mends that but a restart on a sound database.
    Corrupt,
}

/// The storage of one database.
pub(super) struct Storage {
    /// Where it is, without a password.
    place: String,
    condition: Mutex<Condition>,
    file: OnceLock<File>,
}

/// The files of a SQLite database. Whoever has them open does not notice that they were removed or replaced, and goes on writing into what
/// is gone with the process.
struct File {
    path: PathBuf,
    database: Identity,
    log: OnceLock<Identity>,
}

/// Device and number of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity(u64, u64);

/// Has a write beyond the limit of a file's size (`ulimit -f`) fail, instead of ending the process; once is enough.
pub(super) fn outlive_file_size_limit() {
    /// SIGXFSZ on Linux.
    const FILE_SIZE_EXCEEDED: i32 = 25;
    // The handler stays when the stream of signals is dropped.
    if let Err(error) = signal(SignalKind::from_raw(FILE_SIZE_EXCEEDED)) {
        tracing::warn!(%error, "a file that grows beyond its limit will end the process");
    }
}

impl Storage {
    pub(super) fn new(place: String) -> Self {
        Self { place, condition: Mutex::default(), file: OnceLock::new() }
    }

    /// Has a database file watched that was just opened.
    pub(super) fn watch(&self, path: &Path) -> io::Result<()> {
        let file = File { path: path.to_owned(), database: Identity::of(path)?, log: OnceLock::new() };
        // The first connection may have none yet.
        let _ = file.note_log();
        let _ = self.file.set(file);
        Ok(())
    }

    /// Passes while the files are those that were opened.
    pub(super) fn check(&self) -> Result<(), DbErr> {
        let checked = self.file.get().map_or(Ok(()), File::check);
        checked.inspect_err(|error| self.note(error))
    }

    pub(super) fn condition(&self) -> Condition {
        *self.condition.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what an error says of the storage; the first of a kind is logged.
    pub(super) fn note(&self, error: &DbErr) {
        let found = match Fault::of(error) {
            Fault::Full | Fault::Failed => Condition::Unwritable,
            Fault::Corrupt => Condition::Corrupt,
            Fault::Away
            | Fault::Lost
            | Fault::InDoubt
            | Fault::Crowded
            | Fault::Late
            | Fault::Contention
            | Fault::Other => return,
        };
        let mut condition = self.condition.lock().unwrap_or_else(PoisonError::into_inner);
        match (*condition, found) {
            (Condition::Corrupt, _) | (Condition::Unwritable, Condition::Unwritable) => return,
            (Condition::Sound | Condition::Unwritable, _) => *condition = found,
        }
        if found == Condition::Corrupt {
            tracing::error!(%error, database = self.place, "the database is damaged: restart the service on a sound one");
        } else {
            tracing::error!(%error, database = self.place, "writes cannot be stored");
        }
    }

    /// Takes note of a write that was stored.
    pub(super) fn note_stored(&self) {
        let mut condition = self.condition.lock().unwrap_or_else(PoisonError::into_inner);
        if *condition == Condition::Unwritable {
            *condition = Condition::Sound;
            tracing::info!(database = self.place, "writes are stored again");
        }
    }
}

impl File {
    fn check(&self) -> Result<(), DbErr> {
        let gone = |error: io::Error| moved(&format!("{} cannot be found: {error}", self.path.display()));
        let now = Identity::of(&self.path).map_err(gone)?;
        if now != self.database {
            return Err(moved(&format!("{} was replaced", self.path.display())));
        }
        let log = self.note_log().map_err(gone)?;
        if self.log.get() != Some(&log) {
            return Err(moved(&format!("the log beside {} was replaced", self.path.display())));
        }
        Ok(())
    }

    /// The log as it is now; the first that is found is the one to stay.
    fn note_log(&self) -> io::Result<Identity> {
        let mut path = self.path.clone().into_os_string();
        path.push("-wal");
        let log = Identity::of(Path::new(&path))?;
        let _ = self.log.set(log);
        Ok(log)
    }
}

impl Identity {
    fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|about| Self(about.dev(), about.ino()))
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Storage")
            .field("place", &self.place)
            .field("condition", &self.condition())
            .finish_non_exhaustive()
    }
}
