//! Mappings, and what orders hold of them.

use shared::stored_struct;
use uuid::Uuid;

use super::words::{OrderState, Rest, Source};
use crate::domain::{mapping, open_reservation};

stored_struct! {
    /// Units of an ISKU, as somebody names it.
    Named = mapping::Named { isku_code: String, quantity: i64 }

    /// Units of an ISKU.
    Component = mapping::Component { isku_code: String, isku_id: Option<i64>, quantity: i64 }

    /// What a listing sells.
    Mapping = mapping::Mapping {
        revision: i64,
        source: Source,
        components: Vec<Component>,
        actor: String,
        note: String,
        create_time: i64,
    }

    /// Units of a listing that one order holds.
    OpenReservation = open_reservation::OpenReservation {
        reservation_id: Uuid,
        order_id: String,
        state: OrderState,
        csku: String,
        held: i64,
        mapping_revision: i64,
        components: Vec<Named>,
        expire_time: Option<i64>,
    }

    /// The newest of them.
    #[derive(Default)]
    OpenReservations = open_reservation::OpenReservations { shown: Vec<OpenReservation>, rest: Rest }
}
