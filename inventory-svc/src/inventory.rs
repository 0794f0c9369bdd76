//! What the service does: one file a verb, one operation a transaction.

mod apply;
mod ensure_iskus;
mod get_isku;
mod get_reservation;
mod get_stock;
mod list_iskus;
mod list_movements;
mod resolve_iskus;
mod sweep_requests;
mod verify_stock;

use shared::{database::Database, identity::RequestId};

pub(crate) use self::{
    list_movements::MovementQuery,
    resolve_iskus::{Naming, Resolved},
    verify_stock::{NamedFault, Verified},
};
use crate::domain::Action;
pub(crate) use crate::storage::{
    Error,
    isku::{Archived, Completeness, Filter},
    movement::Cursor,
};

/// The inventory of all merchants.
#[derive(Clone, Debug)]
pub(crate) struct Inventory {
    database: Database,
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
        Self { database }
    }
}
