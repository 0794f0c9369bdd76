//! TraceOrder.

use shared::{
    database,
    identity::{Merchant, OrderKey},
};

use super::{Inventory, list_movements::cut};
use crate::{
    domain::{
        self,
        movement::Movement,
        reservation::{OrderRef, Reservation},
    },
    storage::{
        self,
        movement::{self, Cursor, Direction, Filter},
        reservation,
    },
};

/// What became of an order.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub(crate) reservation: Reservation,
    /// A page of what it caused, the oldest first.
    pub(crate) movements: Vec<Movement>,
    /// The place that the next page goes on after.
    pub(crate) next: Option<Cursor>,
}

impl Inventory {
    /// The reservation of an order as it is now, and a page of the movements that it caused.
    pub(crate) async fn trace_order(
        &self,
        merchant: &Merchant,
        order: &OrderKey,
        after: Option<Cursor>,
        page_size: u64,
    ) -> Result<Trace, storage::Error> {
        let snapshot = self.database.snapshot().await?;
        let ids = reservation::ids_of_orders(&snapshot, merchant, &[OrderRef::from(order)]).await?;
        let found = reservation::by_ids(&snapshot, merchant, &ids).await?.pop_first();
        let (id, reservation) = found.ok_or(domain::Error::ReservationNotFound)?;
        let filter = Filter { reservation_id: Some(id), ..Filter::default() };
        let limit = page_size.saturating_add(1);
        let mut movements = movement::list(&snapshot, merchant, &filter, Direction::OldestFirst, after, limit).await?;
        let next = cut(&mut movements, page_size).map(Cursor::of);
        let reservation = reservation.at(database::now(&snapshot).await?);
        Ok(Trace { reservation, movements, next })
    }
}
