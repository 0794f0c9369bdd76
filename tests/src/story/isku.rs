//! ISKUs: made, found, listed, resolved, ensured.

use std::{future::IntoFuture, pin::Pin};

use proto::{
    inventory::v1::{
        ArchiveIskuRequest, CreateIskuRequest, CreateIskuResponse, EnsureIskuItem, EnsureIskusRequest, EnsuredIsku,
        GetIskuRequest, Isku, ListIskusRequest, OpeningStock, RenameIskuRequest, ResolveIskusRequest, ResolvedIsku,
        SearchIskusRequest, SearchIskusResponse, UnarchiveIskuRequest, UpdateIskuRequest,
    },
    r#type::v1::{Dimensions, Money},
};
use tonic::Status;

use crate::{Merchant, request_id};

/// An ISKU about to be made: `oms.isku("A").on_hand(5).await`.
#[derive(Debug)]
pub struct NewIsku<'a> {
    merchant: &'a Merchant,
    request: CreateIskuRequest,
}

impl Merchant {
    /// A whole ISKU with a code, without stock unless it is said.
    pub fn isku(&self, code: &str) -> NewIsku<'_> {
        let request = CreateIskuRequest {
            request_id: request_id(),
            code: code.to_owned(),
            product_name: format!("Goods called {code}"),
            dimensions: Some(Dimensions { length_mm: 100, width_mm: 50, height_mm: 20 }),
            weight_g: 250,
            cost_price: Some(Money { currency_code: "MYR".to_owned(), units: 12, nanos: 500_000_000 }),
            barcode: String::new(),
            opening_stock: Vec::new(),
        };
        NewIsku { merchant: self, request }
    }

    /// Makes an ISKU as the request says.
    pub async fn create(&self, request: CreateIskuRequest) -> Result<CreateIskuResponse, Status> {
        Ok(self.iskus.clone().create_isku(request).await?.into_inner())
    }

    /// The ISKU with a code or alias.
    pub async fn find(&self, code: &str) -> Result<Isku, Status> {
        let request = GetIskuRequest { code: code.to_owned() };
        Ok(self.iskus.clone().get_isku(request).await?.into_inner().isku.expect("an ISKU"))
    }

    /// Every code, page by page.
    pub async fn codes(&self, page_size: i32) -> Result<Vec<String>, Status> {
        let mut codes = Vec::new();
        let mut request = ListIskusRequest { page_size, ..Default::default() };
        loop {
            let page = self.iskus.clone().list_iskus(request.clone()).await?.into_inner();
            codes.extend(page.iskus.into_iter().map(|isku| isku.code));
            if page.next_page_token.is_empty() {
                return Ok(codes);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Changes an ISKU as the request says.
    pub async fn change(&self, request: UpdateIskuRequest) -> Result<Isku, Status> {
        Ok(self.iskus.clone().update_isku(request).await?.into_inner().isku.expect("an ISKU"))
    }

    /// Gives an ISKU another code.
    pub async fn rename(&self, code: &str, new_code: &str) -> Result<Isku, Status> {
        let request = RenameIskuRequest {
            request_id: request_id(),
            code: code.to_owned(),
            new_code: new_code.to_owned(),
            etag: String::new(),
        };
        Ok(self.iskus.clone().rename_isku(request).await?.into_inner().isku.expect("an ISKU"))
    }

    /// Takes an ISKU out of use.
    pub async fn archive(&self, code: &str) -> Result<Isku, Status> {
        let request = ArchiveIskuRequest { request_id: request_id(), code: code.to_owned(), etag: String::new() };
        Ok(self.iskus.clone().archive_isku(request).await?.into_inner().isku.expect("an ISKU"))
    }

    /// Takes an ISKU into use again.
    pub async fn unarchive(&self, code: &str) -> Result<Isku, Status> {
        let request = UnarchiveIskuRequest { request_id: request_id(), code: code.to_owned(), etag: String::new() };
        Ok(self.iskus.clone().unarchive_isku(request).await?.into_inner().isku.expect("an ISKU"))
    }

    /// What codes name.
    pub async fn resolve(&self, codes: &[&str]) -> Result<Vec<ResolvedIsku>, Status> {
        let request = ResolveIskusRequest { codes: codes.iter().map(|code| (*code).to_owned()).collect() };
        Ok(self.iskus.clone().resolve_iskus(request).await?.into_inner().results)
    }

    /// The ISKUs that a text finds, the best first.
    pub async fn search(&self, query: &str) -> Result<SearchIskusResponse, Status> {
        let request = SearchIskusRequest { query: query.to_owned(), ..Default::default() };
        Ok(self.iskus.clone().search_iskus(request).await?.into_inner())
    }

    /// Sees to it that ISKUs are there.
    pub async fn ensure(&self, items: Vec<EnsureIskuItem>) -> Result<Vec<EnsuredIsku>, Status> {
        Ok(self.iskus.clone().ensure_iskus(EnsureIskusRequest { items }).await?.into_inner().results)
    }
}

impl NewIsku<'_> {
    /// Opens with units at the location `default`.
    #[must_use]
    pub fn on_hand(mut self, quantity: i64) -> Self {
        self.request.opening_stock = vec![OpeningStock { location: String::new(), quantity }];
        self
    }

    /// Opens with units at a location, too.
    #[must_use]
    pub fn at(mut self, location: &str, quantity: i64) -> Self {
        self.request.opening_stock.push(OpeningStock { location: location.to_owned(), quantity });
        self
    }

    /// Has a barcode.
    #[must_use]
    pub fn barcode(mut self, barcode: &str) -> Self {
        self.request.barcode = barcode.to_owned();
        self
    }

    /// Is called something.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.request.product_name = name.to_owned();
        self
    }

    /// The request, for a test that changes or repeats it.
    pub fn request(self) -> CreateIskuRequest {
        self.request
    }
}

impl<'a> IntoFuture for NewIsku<'a> {
    type Output = Isku;
    type IntoFuture = Pin<Box<dyn Future<Output = Isku> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let made = self.merchant.create(self.request).await;
            made.expect("the ISKU is made").isku.expect("an ISKU")
        })
    }
}
