//! What an order did to stock, as messages.

use proto::inventory::v1 as wire;

use super::movement;
use crate::domain::movement::{Movement, told};

/// A ledger row with a sentence that tells it.
pub(in crate::grpc) fn traced(row: &Movement) -> wire::TracedMovement {
    wire::TracedMovement { movement: Some(movement(row)), summary: told(row) }
}
