//! A running inventory-svc, called like any client calls it.

use proto::inventory::v1::{
    CountStockRequest, CountStockResponse, EnsureIskuItem, EnsureIskusRequest, EnsuredIsku, ResolveIskusRequest,
    ResolvedIsku, isku_service_client::IskuServiceClient, stock_service_client::StockServiceClient,
};
use shared::auth::MERCHANT_HEADER;
use shared::client::Upstream;
use shared::identity::Merchant;
use tonic::{Request, Status};

/// A running inventory-svc, and for whom to call it.
#[derive(Debug)]
pub(crate) struct Service {
    upstream: Upstream,
    merchant: Option<Merchant>,
}

impl Service {
    /// `merchant` is named in each call only if given; a credential may imply it.
    pub(crate) fn new(upstream: Upstream, merchant: Option<Merchant>) -> Self {
        Self { upstream, merchant }
    }

    pub(crate) async fn resolve(&self, codes: Vec<String>) -> Result<Vec<ResolvedIsku>, Status> {
        let answer =
            self.upstream.call(|channel| {
                let request = self.request(ResolveIskusRequest { codes: codes.clone() });
                async move {
                    IskuServiceClient::new(channel).max_decoding_message_size(usize::MAX).resolve_iskus(request).await
                }
            });
        Ok(answer.await?.results)
    }

    pub(crate) async fn ensure(&self, items: Vec<EnsureIskuItem>) -> Result<Vec<EnsuredIsku>, Status> {
        let answer =
            self.upstream.call(|channel| {
                let request = self.request(EnsureIskusRequest { items: items.clone() });
                async move {
                    IskuServiceClient::new(channel).max_decoding_message_size(usize::MAX).ensure_iskus(request).await
                }
            });
        Ok(answer.await?.results)
    }

    pub(crate) async fn count(&self, count: CountStockRequest) -> Result<CountStockResponse, Status> {
        let answer =
            self.upstream.call(|channel| {
                let request = self.request(count.clone());
                async move {
                    StockServiceClient::new(channel).max_decoding_message_size(usize::MAX).count_stock(request).await
                }
            });
        answer.await
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let merchant = self.merchant.clone().unwrap_or_else(Merchant::default_merchant);
        let mut request = self.upstream.request(&merchant, message);
        if self.merchant.is_none() {
            request.metadata_mut().remove(MERCHANT_HEADER);
        }
        request
    }
}
