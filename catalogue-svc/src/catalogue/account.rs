//! Seller accounts: connecting and changing them.

pub(super) mod connect_seller_account;
pub(super) mod seller_accounts;
pub(super) mod update_seller_account;
