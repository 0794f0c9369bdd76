//! StockService.

use proto::inventory::v1::{
    AdjustStockRequest, AdjustStockResponse, CountStockRequest, CountStockResponse, GetStockRequest, GetStockResponse,
    ListMovementsRequest, ListMovementsResponse, ReceiveStockRequest, ReceiveStockResponse, ReturnStockRequest,
    ReturnStockResponse, TransferStockRequest, TransferStockResponse, VerifyStockRequest, VerifyStockResponse,
    stock_service_server::StockService,
};
use shared::{
    caller::Caller,
    page_token,
    refusal::{Fields, Refusal},
};
use tonic::{Request, Response, Status};

use super::{Api, read, status, unexpected, write};
use crate::{
    domain::{Answer, answer::Corrected, location::Selling, stock::Stock},
    inventory::{Cursor, MovementQuery},
};

#[tonic::async_trait]
impl StockService for Api {
    async fn receive_stock(
        &self,
        request: Request<ReceiveStockRequest>,
    ) -> Result<Response<ReceiveStockResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::receive).await?;
        let Answer::Received(movements) = &answer else { return Err(unexpected(&answer)) };
        Ok(Response::new(ReceiveStockResponse { movements: write::movements(movements), replayed }))
    }

    async fn adjust_stock(
        &self,
        request: Request<AdjustStockRequest>,
    ) -> Result<Response<AdjustStockResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::adjust).await?;
        let Answer::Corrected(Corrected { movements, stock, released }) = &answer else {
            return Err(unexpected(&answer));
        };
        Ok(Response::new(AdjustStockResponse {
            movements: write::movements(movements),
            stock: stock.iter().map(write::stock).collect(),
            released: released.iter().map(write::reservation).collect(),
            replayed,
        }))
    }

    async fn count_stock(&self, request: Request<CountStockRequest>) -> Result<Response<CountStockResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::count_stock).await?;
        let Answer::Corrected(Corrected { movements, stock, released }) = &answer else {
            return Err(unexpected(&answer));
        };
        Ok(Response::new(CountStockResponse {
            movements: write::movements(movements),
            stock: stock.iter().map(write::stock).collect(),
            released: released.iter().map(write::reservation).collect(),
            replayed,
        }))
    }

    async fn transfer_stock(
        &self,
        request: Request<TransferStockRequest>,
    ) -> Result<Response<TransferStockResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::transfer).await?;
        let Answer::Transferred(movements) = &answer else { return Err(unexpected(&answer)) };
        Ok(Response::new(TransferStockResponse { movements: write::movements(movements), replayed }))
    }

    async fn return_stock(
        &self,
        request: Request<ReturnStockRequest>,
    ) -> Result<Response<ReturnStockResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::return_stock).await?;
        let Answer::Returned { reservation, movements } = &answer else { return Err(unexpected(&answer)) };
        let reservation = Some(write::reservation(reservation));
        Ok(Response::new(ReturnStockResponse { reservation, movements: write::movements(movements), replayed }))
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
        Ok(Response::new(ListMovementsResponse { movements: write::movements(&movements), next_page_token }))
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

fn movement_query(request: &ListMovementsRequest) -> Result<(MovementQuery, u64), Refusal> {
    let mut fields = Fields::default();
    let size = fields.take("page_size", page_token::size(request.page_size));
    let isku_code = read::opt_code(&mut fields, "isku_code", &request.isku_code).flatten();
    let location = read::opt_code(&mut fields, "location", &request.location).flatten();
    let csku = read::opt_code(&mut fields, "csku", &request.csku).flatten();
    let document = read::text(&mut fields, "document", &request.document, read::DOCUMENT_MAX).flatten();
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
