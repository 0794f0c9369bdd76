//! CategoryService.

use proto::catalogue::v1::{
    Category, ListCategoriesRequest, ListCategoriesResponse, category_service_server::CategoryService,
};
use shared::{caller::Caller, identity::Channel, page_token, refusal::Fields};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{
    Api,
    convert::{account_filter, page_size},
    page, parsed, status, token,
};
use crate::catalogue::{CategoryPage, ListCategories};

#[tonic::async_trait]
impl CategoryService for Api {
    async fn list_categories(
        &self,
        request: Request<ListCategoriesRequest>,
    ) -> Result<Response<ListCategoriesResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let channel = fields.take("channel", Channel::parse(&request.channel));
        let account = account_filter(&mut fields, "account", request.account.as_ref());
        if let (Some(channel), Some(account)) = (&channel, &account)
            && account.channel != *channel
        {
            fields.add("account.channel", "must be the same as channel");
        }
        let size = page_size(&mut fields, request.page_size);
        let channel = parsed(fields, channel)?;
        let arguments = ("ListCategories", caller.merchant.as_str(), &channel, token::account(&account), size);
        let after: Option<(String, Uuid)> = page_token::decode(&request.page_token, &arguments)?;
        let query = ListCategories {
            channel: channel.clone(),
            account: account.clone(),
            after: after.unwrap_or_default(),
            limit: size + 1,
        };
        let found = self.0.list_categories(&caller, &query).await.map_err(status::of)?;
        let (categories, more) = page(found, size);
        let last = categories.last().filter(|_| more);
        let next = last.map(|last| page_token::encode(&arguments, &last.place));
        Ok(Response::new(ListCategoriesResponse {
            categories: categories.into_iter().map(|one| proto_category(&channel, one)).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }
}

fn proto_category(channel: &Channel, page: CategoryPage) -> Category {
    Category {
        channel: channel.as_str().to_owned(),
        seller_id: page.owner.map(|owner| owner.seller_id.as_received().to_owned()).unwrap_or_default(),
        channel_category_id: page.path.channel_category_id().unwrap_or_default().to_owned(),
        path: page.path.path().to_vec(),
        listing_count: page.listings,
    }
}
