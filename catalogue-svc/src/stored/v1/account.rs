//! Seller accounts.

use shared::{
    stored::{Form, Read, Unreadable, v1::Change},
    stored_content, stored_struct,
};
use uuid::Uuid;

use super::words::{DuplicatePolicy, OnSameGoods};
use crate::domain::account;

/// What every account asks unless it is told otherwise is not written: releases before did not know it.
impl Form<account::OnSameGoods> for Option<OnSameGoods> {
    fn of(value: &account::OnSameGoods) -> Self {
        (*value != account::OnSameGoods::default()).then(|| Form::of(value))
    }
}

impl Read<account::OnSameGoods> for Option<OnSameGoods> {
    fn read(self) -> Result<account::OnSameGoods, Unreadable> {
        self.map_or(Ok(account::OnSameGoods::default()), Read::read)
    }
}

stored_struct! {
    /// Which shop.
    AccountKey = account::AccountKey { channel: String, seller_id: String }

    /// The rules that its listings follow.
    Terms = account::Terms {
        duplicate_policy: DuplicatePolicy,
        buffer: i64,
        maximum: Option<i64>,
        retire_threshold_percent: i32,
        locations: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_same_goods: Option<OnSameGoods>,
    }

    /// An account.
    Account = account::Account {
        id: Uuid,
        key: AccountKey,
        terms: Terms,
        first_sync_due: bool,
        last_sync_time: Option<i64>,
        version: i64,
        create_time: i64,
        update_time: i64,
    }
}

stored_content! {
    /// What changes of them.
    TermsChange = account::TermsChange {
        duplicate_policy: Option<DuplicatePolicy>,
        buffer: Option<i64>,
        maximum: Change<i64>,
        retire_threshold_percent: Option<i32>,
        locations: Option<Vec<String>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        on_same_goods: Option<OnSameGoods>,
    }
}
