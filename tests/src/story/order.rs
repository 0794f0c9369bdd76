//! Orders from a channel.

use proto::catalogue::v1::{
    AllocateOrderRequest, AllocateOrderResponse, CancelOrderRequest, Order, OrderFill, OrderLine, order_line::Code,
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

    /// Allocates an order, all of it or nothing.
    pub async fn allocate(&self, order: &str, lines: Vec<OrderLine>) -> Result<AllocateOrderResponse, Status> {
        self.ask_to_allocate(self.allocation(order, lines)).await
    }

    /// Sells units of CSKUs under an order id, as many as there are.
    pub async fn sell_what_is_there(
        &self,
        order: &str,
        lines: &[(&str, i64)],
    ) -> Result<AllocateOrderResponse, Status> {
        let line = |(csku, quantity): &(&str, i64)| OrderLine {
            code: Some(Code::Csku((*csku).to_owned())),
            quantity: *quantity,
        };
        let request = self.allocation(order, lines.iter().map(line).collect());
        self.ask_to_allocate(AllocateOrderRequest { fill: OrderFill::Partial.into(), ..request }).await
    }

    /// The request of an order, all of it or nothing.
    pub fn allocation(&self, order: &str, lines: Vec<OrderLine>) -> AllocateOrderRequest {
        AllocateOrderRequest {
            request_id: request_id(),
            account: Some(self.key.clone()),
            order_id: order.to_owned(),
            lines,
            fill: OrderFill::Unspecified.into(),
        }
    }

    /// Sends a request of an order.
    pub async fn ask_to_allocate(&self, request: AllocateOrderRequest) -> Result<AllocateOrderResponse, Status> {
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
