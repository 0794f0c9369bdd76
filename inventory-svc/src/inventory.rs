//! What the service does: one file a verb, one operation a transaction.

mod apply;
mod commit;
mod ensure_iskus;
mod expire;
mod get_isku;
mod get_reservation;
mod get_stock;
mod list_iskus;
mod list_locations;
mod list_movements;
mod list_reservations;
mod near_keys;
mod resolve_iskus;
mod search_iskus;
mod trace_order;
mod verify_stock;
mod watch_stock;

use std::sync::Arc;

use shared::{database::Database, identity::RequestId};

use self::{commit::Queue, watch_stock::Watches};
pub(crate) use self::{
    list_movements::MovementQuery,
    list_reservations::{Fulfilment, ReservationQuery},
    resolve_iskus::Resolved,
    search_iskus::{Found, Reason},
    verify_stock::{NamedFault, Verified},
    watch_stock::{Progress, Step, StockWatch},
};
pub(crate) use crate::domain::isku::Naming;
pub(crate) use crate::storage::{
    Error,
    isku::{Archived, Completeness, Filter},
    movement::{Cursor, Period},
};
use crate::{domain::Action, settings::Settings};

/// The inventory of all merchants.
#[derive(Clone, Debug)]
pub(crate) struct Inventory {
    database: Database,
    queue: Queue,
    watches: Arc<Watches>,
}

/// A mutation as its caller asks for it.
#[derive(Clone, Debug)]
pub(crate) struct Requested {
    pub(crate) request_id: RequestId,
    pub(crate) action: Action,
}

impl Inventory {
    /// The inventory that a database holds.
    pub(crate) fn new(database: Database, settings: &Settings) -> Self {
        let watches = Arc::new(Watches::new(database.clone(), &settings.watch));
        let queue = Queue::start(database.clone(), &settings.stock, Arc::clone(&watches));
        Self { database, queue, watches }
    }
}
