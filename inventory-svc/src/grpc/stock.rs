//! StockService.

use proto::inventory::v1::{
    AdjustStockRequest, AdjustStockResponse, BatchGetStockRequest, BatchGetStockResponse, CountStockRequest,
    CountStockResponse, GetStockRequest, GetStockResponse, ListMovementsRequest, ListMovementsResponse,
    ReceiveStockRequest, ReceiveStockResponse, ReturnStockRequest, ReturnStockResponse, TraceOrderRequest,
    TraceOrderResponse, TransferStockRequest, TransferStockResponse, VerifyStockRequest, VerifyStockResponse,
    WatchStockRequest, WatchStockResponse, stock_service_server::StockService,
};
use shared::{caller::Caller, page_token, refusal::Fields, server::Answers};
use tonic::{Request, Response, Status};

use super::{Api, read, status, token, unexpected, watch, write};
use crate::domain::{Answer, answer::Corrected, isku::Counting};

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
        let (stock, counting) = self.inventory.get_stock(&caller.merchant, &code).await.map_err(status::of)?;
        let [total_on_hand, total_reserved, total_available] = write::totals(&stock);
        let (stock, uncounted) = (stock.iter().map(write::stock).collect(), counting == Counting::Uncounted);
        Ok(Response::new(GetStockResponse { stock, total_on_hand, total_reserved, total_available, uncounted }))
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
        let order = query.order.as_ref().map(token::order);
        let arguments = (
            ("ListMovements", caller.merchant.as_str(), request.page_size),
            (&query.isku_code, &query.location, &query.csku, &query.document),
            (&order, query.reservation_id, query.during.start, query.during.end),
        );
        let before = token::read::<token::Place, _>(&request.page_token, &arguments)?;
        let page = self.inventory.list_movements(&caller.merchant, &query, before, size).await;
        let (movements, next) = page.map_err(status::of)?;
        let next_page_token = next.map(|place| token::write::<token::Place, _>(&arguments, &place)).unwrap_or_default();
        Ok(Response::new(ListMovementsResponse { movements: write::movements(&movements), next_page_token }))
    }

    async fn trace_order(&self, request: Request<TraceOrderRequest>) -> Result<Response<TraceOrderResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let size = fields.take("page_size", page_token::size(request.page_size));
        let order = read::required(&mut fields, "order", request.order.as_ref());
        let order = order.and_then(|key| read::order(&mut fields, "order", key));
        let (order, size) = read::done(fields, order.zip(size))?;
        let arguments = ("TraceOrder", caller.merchant.as_str(), request.page_size, token::order(&order));
        let after = token::read::<token::Place, _>(&request.page_token, &arguments)?;
        let trace = self.inventory.trace_order(&caller.merchant, &order, after, size).await.map_err(status::of)?;
        let next_page_token =
            trace.next.map(|place| token::write::<token::Place, _>(&arguments, &place)).unwrap_or_default();
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

    type WatchStockStream = Answers<WatchStockResponse>;

    async fn watch_stock(
        &self,
        request: Request<WatchStockRequest>,
    ) -> Result<Response<Self::WatchStockStream>, Status> {
        watch::stock(self, request).await.map(Response::new)
    }
}
