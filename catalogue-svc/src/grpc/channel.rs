//! ChannelService.

use proto::catalogue::v1::{
    ConnectSellerAccountRequest, ConnectSellerAccountResponse, DuplicatePolicy as ProtoDuplicatePolicy,
    GetSellerAccountRequest, GetSellerAccountResponse, ListSellerAccountsRequest, ListSellerAccountsResponse,
    OnSameGoods as ProtoOnSameGoods, UpdateSellerAccountRequest, UpdateSellerAccountResponse,
    channel_service_server::ChannelService,
};
use shared::{
    caller::Caller,
    code::Code,
    identity::Channel,
    page_token,
    refusal::{Fields, Refusal},
};
use tonic::{Request, Response, Status};

use super::{
    Api,
    convert::{account_key, optional, page_size, proto_account, request_id},
    page, parsed, status,
};
use crate::{
    catalogue::{ConnectSellerAccount, ListSellerAccounts, Replay, UpdateSellerAccount},
    domain::account::{DuplicatePolicy, OnSameGoods, Terms, TermsChange},
};

#[tonic::async_trait]
impl ChannelService for Api {
    async fn connect_seller_account(
        &self,
        request: Request<ConnectSellerAccountRequest>,
    ) -> Result<Response<ConnectSellerAccountResponse>, Status> {
        let caller = Caller::of(&request)?;
        let (request_id, command) = connect(request.into_inner())?;
        let done = self.0.connect_seller_account(&caller, &request_id, &command).await.map_err(status::of)?;
        Ok(Response::new(ConnectSellerAccountResponse {
            account: Some(proto_account(done.answer)),
            replayed: done.replay == Replay::Yes,
        }))
    }

    async fn update_seller_account(
        &self,
        request: Request<UpdateSellerAccountRequest>,
    ) -> Result<Response<UpdateSellerAccountResponse>, Status> {
        let caller = Caller::of(&request)?;
        let (request_id, command) = update(request.into_inner())?;
        let done = self.0.update_seller_account(&caller, &request_id, &command).await.map_err(status::of)?;
        Ok(Response::new(UpdateSellerAccountResponse {
            account: Some(proto_account(done.answer)),
            replayed: done.replay == Replay::Yes,
        }))
    }

    async fn get_seller_account(
        &self,
        request: Request<GetSellerAccountRequest>,
    ) -> Result<Response<GetSellerAccountResponse>, Status> {
        let caller = Caller::of(&request)?;
        let mut fields = Fields::default();
        let key = account_key(&mut fields, "key", request.get_ref().key.as_ref());
        let account = self.0.get_seller_account(&caller, &parsed(fields, key)?).await.map_err(status::of)?;
        Ok(Response::new(GetSellerAccountResponse { account: Some(proto_account(account)) }))
    }

