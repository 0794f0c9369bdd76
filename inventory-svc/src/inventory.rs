//! What the service does: one file a verb, one operation a transaction.

mod apply;
mod ensure_iskus;
mod get_isku;
mod get_reservation;
mod get_stock;
mod list_iskus;
mod list_movements;
mod resolve_iskus;
mod search_iskus;
mod trace_order;
mod verify_stock;

use std::sync::Arc;

use shared::{
    database::{Database, Engine},
    identity::RequestId,
};
use tokio::sync::Semaphore;

pub(crate) use self::{
    list_movements::MovementQuery,
    resolve_iskus::{Naming, Resolved},
    search_iskus::{Found, Reason},
    verify_stock::{NamedFault, Verified},
};
use crate::domain::Action;
pub(crate) use crate::storage::{
    Error,
    isku::{Archived, Completeness, Filter},
    movement::{Cursor, Period},
};

/// The inventory of all merchants.
#[derive(Clone, Debug)]
pub(crate) struct Inventory {
    database: Database,
    /// A place in the queue of writers; who waits here takes no connection from those who read.
    writers: Arc<Semaphore>,
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
    pub(crate) fn new(database: Database) -> Self {
        let writers = Arc::new(Semaphore::new(writers_max(database.engine())));
        Self { database, writers }
    }
}
