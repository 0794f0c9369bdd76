//! The gRPC services: requests in, one operation, answers out.

mod isku;
mod location;
mod read;
mod reservation;
mod status;
mod stock;
mod token;
mod watch;
mod write;

use shared::{caller::Caller, refusal::Refusal};
use tonic::{Request, Status};

use crate::{
    domain::{Answer, Answered, answer::Given},
    inventory::{Inventory, Requested},
};

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

    /// Does what a mutation asks for; also tells whether an earlier call got this answer.
    async fn apply<R>(
        &self,
        request: &Request<R>,
        read: impl FnOnce(&R) -> Result<Requested, Refusal>,
    ) -> Result<(Answer, bool), Status> {
        let caller = Caller::of(request)?;
        let requested = read(request.get_ref())?;
        let Answered { answer, given } = self.inventory.apply(&caller, requested).await.map_err(status::of)?;
        Ok((answer, given == Given::Before))
    }
}

/// An answer of another kind than the request: a defect of ours.
fn unexpected(answer: &Answer) -> Status {
    Refusal::internal(answer).into()
}
