//! Shops on channels.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seller_account")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) channel: String,
    /// What the seller id is compared by.
    pub(crate) seller_key: String,
    pub(crate) seller_id: String,
    pub(crate) duplicate_policy: String,
    /// What a sync does with an item that may be the goods of another ISKU.
    pub(crate) on_same_goods: String,
    pub(crate) buffer: i64,
    pub(crate) maximum: Option<i64>,
    pub(crate) retire_threshold_percent: i64,
    /// Codes, as a JSON array.
    pub(crate) locations: String,
    pub(crate) first_sync_due: bool,
    pub(crate) last_sync_time_us: Option<i64>,
    pub(crate) version: i64,
    pub(crate) create_time_us: i64,
    pub(crate) update_time_us: i64,
}

impl ActiveModelBehavior for ActiveModel {}
