//! StockService.

use proto::inventory::v1::{
    GetStockRequest, GetStockResponse, ListMovementsRequest, ListMovementsResponse, ReceiveStockRequest,
    ReceiveStockResponse, VerifyStockRequest, VerifyStockResponse, WatchStockRequest, WatchStockResponse,
    stock_service_server::StockService,
};
use shared::{
    caller::Caller,
    page_token,
    refusal::{Fields, Refusal},
    server::Answers,
};
use tonic::{Request, Response, Status};

use super::{Api, read, status, unexpected, watch, write};
use crate::{
    domain::{
        Action, Answer, Answered,
        command::{Given, Receipt, ReceiptLine},
        location::Selling,
        stock::Stock,
    },
    inventory::{Cursor, MovementQuery, Requested},
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
        let total = |of: fn(&Stock) -> i64| stock.iter().map(of).fold(0, i64::saturating_add);
        let sellable = |row: &Stock| if row.selling == Selling::Sellable { row.available() } else { 0 };
        Ok(Response::new(GetStockResponse {
            total_on_hand: total(|row| row.on_hand),
            total_reserved: total(|row| row.reserved),
            total_available: total(sellable),
            stock: stock.iter().map(write::stock).collect(),
        }))
    }

    async fn list_movements(
        &self,
        request: Request<ListMovementsRequest>,
    ) -> Result<Response<ListMovementsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let (query, size) = movement_query(&request)?;
        let order = query.order.as_ref();
        let arguments = (
            ("ListMovements", caller.merchant.as_str(), request.page_size),
            (&query.isku_code, &query.location, &query.csku, &query.document),
            (order, query.reservation_id),
        );
        let before: Option<Cursor> = page_token::decode(&request.page_token, &arguments)?;
        let page = self.inventory.list_movements(&caller.merchant, &query, before, size).await;
        let (movements, next) = page.map_err(status::of)?;
        let next_page_token = next.map(|cursor| page_token::encode(&arguments, &cursor)).unwrap_or_default();
        let movements = movements.iter().map(write::movement).collect();
        Ok(Response::new(ListMovementsResponse { movements, next_page_token }))
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

    type WatchStockStream = Answers<WatchStockResponse>;

    async fn watch_stock(
        &self,
        request: Request<WatchStockRequest>,
    ) -> Result<Response<Self::WatchStockStream>, Status> {
        watch::stock(self, request).await.map(Response::new)
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

fn movement_query(request: &ListMovementsRequest) -> Result<(MovementQuery, u64), Refusal> {
    let mut fields = Fields::default();
    let size = fields.take("page_size", page_token::size(request.page_size));
    let isku_code = read::opt_code(&mut fields, "isku_code", &request.isku_code).flatten();
    let location = read::opt_code(&mut fields, "location", &request.location).flatten();
    let csku = read::opt_code(&mut fields, "csku", &request.csku).flatten();
    let document = read::text(&mut fields, "document", &request.document, DOCUMENT_MAX).flatten();
    let order = request.order.as_ref().and_then(|key| read::order(&mut fields, "order", key));
    let reservation_id = match request.reservation_id.as_str() {
        "" => None,
        text => read::reservation_id(&mut fields, "reservation_id", text),
    };
    let query = MovementQuery { isku_code, location, order, reservation_id, csku, document };
    let MovementQuery { isku_code, location, order, reservation_id, csku, document } = &query;
    let texts = [isku_code.is_some(), location.is_some(), csku.is_some(), document.is_some()];
    let any = texts.contains(&true) || order.is_some() || reservation_id.is_some();
    if !any && fields.is_empty() {
        for field in ["isku_code", "location", "order", "reservation_id", "csku", "document"] {
            fields.add(field, "give at least one of the filters");
        }
    }
    read::done(fields, size.map(|size| (query, size)))
}
