//! Bugs on purpose, for the crash storm to find. They are in a build with the feature `planted-bugs` only, and there one of them is chosen
//! by `OMS_PLANTED_BUG`.

use sea_orm::DbErr;
use shared::{database::Transaction, time::Micros};

/// A bug that the storm has to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// Stock is judged as it was before its lock, and written whatever it has become.
    CheckApartFromWrite,
    /// The record of a request id is written in a transaction after that of its effect.
    RequestAfterEffect,
    /// Stock rows are locked in any order.
    UnsortedLocks,
    /// Expiry is judged by the process's clock; those of the replicas differ.
    #[cfg(feature = "planted-bugs")]
    ProcessClock,
    /// What is confirmed is not looked at whether it is due.
    ConfirmIgnoresExpiry,
    /// A request id that is known gets its answer whatever the content is.
    ReplayIgnoresContent,
    /// What is released is given back twice.
    ReleaseCountedTwice,
    /// A watch goes on behind the highest number that it has seen.
    WatchByNumber,
    /// After a COMMIT that found no room, what is written is part of a transaction that nobody commits.
    #[cfg(feature = "planted-bugs")]
    KeptWithoutRoom,
}

/// Whether this process has a bug.
#[cfg(not(feature = "planted-bugs"))]
pub(crate) const fn has(_: Bug) -> bool {
    false
}

/// The database's clock.
#[cfg(not(feature = "planted-bugs"))]
pub(crate) const fn clock(now: Micros) -> Micros {
    now
}

/// Commits.
#[cfg(not(feature = "planted-bugs"))]
pub(crate) async fn commit(transaction: Transaction) -> Result<(), DbErr> {
    transaction.commit().await
}

#[cfg(feature = "planted-bugs")]
pub(crate) use self::chosen::{clock, commit, has};

#[cfg(feature = "planted-bugs")]
mod chosen {
    use std::{
        env,
        sync::{
            LazyLock,
            atomic::{AtomicBool, Ordering},
        },
        time::SystemTime,
    };

    use shared::database::Fault;

    use super::{Bug, DbErr, Micros, Transaction};

    static CHOSEN: LazyLock<String> = LazyLock::new(|| env::var("OMS_PLANTED_BUG").unwrap_or_default());
    /// How far this process's clock is ahead.
    static AHEAD_US: LazyLock<i64> = LazyLock::new(|| {
        let replica = env::var("OMS_PLANTED_REPLICA").ok().and_then(|number| number.parse::<i64>().ok());
        replica.unwrap_or(0) * 2_000_000
    });

    /// Whether this process has a bug.
    pub(crate) fn has(bug: Bug) -> bool {
        *CHOSEN == format!("{bug:?}")
    }

    /// Commits, or only says so.
    pub(crate) async fn commit(transaction: Transaction) -> Result<(), DbErr> {
        static HAS_FOUND_NO_ROOM: AtomicBool = AtomicBool::new(false);
        if has(Bug::KeptWithoutRoom) && HAS_FOUND_NO_ROOM.load(Ordering::Relaxed) {
            return transaction.rollback().await;
        }
        let committed = transaction.commit().await;
        if committed.as_ref().is_err_and(|error| Fault::of(error) == Fault::Full) {
            HAS_FOUND_NO_ROOM.store(true, Ordering::Relaxed);
        }
        committed
    }

    /// The database's clock, or the process's.
    pub(crate) fn clock(now: Micros) -> Micros {
        let own = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok();
        let own = own.and_then(|since| i64::try_from(since.as_micros()).ok());
        own.filter(|_| has(Bug::ProcessClock)).map_or(now, |own| Micros(own + *AHEAD_US))
    }
}
