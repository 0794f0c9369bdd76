//! StockService.

use proto::inventory::v1::{
    BatchGetStockRequest, BatchGetStockResponse, GetStockRequest, GetStockResponse, ListMovementsRequest,
    ListMovementsResponse, ReceiveStockRequest, ReceiveStockResponse, TraceOrderRequest, TraceOrderResponse,
    VerifyStockRequest, VerifyStockResponse, stock_service_server::StockService,
};
use shared::{
    caller::Caller,
    page_token,
    refusal::{Fields, Refusal},
};
use tonic::{Request, Response, Status};

use super::{Api, read, status, unexpected, write};
use crate::{
    domain::{
        Action, Answer, Answered,
        command::{Given, Receipt, ReceiptLine},
    },
    inventory::{Cursor, Requested},
};

const LINES_MAX: usize = 500;
const DOCUMENT_MAX: usize = 128;
const NOTE_MAX: usize = 512;

#[tonic::async_trait]
impl StockService for Api {
    async fn receive_stock(
        &self,
        request: Request<ReceiveStockRequest>,
    ) -> Result<Response<ReceiveStockResponse>, Status> {
        let caller = Caller::of(&request)?;
        let requested = receive(request.get_ref())?;
        let Answered { answer, given } = self.inventory.apply(&caller, requested).await.map_err(status::of)?;
        let Answer::Received(movements) = &answer else { return Err(unexpected(&answer)) };
        let movements = movements.iter().map(write::movement).collect();
        Ok(Response::new(ReceiveStockResponse { movements, replayed: given == Given::Before }))
    }

    async fn get_stock(&self, request: Request<GetStockRequest>) -> Result<Response<GetStockResponse>, Status> {
        let caller = Caller::of(&request)?;
        let mut fields = Fields::default();
        let code = read::code(&mut fields, "isku_code", &request.get_ref().isku_code);
        let code = read::done(fields, code)?;
        let stock = self.inventory.get_stock(&caller.merchant, &code).await.map_err(status::of)?;
        let [total_on_hand, total_reserved, total_available] = write::totals(&stock);
        let stock = stock.iter().map(write::stock).collect();
        Ok(Response::new(GetStockResponse { stock, total_on_hand, total_reserved, total_available }))
    }

    async fn batch_get_stock(
        &self,
        request: Request<BatchGetStockRequest>,
    ) -> Result<Response<BatchGetStockResponse>, Status> {
        let caller = Caller::of(&request)?;
        let asked = read::codes("isku_codes", request.into_inner().isku_codes)?;
        let codes = asked.iter().filter_map(|(_, code)| code.clone().ok()).collect();
        let resolved = self.inventory.resolve_iskus(&caller.merchant, &codes).await.map_err(status::of)?;
        let result = |(text, code): read::AskedCode| write::isku_stock(text, code, &resolved);
        Ok(Response::new(BatchGetStockResponse { results: asked.into_iter().map(result).collect() }))
    }

    async fn list_movements(
        &self,
        request: Request<ListMovementsRequest>,
    ) -> Result<Response<ListMovementsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let (query, size) = read::movement_query(&request)?;
        let order = query.order.as_ref();
        let arguments = (
            ("ListMovements", caller.merchant.as_str(), request.page_size),
            (&query.isku_code, &query.location, &query.csku, &query.document),
            (order, query.reservation_id, query.during.start, query.during.end),
        );
        let before: Option<Cursor> = page_token::decode(&request.page_token, &arguments)?;
        let page = self.inventory.list_movements(&caller.merchant, &query, before, size).await;
        let (movements, next) = page.map_err(status::of)?;
        let next_page_token = next.map(|cursor| page_token::encode(&arguments, &cursor)).unwrap_or_default();
        let movements = movements.iter().map(write::movement).collect();
        Ok(Response::new(ListMovementsResponse { movements, next_page_token }))
    }

    async fn trace_order(&self, request: Request<TraceOrderRequest>) -> Result<Response<TraceOrderResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let size = fields.take("page_size", page_token::size(request.page_size));
        let order = read::required(&mut fields, "order", request.order.as_ref());
        let order = order.and_then(|key| read::order(&mut fields, "order", key));
        let (order, size) = read::done(fields, order.zip(size))?;
        let arguments = ("TraceOrder", caller.merchant.as_str(), request.page_size, &order);
        let after: Option<Cursor> = page_token::decode(&request.page_token, &arguments)?;
        let trace = self.inventory.trace_order(&caller.merchant, &order, after, size).await.map_err(status::of)?;
        let next_page_token = trace.next.map(|cursor| page_token::encode(&arguments, &cursor)).unwrap_or_default();
        Ok(Response::new(TraceOrderResponse {
            reservation: Some(write::reservation(&trace.reservation)),
            movements: trace.movements.iter().map(write::traced).collect(),
            next_page_token,
        }))
    }

    async fn verify_stock(
        &self,
        request: Request<VerifyStockRequest>,
    ) -> Result<Response<VerifyStockResponse>, Status> {
        let caller = Caller::of(&request)?;
        let verified = self.inventory.verify_stock(&caller.merchant).await;
        let verified = verified.map_err(|error| status::of(error.into()))?;
        Ok(Response::new(write::verified(&verified)))
    }
}

fn receive(request: &ReceiveStockRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = read::request_id(&mut fields, &request.request_id);
    read::count(&mut fields, "lines", request.lines.len(), 1, LINES_MAX);
    let mut lines = vec![];
    for (n, line) in request.lines.iter().take(LINES_MAX).enumerate() {
        let isku_code = read::code(&mut fields, &format!("lines[{n}].isku_code"), &line.isku_code);
        let location = read::location(&mut fields, &format!("lines[{n}].location"), &line.location);
        let quantity = format!("lines[{n}].quantity");
        let quantity = read::number(&mut fields, &quantity, line.quantity, 1, read::UNITS_MAX);
        if let (Some(isku_code), Some(location), Some(quantity)) = (isku_code, location, quantity) {
            lines.push(ReceiptLine { isku_code, location, quantity });
        }
    }
    let document = read::text(&mut fields, "document", &request.document, DOCUMENT_MAX);
    let note = read::text(&mut fields, "note", &request.note, NOTE_MAX);
    let receipt = document.zip(note).map(|(document, note)| Receipt { lines, document, note });
    let requested =
        request_id.zip(receipt).map(|(request_id, receipt)| Requested { request_id, action: Action::Receive(receipt) });
    read::done(fields, requested)
}