    async fn list_seller_accounts(
        &self,
        request: Request<ListSellerAccountsRequest>,
    ) -> Result<Response<ListSellerAccountsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let channel = optional(&mut fields, "channel", &request.channel, Channel::parse);
        let size = page_size(&mut fields, request.page_size);
        fields.finish()?;
        let arguments = ("ListSellerAccounts", caller.merchant.as_str(), &channel, size);
        let after: Option<(String, String)> = page_token::decode(&request.page_token, &arguments)?;
        let query = ListSellerAccounts { channel: channel.clone(), after: after.unwrap_or_default(), limit: size + 1 };
        let found = self.0.list_seller_accounts(&caller, &query).await.map_err(status::of)?;
        let (accounts, more) = page(found, size);
        let last = accounts.last().map(|last| (last.key.channel.as_str().to_owned(), last.key.seller_id.key()));
        let next = last.filter(|_| more).map(|last| page_token::encode(&arguments, &last));
        Ok(Response::new(ListSellerAccountsResponse {
            accounts: accounts.into_iter().map(proto_account).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }
}

fn connect(
    request: ConnectSellerAccountRequest,
) -> Result<(shared::identity::RequestId, ConnectSellerAccount), Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let key = account_key(&mut fields, "key", request.key.as_ref());
    let percent = request.retire_threshold_percent.unwrap_or(Terms::RETIRE_THRESHOLD_PERCENT);
    let terms = Terms {
        duplicate_policy: policy(&mut fields, "duplicate_policy", request.duplicate_policy),
        buffer: units(&mut fields, "buffer", request.buffer),
        maximum: request.maximum.map(|maximum| units(&mut fields, "maximum", maximum)),
        retire_threshold_percent: self::percent(&mut fields, "retire_threshold_percent", percent),
        locations: locations(&mut fields, "locations", &request.locations),
        on_same_goods: on_same_goods(&mut fields, "on_same_goods", request.on_same_goods),
    };
    let command = key.map(|key| ConnectSellerAccount { key, terms });
    parsed(fields, request_id.zip(command))
}

fn update(request: UpdateSellerAccountRequest) -> Result<(shared::identity::RequestId, UpdateSellerAccount), Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let account = request.account.unwrap_or_default();
    let key = account_key(&mut fields, "account.key", account.key.as_ref());
    let mut change = TermsChange::default();
    let mask = request.update_mask.unwrap_or_default().paths;
    if mask.is_empty() {
        fields.add("update_mask", "must name at least one field");
    }
    for path in mask {
        match path.as_str() {
            "duplicate_policy" => {
                let policy = policy(&mut fields, "account.duplicate_policy", account.duplicate_policy);
                change.duplicate_policy = Some(policy);
            }
            "buffer" => change.buffer = Some(units(&mut fields, "account.buffer", account.buffer)),
            "maximum" => {
                change.maximum = Some(account.maximum.map(|most| units(&mut fields, "account.maximum", most)));
            }
            "retire_threshold_percent" => {
                let path = "account.retire_threshold_percent";
                change.retire_threshold_percent = Some(percent(&mut fields, path, account.retire_threshold_percent));
            }
            "locations" => {
                change.locations = Some(locations(&mut fields, "account.locations", &account.locations));
            }
            "on_same_goods" => {
                let asked = on_same_goods(&mut fields, "account.on_same_goods", account.on_same_goods);
                change.on_same_goods = Some(asked);
            }
            other => fields.add("update_mask", format!("cannot change {other:?}")),
        }
    }
    let etag = Some(account.etag).filter(|etag| !etag.is_empty());
    let command = key.map(|key| UpdateSellerAccount { key, change, etag });
    parsed(fields, request_id.zip(command))
}

fn policy(fields: &mut Fields, path: &str, value: i32) -> DuplicatePolicy {
    match ProtoDuplicatePolicy::try_from(value) {
        Ok(ProtoDuplicatePolicy::Unspecified | ProtoDuplicatePolicy::Block) => DuplicatePolicy::Block,
        Ok(ProtoDuplicatePolicy::Warn) => DuplicatePolicy::Warn,
        Err(_) => {
            fields.add(path, "must be BLOCK or WARN");
            DuplicatePolicy::Block
        }
    }
}

fn on_same_goods(fields: &mut Fields, path: &str, value: i32) -> OnSameGoods {
    match ProtoOnSameGoods::try_from(value) {
        Ok(ProtoOnSameGoods::Unspecified | ProtoOnSameGoods::Ask) => OnSameGoods::Ask,
        Ok(ProtoOnSameGoods::Create) => OnSameGoods::Create,
        Err(_) => {
            fields.add(path, "must be ASK or CREATE");
            OnSameGoods::Ask
        }
    }
}

fn units(fields: &mut Fields, path: &str, value: i64) -> i64 {
    if !(0..=Terms::UNITS_MAX).contains(&value) {
        fields.add(path, format!("must be 0 to {}", Terms::UNITS_MAX));
    }
    value
}

fn percent(fields: &mut Fields, path: &str, value: i32) -> i32 {
    if !(0..=100).contains(&value) {
        fields.add(path, "must be 0 to 100");
    }
    value
}

fn locations(fields: &mut Fields, path: &str, texts: &[String]) -> Vec<String> {
    if texts.len() > Terms::LOCATIONS_MAX {
        fields.add(path, format!("must have at most {} locations", Terms::LOCATIONS_MAX));
    }
    let mut locations: Vec<String> = vec![];
    for (i, text) in texts.iter().enumerate() {
        let code = fields.take(format!("{path}[{i}]"), Code::parse(text));
        locations.extend(code.map(|code| code.as_str().to_owned()).filter(|code| !locations.contains(code)));
    }
    locations
}
