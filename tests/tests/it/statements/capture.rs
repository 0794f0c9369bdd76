//! What the services of this thread send to their databases.

use std::{
    collections::BTreeSet,
    fmt::Debug,
    sync::{Arc, LazyLock, Mutex},
};

use tracing::{
    Dispatch, Event, Subscriber,
    field::{Field, Visit},
    subscriber::NoSubscriber,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

/// Where there is one subscriber, whichever thread first meets an event decides for all whether it is wanted; where there are two, both are
/// asked. This is the other one.
static OTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// The texts of statements, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Captured(Arc<Mutex<BTreeSet<String>>>);

impl Captured {
    /// What was captured so far.
    pub(super) fn taken(&self) -> BTreeSet<String> {
        self.0.lock().expect("whole").clone()
    }

    /// Begins anew.
    pub(super) fn forget(&self) {
        self.0.lock().expect("whole").clear();
    }
}

impl<S: Subscriber> Layer<S> for Captured {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "oms::statement" {
            event.record(&mut Text(self));
        }
    }
}

struct Text<'a>(&'a Captured);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "sql" {
            self.0.0.lock().expect("whole").insert(format!("{value:?}"));
        }
    }
}

/// Runs a claim with all of its tasks on this thread.
pub(super) fn on_this_thread<F: Future<Output = ()>>(claim: impl FnOnce(Captured) -> F) {
    LazyLock::force(&OTHER);
    let captured = Captured::default();
    let subscriber = tracing_subscriber::registry().with(captured.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    tracing::subscriber::with_default(subscriber, || runtime.block_on(claim(captured)));
}
