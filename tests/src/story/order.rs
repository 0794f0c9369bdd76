//! Orders from a channel.

use proto::catalogue::v1::{
    AllocateOrderRequest, AllocateOrderResponse, CancelOrderRequest, Order, OrderLine, order_line::Code,
};
use tonic::Status;

use super::Shop;
use crate::request_id;

impl Shop {
    /// Sells units of CSKUs under an order id.
    pub async fn sell(&self, order: &str, lines: &[(&str, i64)]) -> Result<AllocateOrderResponse, Status> {
        let line = |(csku, quantity): &(&str, i64)| OrderLine {
            code: Some(Code::Csku((*csku).to_owned())),
            quantity: *quantity,
        };
        self.allocate(order, lines.iter().map(line).collect()).await
    }

    /// Allocates an order.
    pub async fn allocate(&self, order: &str, lines: Vec<OrderLine>) -> Result<AllocateOrderResponse, Status> {
        let request = AllocateOrderRequest {
            request_id: request_id(),
            account: Some(self.key.clone()),
            order_id: order.to_owned(),
            lines,
        };
        Ok(self.merchant.orders.clone().allocate_order(request).await?.into_inner())
    }

    /// Cancels an order.
    pub async fn cancel(&self, order: &str) -> Result<Order, Status> {
        let request = CancelOrderRequest {
            request_id: request_id(),
            account: Some(self.key.clone()),
            order_id: order.to_owned(),
            note: String::new(),
        };
        Ok(self.merchant.orders.clone().cancel_order(request).await?.into_inner().order.expect("an order"))
    }
}
