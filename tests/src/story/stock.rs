//! Stock: received, looked at, traced.

use proto::inventory::v1::{
    AdjustLine, AdjustStockRequest, AdjustStockResponse, AdjustmentReason, BatchGetStockRequest, CountLine,
    CountStockRequest, CountStockResponse, GetStockRequest, IskuStock, ItemQuantity, ListMovementsRequest, Movement,
    ReceiveLine, ReceiveStockRequest, ReceiveStockResponse, ReturnStockRequest, ReturnStockResponse, TraceOrderRequest,
    TraceOrderResponse, TransferLine, TransferStockRequest, TransferStockResponse, return_stock_request,
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

    /// Finds more or fewer units at a location than the books say.
    pub async fn adjust(&self, code: &str, location: &str, delta: i64) -> Result<AdjustStockResponse, Status> {
        self.correct(adjustment(code, location, delta)).await
    }

    /// Adjusts as the request says.
    pub async fn correct(&self, request: AdjustStockRequest) -> Result<AdjustStockResponse, Status> {
        Ok(self.stock.clone().adjust_stock(request).await?.into_inner())
    }

    /// Counts units at the location `default`.
    pub async fn count(&self, counted: &[(&str, i64)]) -> Result<CountStockResponse, Status> {
        self.take_stock(count_sheet(counted)).await
    }

    /// Counts as the request says.
    pub async fn take_stock(&self, request: CountStockRequest) -> Result<CountStockResponse, Status> {
        Ok(self.stock.clone().count_stock(request).await?.into_inner())
    }

    /// Moves units of an ISKU from one location to another.
    pub async fn transfer(
        &self,
        (from, to): (&str, &str),
        goods: &[(&str, i64)],
    ) -> Result<TransferStockResponse, Status> {
        let line = |(code, quantity): &(&str, i64)| TransferLine { isku_code: (*code).to_owned(), quantity: *quantity };
        let request = TransferStockRequest {
            request_id: request_id(),
            from_location: from.to_owned(),
            to_location: to.to_owned(),
            lines: goods.iter().map(line).collect(),
            document: "TO-1".to_owned(),
            note: String::new(),
        };
        Ok(self.stock.clone().transfer_stock(request).await?.into_inner())
    }

    /// Books shipped units of an order back in at a location; all that is out if none are named.
    pub async fn give_back(
        &self,
        order: &str,
        location: &str,
        units: &[(&str, i64)],
    ) -> Result<ReturnStockResponse, Status> {
        let item = |(csku, quantity): &(&str, i64)| ItemQuantity { csku: (*csku).to_owned(), quantity: *quantity };
        let request = ReturnStockRequest {
            request_id: request_id(),
            target: Some(return_stock_request::Target::Order(order_key(order))),
            items: units.iter().map(item).collect(),
            location: location.to_owned(),
            document: "RN-1".to_owned(),
            note: String::new(),
        };
        Ok(self.stock.clone().return_stock(request).await?.into_inner())
    }

    /// What there is of an ISKU at one location; nothing if it was never there.
    pub async fn level_at(&self, code: &str, location: &str) -> Level {
        let request = GetStockRequest { isku_code: code.to_owned() };
        let stock = self.stock.clone().get_stock(request).await.expect("an ISKU").into_inner().stock;
        let row = stock.into_iter().find(|row| row.location == location);
        row.map_or(Level::of(0, 0), |row| Level::of(row.on_hand, row.reserved))
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

/// A request that finds units gone, or there, at a location.
pub fn adjustment(code: &str, location: &str, delta: i64) -> AdjustStockRequest {
    let line = AdjustLine { isku_code: code.to_owned(), location: location.to_owned(), delta };
    let reason = if delta < 0 { AdjustmentReason::Lost } else { AdjustmentReason::Found };
    AdjustStockRequest { request_id: request_id(), lines: vec![line], reason: reason.into(), ..Default::default() }
}

/// A request with what was counted at the location `default`.
pub fn count_sheet(counted: &[(&str, i64)]) -> CountStockRequest {
    let line = |(code, counted): &(&str, i64)| CountLine {
        isku_code: (*code).to_owned(),
        counted: *counted,
        expected_sequence: None,
    };
    CountStockRequest { request_id: request_id(), lines: counted.iter().map(line).collect(), ..Default::default() }
}
