//! What a client writes down of each answer: one line of its own file, which is all that the check after a round goes by.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use proto::inventory::v1::{Reservation, ReservationState};
use serde::{Deserialize, Serialize};

/// Changes by stock row, as (on hand, reserved).
pub(super) type Effect = BTreeMap<String, (i64, i64)>;

/// The name of a stock row.
pub(super) fn key(isku_code: &str, location: &str) -> String {
    format!("{isku_code} at {location}")
}

/// One answered request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) request_id: String,
    pub(super) call: String,
    /// `OK`, or the reason of a refusal.
    pub(super) outcome: String,
    /// Whether it was refused after an attempt that ended without an answer, which may still be applied: a later line settles it.
    pub(super) open: bool,
    pub(super) attempts: usize,
    /// Milliseconds from the first attempt to the answer.
    pub(super) took_ms: u64,
    /// What the ledger must contain for it.
    pub(super) effect: Effect,
    /// The reservation that it was about, after it.
    pub(super) standing: Option<Standing>,
}

/// A reservation as its client knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Standing {
    pub(super) order: String,
    pub(super) reservation_id: String,
    /// The number of the state.
    pub(super) state: i32,
    /// Units of each stock row that it holds.
    pub(super) held: BTreeMap<String, i64>,
    /// Whether it may be given back since it is due.
    pub(super) expires: bool,
}

impl Standing {
    pub(super) fn of(reservation: &Reservation) -> Self {
        let order = reservation.order.as_ref().map(|order| order.order_id.clone()).unwrap_or_default();
        Self {
            order,
            reservation_id: reservation.reservation_id.clone(),
            state: reservation.state,
            held: held(reservation),
            expires: reservation.state() == ReservationState::Held && reservation.expire_time.is_some(),
        }
    }
}

/// Units of each stock row that a reservation holds, by its allocations.
pub(super) fn held(reservation: &Reservation) -> BTreeMap<String, i64> {
    let mut held = BTreeMap::new();
    for item in &reservation.items {
        for allocation in item.allocations.iter().filter(|allocation| allocation.held != 0) {
            for part in &item.components {
                *held.entry(key(&part.isku_code, &allocation.location)).or_default() += allocation.held * part.quantity;
            }
        }
    }
    held
}

/// The file of one client.
#[derive(Debug)]
pub(super) struct Pages {
    path: PathBuf,
    file: BufWriter<File>,
    /// Where the lines begin that were not read yet.
    unread: u64,
}

impl Pages {
    pub(super) fn create(path: &Path) -> Self {
        let file = File::create(path).expect("the folder takes files");
        Self { path: path.to_owned(), file: BufWriter::new(file), unread: 0 }
    }

    /// Writes one line.
    pub(super) fn write(&mut self, entry: &Entry) {
        let line = serde_json::to_string(entry).expect("an entry is JSON");
        writeln!(self.file, "{line}").expect("the file takes lines");
    }

    /// The lines since the last time.
    pub(super) fn read(&mut self) -> Vec<Entry> {
        self.file.flush().expect("the file takes lines");
        let mut file = File::open(&self.path).expect("the client's file");
        file.seek(SeekFrom::Start(self.unread)).expect("it only grows");
        let lines = BufReader::new(&file).lines().map(|line| line.expect("readable lines"));
        let entries = lines.map(|line| serde_json::from_str(&line).expect("an entry")).collect();
        self.unread = file.metadata().expect("a file").len();
        entries
    }
}
