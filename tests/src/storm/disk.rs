//! The disk under the database of a storm, and what is done to it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::plan::{Plan, Round};
use crate::{left_out, volume::Volume};

/// More than any storm writes; only what is written takes memory.
const ROOM_MIB: u32 = 16_384;

/// Where the database has its data.
#[derive(Debug)]
pub(super) struct Disk {
    volume: Option<Volume>,
}

impl Disk {
    /// The disk of a storm, and what of the storm can be done with it: who may not mount a volume fills none.
    pub(super) fn of(plan: &Plan) -> (Self, Plan) {
        let mut plan = plan.clone();
        let wanted = plan.round.fulls > 0;
        let volume = wanted.then(|| Volume::mount(ROOM_MIB)).transpose().unwrap_or_else(|why| {
            left_out::note("the storm's full disk", &why);
            plan.round = Round { fulls: 0, ..plan.round };
            None
        });
        (Self { volume }, plan)
    }

    /// The folder for the database's data.
    pub(super) fn folder<'a>(&'a self, usual: &'a Path) -> &'a Path {
        self.volume.as_ref().map_or(usual, Volume::path)
    }

    /// The file of a database on SQLite.
    pub(super) fn file(&self, usual: &Path) -> PathBuf {
        self.folder(usual).join("inventory.db")
    }

    /// No more room.
    pub(super) fn fill(&self) {
        self.volume.as_ref().expect("who fills the disk has one").shrink();
    }

    /// Room again.
    pub(super) fn free(&self) {
        self.volume.as_ref().expect("who frees the disk has one").widen();
    }
}

/// Has no file of a process grow beyond what the log of a database is now.
pub(super) fn limit(process: u32, database: &Path) {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    let bytes = fs::metadata(&log).expect("a log beside the database").len();
    prlimit(process, &bytes.to_string());
}

/// Takes the limit away.
pub(super) fn lift(process: u32) {
    prlimit(process, "unlimited");
}

fn prlimit(process: u32, bytes: &str) {
    let limit = format!("--fsize={bytes}:unlimited");
    let set = Command::new("prlimit").args(["--pid", &process.to_string(), &limit]).status();
    assert!(set.expect("prlimit is there").success(), "the process runs");
}
