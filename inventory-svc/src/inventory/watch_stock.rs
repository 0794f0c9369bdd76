//! WatchStock: the ledger of one merchant, told as it grows.

mod follow;
mod tips;

use std::{sync::Arc, time::Duration};

use shared::{
    code::Code,
    database::{Database, Reads},
    fair::{Fair, Place},
    identity::Merchant,
    server::Waiting,
};
use tokio::{sync::Semaphore, time::Instant};

pub(crate) use self::follow::{Progress, Step, StockWatch};
use self::tips::Tips;
use super::Inventory;
use crate::{
    domain::{
        self,
        location::{DEFAULT_CODE, LocationId},
        watch::{self, Filter, Position, Start, Watch},
    },
    settings,
    storage::{self, isku, location},
};

/// Watches that read the ledger at the same time; the other connections are for calls.
const READERS_MAX: usize = 4;

/// What all watches of this process share.
#[derive(Debug)]
pub(crate) struct Watches {
    database: Database,
    tips: Arc<Tips>,
    seats: Arc<Fair<Merchant>>,
    readers: Semaphore,
    poll: Duration,
    keep_hours: u32,
}

impl Watches {
    pub(super) fn new(database: Database, settings: &settings::Watch) -> Self {
        Self {
            tips: Arc::new(Tips::new(database.clone())),
            database,
            seats: Fair::new(settings.streams_max.count()),
            readers: Semaphore::new(READERS_MAX),
            poll: Duration::from_millis(settings.poll_ms.get()),
            keep_hours: settings.cursor_keep_hours.small(),
        }
    }

    /// Wakes all watches: this process has committed.
    pub(super) fn committed(&self) {
        self.tips.committed();
    }
}

/// A watch's right to be there: a process takes only so many, and shares them fairly by merchant.
#[derive(Debug)]
pub(crate) struct Seat(Place<Merchant>);

impl Seat {
    /// Completes when it is lent, beyond half of all seats, and another merchant asks for it.
    pub(crate) async fn wanted_back(&self) {
        self.0.wanted_back().await;
    }
}

impl Inventory {
    /// A seat for one more watch, if there is one, or one that is lent and comes back.
    pub(crate) async fn seat(&self, merchant: &Merchant) -> Option<Seat> {
        let waiting = Waiting::current();
        tokio::select! {
            biased;
            place = self.watches.seats.take_lent(merchant, 1) => place.ok().map(Seat),
            () = waiting.over() => None,
        }
    }

    /// Begins a watch.
    pub(crate) async fn watch_stock(&self, merchant: &Merchant, asked: &Watch) -> Result<StockWatch, storage::Error> {
        let filter = self.filter(merchant, asked).await?;
        let watched = self.watches.tips.watch(merchant);
        // A cursor may be of another replica, which was further a moment ago: only the end of now can tell that it is of the future.
        let (read_at, tip) = watched.tip_after(Instant::now()).await?;
        let (place, told_until) = match &asked.start {
            Start::Now => (watch::Place::Ledger(Position::before(tip.horizon)), tip.now),
            Start::Snapshot => (watch::Place::snapshot(tip.horizon), tip.now),
            Start::Cursor(cursor) => (cursor.judge(&tip, self.watches.keep_hours)?, cursor.time),
        };
        Ok(StockWatch {
            watches: Arc::clone(&self.watches),
            merchant: merchant.clone(),
            filter,
            telling: asked.telling,
            place,
            told_until,
            commits: self.watches.tips.commits(),
            watched,
            tip,
            read_at,
            progress: Progress::CatchingUp,
            checkpoint_at: Instant::now(),
        })
    }

    /// The filter by numbers; every code must be known.
    async fn filter(&self, merchant: &Merchant, asked: &Watch) -> Result<Filter, storage::Error> {
        let mut filter = Filter::default();
        if asked.isku_codes.is_empty() && asked.locations.is_empty() {
            return Ok(filter);
        }
        let snapshot = self.database.snapshot().await?;
        if !asked.isku_codes.is_empty() {
            let ids = Reads::one(&snapshot, merchant, |reads| isku::ids_of(reads, &asked.isku_codes)).await?;
            if let Some(unknown) = asked.isku_codes.iter().find(|code| !ids.contains_key(code)) {
                return Err(domain::Error::IskuNotFound { isku_code: unknown.clone() }.into());
            }
            filter.iskus = Some(ids.into_values().collect());
        }
        if !asked.locations.is_empty() {
            let all = Reads::one(&snapshot, merchant, location::all).await?;
            let id = |code: &Code| {
                let found = all.iter().find(|own| own.code == *code).map(|own| own.location_id);
                // Every merchant has it, also before anything was booked there.
                let found = found.or((code.as_str() == DEFAULT_CODE).then_some(LocationId::DEFAULT));
                found.ok_or_else(|| domain::Error::LocationNotFound { location: code.as_str().to_owned() })
            };
            filter.locations = Some(asked.locations.iter().map(id).collect::<Result<_, _>>()?);
        }
        Ok(filter)
    }
}
