//! Units held for orders, without their items.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reservation")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) reservation_id: Uuid,
    pub(crate) channel: String,
    pub(crate) seller_id: String,
    /// What the seller id is compared by.
    pub(crate) seller_key: String,
    pub(crate) order_id: String,
    /// As stored: what is due may still be HELD.
    pub(crate) state: String,
    pub(crate) create_time_us: i64,
    pub(crate) update_time_us: i64,
    pub(crate) expire_time_us: Option<i64>,
    /// Whether an item is short of units, for the index of those that are.
    pub(crate) short: bool,
    /// Of all other columns; what a former version wrote has none.
    pub(crate) digest: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
