//! A consumer of WatchStock that is cut off all the time: it goes on from its cursor, and knows when it was told too little.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use proto::inventory::v1::{Stock, WatchStart, WatchStockRequest, WatchStockResponse};
use tokio::{sync::watch, task::JoinHandle, time::timeout};
use tonic::Status;

use super::{entry::key, tally::Tally};
use crate::{Merchant, Refusal, dice::Dice};

/// Longer than a watch may be silent that has a checkpoint every second; then its replica has stopped.
const SILENCE: Duration = Duration::from_secs(2);
/// Between two attempts to go on.
const PAUSE: Duration = Duration::from_millis(50);
const CHECK: &str = "a watch misses nothing and never goes back";

/// What a watch has told, by stock row.
pub(super) type View = BTreeMap<String, Stock>;

/// A running consumer.
#[derive(Debug)]
pub(super) struct Watcher {
    view: watch::Receiver<View>,
    task: JoinHandle<()>,
}

impl Watcher {
    /// Starts a consumer at one replica.
    pub(super) fn start(
        replicas: Vec<Merchant>,
        seed: u64,
        number: usize,
        back: watch::Receiver<u64>,
        tally: Arc<Tally>,
    ) -> Self {
        let (told, view) = watch::channel(View::new());
        let dice = Dice::new(seed, 2_000_000 + number as u64);
        let consumer =
            Consumer { replicas, at: number, back, tally, told, dice, cursor: String::new(), is_whole: false };
        Self { view, task: tokio::spawn(consumer.consume()) }
    }

    /// Returns once it was told exactly this, or the time is over; what it was told instead.
    pub(super) async fn comes_to(&mut self, stock: &View, patience: Duration) -> Result<(), View> {
        let is_reached =
            timeout(patience, self.view.wait_for(|view| view == stock)).await.is_ok_and(|view| view.is_ok());
        if is_reached { Ok(()) } else { Err(self.view.borrow().clone()) }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Consumer {
    replicas: Vec<Merchant>,
    at: usize,
    back: watch::Receiver<u64>,
    tally: Arc<Tally>,
    told: watch::Sender<View>,
    dice: Dice,
    cursor: String,
    /// Whether the snapshot that it began with is whole.
    is_whole: bool,
}

impl Consumer {
    async fn consume(mut self) {
        loop {
            let resumes = !self.cursor.is_empty();
            if let Err(status) = self.watch().await {
                let reason = Refusal::from(&status).reason;
                if reason == "CURSOR_STALE" {
                    self.tally.found(CHECK, format!("nobody has restored a backup: {status:?}"));
                }
            }
            self.tally.count(|counts| counts.resumed += u64::from(resumes));
            self.at = (self.at + 1) % self.replicas.len();
            let _ = timeout(PAUSE, self.back.changed()).await;
        }
    }

    /// One stream, until it breaks, is silent, or is left.
    async fn watch(&mut self) -> Result<(), Status> {
        let request = match self.cursor.as_str() {
            "" => WatchStockRequest { start: WatchStart::Snapshot.into(), ..Default::default() },
            cursor => WatchStockRequest { cursor: cursor.to_owned(), ..Default::default() },
        };
        let silent = |_| Status::cancelled("silent");
        let mut stock = self.replicas[self.at].stock.clone();
        let mut stream = timeout(SILENCE, stock.watch_stock(request)).await.map_err(silent)??.into_inner();
        let mut in_stream = BTreeMap::new();
        let messages = if self.dice.below(2) == 0 { self.dice.below(20) } else { usize::MAX };
        for _ in 0..messages {
            match timeout(SILENCE, stream.message()).await.map_err(silent)?? {
                Some(message) => self.apply(message, &mut in_stream),
                None => break,
            }
        }
        Ok(())
    }

    fn apply(&mut self, message: WatchStockResponse, in_stream: &mut BTreeMap<String, i64>) {
        self.tally.count(|counts| counts.watched += message.stock.len() as u64);
        let is_whole = self.is_whole;
        self.told.send_modify(|view| {
            for stock in message.stock {
                let row = key(&stock.isku_code, &stock.location);
                let before = in_stream.insert(row.clone(), stock.sequence).unwrap_or(0);
                let known = view.get(&row);
                let next = known.map_or(1, |known| known.sequence + 1);
                let is_new = stock.sequence >= next;
                let fault = if stock.sequence <= before {
                    Some("told again, or later than what follows it")
                } else if is_new && stock.sequence > next && (is_whole || known.is_some()) {
                    Some("told before what comes before it")
                } else if !(0..=stock.on_hand).contains(&stock.reserved) {
                    Some("oversold")
                } else {
                    None
                };
                if let Some(fault) = fault {
                    self.tally.found(CHECK, format!("{fault}: {stock:?} in a stream at {before}, after {known:?}"));
                }
                if is_new {
                    view.insert(row, stock);
                }
            }
        });
        self.is_whole |= message.checkpoint.is_some_and(|checkpoint| checkpoint.current);
        self.cursor = message.cursor;
    }
}
