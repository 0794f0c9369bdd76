//! GetReservation.

use shared::{database, identity::Merchant};

use super::Inventory;
use crate::{
    domain::{
        self,
        command::Target,
        reservation::{OrderRef, Reservation},
    },
    storage::{self, reservation},
};

impl Inventory {
    /// A reservation by its id or its order, as it is now: what is due is released.
    pub(crate) async fn get_reservation(
        &self,
        merchant: &Merchant,
        target: &Target,
    ) -> Result<Reservation, storage::Error> {
        let snapshot = self.database.snapshot().await?;
        let ids = match target {
            Target::Id(id) => vec![*id],
            Target::Order(key) => reservation::ids_of_orders(&snapshot, merchant, &[OrderRef::from(key)]).await?,
        };
        let mut found = reservation::by_ids(&snapshot, merchant, &ids).await?;
        let (_, found) = found.pop_first().ok_or(domain::Error::ReservationNotFound)?;
        Ok(found.at(database::now(&snapshot).await?))
    }
}
