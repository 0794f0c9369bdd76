//! What the service does: one file a verb, one operation a transaction.

mod apply;
mod ensure_iskus;
mod get_isku;
mod get_reservation;
mod get_stock;
mod list_iskus;
mod list_movements;
mod resolve_iskus;
mod verify_stock;
mod watch_stock;

use std::sync::Arc;

use shared::{
    database::{Database, Engine},
    identity::RequestId,
};
use tokio::sync::Semaphore;

use self::watch_stock::Watches;
pub(crate) use self::{
    list_movements::MovementQuery,
    resolve_iskus::{Naming, Resolved},
    verify_stock::{NamedFault, Verified},
    watch_stock::{Progress, Step, StockWatch},
};
pub(crate) use crate::storage::{
    Error,
    isku::{Archived, Completeness, Filter},
    movement::Cursor,
};
use crate::{domain::Action, settings};

/// The inventory of all merchants.
#[derive(Clone, Debug)]
pub(crate) struct Inventory {
    database: Database,
    /// A place in the queue of writers; who waits here takes no connection from those who read.
    writers: Arc<Semaphore>,
    watches: Arc<Watches>,
}

/// Transactions that write at the same time: more only wait for each other's rows. SQLite has one writer.
fn writers_max(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 1,
        Engine::Postgres => 8,
    }
}

/// A mutation as its caller asks for it.
#[derive(Clone, Debug)]
pub(crate) struct Requested {
    pub(crate) request_id: RequestId,
    pub(crate) action: Action,
}

impl Inventory {
    /// The inventory that a database holds.
    pub(crate) fn new(database: Database, watch: &settings::Watch) -> Self {
        let writers = Arc::new(Semaphore::new(writers_max(database.engine())));
        let watches = Arc::new(Watches::new(database.clone(), watch));
        Self { database, writers, watches }
    }
}
