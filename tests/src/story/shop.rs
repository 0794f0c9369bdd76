//! A shop: a merchant's seller account on a channel.

use proto::catalogue::v1::{
    Category, ConnectSellerAccountRequest, ConnectSellerAccountResponse, DuplicatePolicy, Finding, FindingKind,
    FindingState, GetSellerAccountRequest, ListCategoriesRequest, ListFindingsRequest, ListSellerAccountsRequest,
    SellerAccount, SellerAccountKey, UpdateSellerAccountRequest,
};
use tonic::Status;

use crate::{Merchant, request_id};

/// A connected seller account.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Whose it is.
    pub merchant: Merchant,
    /// What it is named by.
    pub key: SellerAccountKey,
}

/// Names as the API wants them.
pub fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A seller's id on a channel.
pub fn seller(channel: &str, id: &str) -> SellerAccountKey {
    SellerAccountKey { channel: channel.to_owned(), seller_id: id.to_owned() }
}

impl Merchant {
    /// Connects a shop.
    pub async fn connect(&self, channel: &str, seller: &str) -> Shop {
        let shop = self.shop(channel, seller);
        shop.connect().await.expect("the shop is connected");
        shop
    }

    /// A shop that may not be connected.
    pub fn shop(&self, channel: &str, seller: &str) -> Shop {
        Shop { merchant: self.clone(), key: self::seller(channel, seller) }
    }

    /// Every account of the merchant.
    pub async fn accounts(&self) -> Result<Vec<SellerAccount>, Status> {
        let request = ListSellerAccountsRequest { page_size: 1_000, ..Default::default() };
        Ok(self.channels.clone().list_seller_accounts(request).await?.into_inner().accounts)
    }

    /// The categories of a channel.
    pub async fn categories_of(&self, channel: &str) -> Result<Vec<Category>, Status> {
        let request = ListCategoriesRequest { channel: channel.to_owned(), page_size: 1_000, ..Default::default() };
        Ok(self.categories.clone().list_categories(request).await?.into_inner().categories)
    }
}

impl Shop {
    /// Connects the account.
    pub async fn connect(&self) -> Result<ConnectSellerAccountResponse, Status> {
        let request =
            ConnectSellerAccountRequest { request_id: request_id(), key: Some(self.key.clone()), ..Default::default() };
        Ok(self.merchant.channels.clone().connect_seller_account(request).await?.into_inner())
    }

    /// The account.
    pub async fn account(&self) -> Result<SellerAccount, Status> {
        let request = GetSellerAccountRequest { key: Some(self.key.clone()) };
        Ok(self.merchant.channels.clone().get_seller_account(request).await?.into_inner().account.expect("an account"))
    }

    /// Changes the fields of the account that the mask names.
    pub async fn update(&self, mask: &[&str], account: SellerAccount) -> Result<SellerAccount, Status> {
        let request = UpdateSellerAccountRequest {
            request_id: request_id(),
            account: Some(SellerAccount { key: Some(self.key.clone()), ..account }),
            update_mask: Some(prost_types::FieldMask { paths: names(mask) }),
        };
        let answer = self.merchant.channels.clone().update_seller_account(request).await?;
        Ok(answer.into_inner().account.expect("an account"))
    }

    /// Duplicates are only recorded from now on.
    pub async fn warn_of_duplicates(&self) {
        let account = SellerAccount { duplicate_policy: DuplicatePolicy::Warn.into(), ..Default::default() };
        self.update(&["duplicate_policy"], account).await.expect("the policy is changed");
    }

    /// Open findings of one kind that concern the account.
    pub async fn findings(&self, kind: FindingKind) -> Vec<Finding> {
        let request = ListFindingsRequest {
            account: Some(self.key.clone()),
            kind: kind.into(),
            state: FindingState::Open.into(),
            page_size: 1_000,
            ..Default::default()
        };
        self.merchant.mappings.clone().list_findings(request).await.expect("findings").into_inner().findings
    }
}
