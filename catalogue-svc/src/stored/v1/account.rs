//! Seller accounts.

use shared::{stored::v1::Change, stored_content, stored_struct};
use uuid::Uuid;

use super::words::DuplicatePolicy;
use crate::domain::account;

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
    }
}
