//! The ends of the ledgers that are watched: read once for all watches of the process, when a commit or the clock calls for it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sea_orm::DbErr;
use shared::{database::Database, identity::Merchant};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use crate::{domain::watch::Tip, storage};

/// Between two readings, however often this process commits.
const REST: Duration = Duration::from_millis(5);
/// Commits that wait so long for an older transaction are worth a line in the log.
const LAG_US: i64 = 5_000_000;
/// Between two such lines.
const LOG_PAUSE: Duration = Duration::from_secs(30);

/// One reader for all watches: a hundred watches of a merchant cost one statement, and so do watches of a hundred merchants.
#[derive(Debug)]
pub(super) struct Tips {
    database: Database,
    committed: watch::Sender<Instant>,
    /// How many watches each merchant has.
    watched: Mutex<BTreeMap<Merchant, usize>>,
    read: tokio::sync::Mutex<Read>,
}

#[derive(Debug, Default)]
struct Read {
    begun: Option<Instant>,
    tips: BTreeMap<Merchant, Tip>,
    told: Option<Instant>,
}

/// One watch of a merchant, as long as it lives.
#[derive(Debug)]
pub(super) struct Watched {
    tips: Arc<Tips>,
    merchant: Merchant,
}

impl Tips {
    pub(super) fn new(database: Database) -> Self {
        Self {
            database,
            committed: watch::Sender::new(Instant::now()),
            watched: Mutex::default(),
            read: tokio::sync::Mutex::default(),
        }
    }

    /// Wakes all watches: this process has committed.
    pub(super) fn committed(&self) {
        self.committed.send_replace(Instant::now());
    }

    /// Tells when this process commits.
    pub(super) fn commits(&self) -> watch::Receiver<Instant> {
        self.committed.subscribe()
    }

    /// Counts a watch in.
    pub(super) fn watch(self: &Arc<Self>, merchant: &Merchant) -> Watched {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        *watched.entry(merchant.clone()).or_default() += 1;
        Watched { tips: Arc::clone(self), merchant: merchant.clone() }
    }

    /// The merchant's tip as read after `moment`, and when; of many who ask at once, one reads for all.
    async fn read_after(&self, merchant: &Merchant, moment: Instant) -> Result<(Instant, Tip), DbErr> {
        let mut read = self.read.lock().await;
        if let Some(begun) = read.begun {
            if let Some(tip) = read.tips.get(merchant).filter(|_| begun >= moment) {
                return Ok((begun, tip.clone()));
            }
            sleep_until(begun + REST).await;
        }
        let begun = Instant::now();
        let merchants: Vec<Merchant> =
            self.watched.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        read.tips = storage::watch::tips(&self.database, &merchants).await?;
        read.begun = Some(begun);
        read.tell();
        let tip = read.tips.get(merchant).map(|tip| (begun, tip.clone()));
        tip.ok_or_else(|| DbErr::RecordNotFound(format!("the end of the ledger of {merchant}")))
    }
}

impl Watched {
    /// The tip as read after `moment`, and when.
    pub(super) async fn tip_after(&self, moment: Instant) -> Result<(Instant, Tip), DbErr> {
        self.tips.read_after(&self.merchant, moment).await
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let mut watched = self.tips.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = watched.get_mut(&self.merchant) {
            *count -= 1;
            if *count == 0 {
                watched.remove(&self.merchant);
            }
        }
    }
}

impl Read {
    /// Logs a lag that somebody should look at, now and then.
    fn tell(&mut self) {
        let lag = |(merchant, tip): (&Merchant, &Tip)| (tip.lag_since(None), merchant.clone());
        let Some((lag_us, merchant)) = self.tips.iter().map(lag).max() else { return };
        if lag_us < LAG_US || self.told.is_some_and(|told| told.elapsed() < LOG_PAUSE) {
            return;
        }
        self.told = Some(Instant::now());
        tracing::warn!(%merchant, lag_ms = lag_us / 1_000, "watches wait: a transaction that began before these commits is still open");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use futures::future::join_all;

    use super::*;
    use crate::{Settings, storage::migrations::Migrations};

    #[tokio::test]
    async fn one_reading_serves_all_watches_of_all_merchants() {
        let folder = tempfile::TempDir::new().unwrap();
        let mut settings = Settings::load(None).unwrap().database;
        settings.url = format!("sqlite://{}", folder.path().join("inventory.db").display());
        let database = Database::connect(&settings, shared::database::Plans::Kept).await.unwrap();
        shared::database::migrate::<Migrations>(&database).await.unwrap();
        let tips = Arc::new(Tips::new(database));
        let merchant = |number: usize| Merchant::parse(&format!("m{}", number % 10)).unwrap();
        let watches: Vec<Watched> = (0..100).map(|number| tips.watch(&merchant(number))).collect();
        let now = Instant::now();

        let read = join_all(watches.iter().map(async |watch| watch.tip_after(now).await.unwrap().0)).await;
        let later = watches[0].tip_after(Instant::now()).await.unwrap().0;

        assert_eq!(read.iter().collect::<BTreeSet<_>>().len(), 1, "each reads by itself");
        assert!(later > read[0], "what is asked for later is read later");
        drop(watches);
        assert!(tips.watched.lock().unwrap().is_empty(), "nobody is read for who is gone");
    }
}
