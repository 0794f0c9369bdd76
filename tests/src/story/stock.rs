//! Stock: received, looked at, traced.

use proto::inventory::v1::{
    BatchGetStockRequest, GetStockRequest, IskuStock, ListMovementsRequest, Movement, ReceiveLine, ReceiveStockRequest,
    ReceiveStockResponse, TraceOrderRequest, TraceOrderResponse,
};
use tonic::Status;

use super::order_key;
use crate::{Merchant, request_id};

/// Quantities of one ISKU at all locations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Units physically there.
    pub on_hand: i64,
    /// Units promised to orders.
    pub reserved: i64,
    /// Units that can be promised.
    pub available: i64,
}

impl Merchant {
    /// Receives goods: ISKU codes with quantities, at the location `default`.
    pub async fn receive(&self, goods: &[(&str, i64)]) -> Result<ReceiveStockResponse, Status> {
        let line = |(code, quantity): &(&str, i64)| ReceiveLine {
            isku_code: (*code).to_owned(),
            location: String::new(),
            quantity: *quantity,
        };
        let lines = goods.iter().map(line).collect();
        self.book(ReceiveStockRequest { request_id: request_id(), lines, ..Default::default() }).await
    }

    /// Receives goods as the request says.
    pub async fn book(&self, request: ReceiveStockRequest) -> Result<ReceiveStockResponse, Status> {
        Ok(self.stock.clone().receive_stock(request).await?.into_inner())
    }

    /// What there is of an ISKU.
    pub async fn level(&self, code: &str) -> Level {
        let request = GetStockRequest { isku_code: code.to_owned() };
        let stock = self.stock.clone().get_stock(request).await.expect("an ISKU").into_inner();
        Level { on_hand: stock.total_on_hand, reserved: stock.total_reserved, available: stock.total_available }
    }

    /// What there is of many ISKUs.
    pub async fn levels(&self, codes: &[&str]) -> Result<Vec<IskuStock>, Status> {
        let request = BatchGetStockRequest { isku_codes: codes.iter().map(|code| (*code).to_owned()).collect() };
        Ok(self.stock.clone().batch_get_stock(request).await?.into_inner().results)
    }

    /// What became of an order, page by page.
    pub async fn trace(&self, order: &str, page_size: i32) -> Result<TraceOrderResponse, Status> {
        let mut request = TraceOrderRequest { order: Some(order_key(order)), page_size, ..Default::default() };
        let mut trace = TraceOrderResponse::default();
        loop {
            let page = self.stock.clone().trace_order(request.clone()).await?.into_inner();
            trace.movements.extend(page.movements);
            trace.reservation = page.reservation;
            if page.next_page_token.is_empty() {
                return Ok(trace);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// The ledger rows that a filter leaves, page by page, the newest first.
    pub async fn movements(&self, mut filter: ListMovementsRequest) -> Result<Vec<Movement>, Status> {
        let mut movements = Vec::new();
        loop {
            let page = self.stock.clone().list_movements(filter.clone()).await?.into_inner();
            movements.extend(page.movements);
            if page.next_page_token.is_empty() {
                return Ok(movements);
            }
            filter.page_token = page.next_page_token;
        }
    }
}

impl Level {
    /// Units on hand, of which some are promised.
    pub fn of(on_hand: i64, reserved: i64) -> Self {
        Self { on_hand, reserved, available: on_hand - reserved }
    }
}
