//! Gives back everything that an order still holds.

use shared::{
    caller::Caller,
    identity::{OrderId, OrderKey, RequestId},
};

use crate::catalogue::{Catalogue, Error, find, request::derived};
use crate::domain::{account::AccountKey, order::Order};

/// An order to cancel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelOrder {
    /// The account that sold.
    pub account: AccountKey,
    /// The channel's number.
    pub order_id: OrderId,
    /// Why.
    pub note: String,
}

impl Catalogue {
    /// Cancels an order; one that is cancelled already is answered as it is.
    pub async fn cancel_order(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &CancelOrder,
    ) -> Result<Order, Error> {
        let snapshot = self.database.snapshot().await?;
        let account = find::account(&snapshot, &caller.merchant, &command.account).await?;
        snapshot.rollback().await?;
        let key = OrderKey {
            channel: account.key.channel,
            seller_id: account.key.seller_id,
            order_id: command.order_id.clone(),
        };
        let derived = derived("cancel", request_id)?;
        Ok(self.inventory.release(&caller.merchant, &derived, &key, &command.note).await?)
    }
}
