//! The gRPC services: requests in, one operation, answers out.

mod isku;
mod read;
mod reservation;
mod status;
mod stock;
mod watch;
mod write;

use tonic::Status;

use crate::{domain::Answer, inventory::Inventory};

/// All services of inventory-svc.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    inventory: Inventory,
}

impl Api {
    /// Serves an inventory.
    pub(crate) fn new(inventory: Inventory) -> Self {
        Self { inventory }
    }
}

/// An answer of another kind than the request: a defect of ours.
fn unexpected(answer: &Answer) -> Status {
    shared::refusal::Refusal::internal(answer).into()
}
