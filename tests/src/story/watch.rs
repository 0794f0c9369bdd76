//! Watches of the stock, as a consumer reads them.

use std::time::Duration;

use proto::inventory::v1::{Stock, WatchCheckpoint, WatchStart, WatchStockRequest, WatchStockResponse};
use tokio::time::timeout;
use tonic::{IntoRequest, Status, Streaming};

use crate::Merchant;

/// Longer than any message may be away.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open watch.
#[derive(Debug)]
pub struct Watching {
    messages: Streaming<WatchStockResponse>,
    /// The cursor behind the last message.
    pub cursor: String,
    /// The first message's checkpoint.
    pub first: WatchCheckpoint,
}

/// The request of a watch, for a test that filters or coalesces.
pub fn watch_request(start: WatchStart) -> WatchStockRequest {
    WatchStockRequest { start: start.into(), ..Default::default() }
}

/// The database's time of a checkpoint in milliseconds.
pub fn checkpoint_time(checkpoint: &WatchCheckpoint) -> i64 {
    let time = checkpoint.time.expect("a time");
    time.seconds * 1_000 + i64::from(time.nanos) / 1_000_000
}

/// Whether something is committed that a checkpoint does not come after.
pub fn lags(checkpoint: &WatchCheckpoint) -> bool {
    let lag = checkpoint.lag.expect("a lag");
    (lag.seconds, lag.nanos) != (0, 0)
}

impl Merchant {
    /// Watches the stock as the request says, and has read the first checkpoint.
    pub async fn watch_as(&self, request: impl IntoRequest<WatchStockRequest>) -> Result<Watching, Status> {
        let mut messages = self.stock.clone().watch_stock(request).await?.into_inner();
        let first = timeout(PATIENCE, messages.message()).await.expect("a first message")?.expect("a first message");
        let checkpoint = first.checkpoint.expect("the first message has a checkpoint");
        Ok(Watching { messages, cursor: first.cursor, first: checkpoint })
    }

    /// Watches all stock from now, or from a snapshot.
    pub async fn watch(&self, start: WatchStart) -> Result<Watching, Status> {
        self.watch_as(watch_request(start)).await
    }

    /// Waits until all that is committed can be told: transactions of other tests on the same server may be older.
    pub async fn settled(&self) {
        self.watch(WatchStart::Snapshot).await.expect("a watch").until_current().await;
    }

    /// Goes on behind a cursor.
    pub async fn watch_on(&self, cursor: &str) -> Result<Watching, Status> {
        self.watch_as(WatchStockRequest { cursor: cursor.to_owned(), ..Default::default() }).await
    }
}

impl Watching {
    /// The next message; a status if the watch ends.
    pub async fn next(&mut self) -> Result<WatchStockResponse, Status> {
        let message = timeout(PATIENCE, self.messages.message()).await.expect("a watch is never silent for long")?;
        let message = message.expect("a watch ends with a status");
        self.cursor.clone_from(&message.cursor);
        Ok(message)
    }

    /// The next checkpoint, and the states before it.
    pub async fn checkpoint(&mut self) -> (WatchCheckpoint, Vec<Stock>) {
        let mut before = Vec::new();
        loop {
            let message = self.next().await.expect("the watch goes on");
            before.extend(message.stock);
            if let Some(checkpoint) = message.checkpoint {
                return (checkpoint, before);
            }
        }
    }

    /// Everything up to a checkpoint that says that all that is committed was told.
    pub async fn until_current(&mut self) -> Vec<Stock> {
        self.until_current_within(usize::MAX).await
    }

    /// The same, and no more than so many: a watch that tells what it has told may never end.
    pub async fn until_current_within(&mut self, most: usize) -> Vec<Stock> {
        let mut told = Vec::new();
        loop {
            let message = self.next().await.expect("the watch goes on");
            told.extend(message.stock);
            assert!(told.len() <= most, "{} states are told, of {most}", told.len());
            if message.checkpoint.is_some_and(|checkpoint| checkpoint.current && !lags(&checkpoint)) {
                return told;
            }
        }
    }

    /// The next states, so many at least.
    pub async fn states(&mut self, count: usize) -> Vec<Stock> {
        let mut told = Vec::new();
        while told.len() < count {
            told.extend(self.next().await.expect("the watch goes on").stock);
        }
        told
    }

    /// What the watch ends with.
    pub async fn end(&mut self) -> Status {
        loop {
            if let Err(status) = self.next().await {
                return status;
            }
        }
    }
}
