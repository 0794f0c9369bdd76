//! Who listens to a completion: what it is told, and how it asks it to stop.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use tokio::sync::mpsc;

use crate::{catalogue::sync::view_sync::SyncView, storage::sync::item::Told};

/// What a completion tells.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// Items done, of all.
    Progress(i64, i64),
    /// What became of an item.
    Outcome(Told),
    /// The finished sync; last.
    Finished(Box<SyncView>),
}

/// Asks a completion to end before its next step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks it.
    pub(crate) fn set(&self) {
        self.0.store(true, Relaxed);
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Relaxed)
    }
}

/// Who is told, and who may ask it to stop.
#[derive(Debug)]
pub(crate) struct Listener {
    /// Where what it tells goes.
    pub(crate) events: mpsc::Sender<Event>,
    /// Set when the service has to end.
    pub(crate) stop: Stop,
}

/// Tells how far a completion is; nobody may be listening any more.
pub(super) fn tell_progress(events: &mpsc::Sender<Event>, done: i64, total: i64) {
    let _ = events.try_send(Event::Progress(done, total));
}
