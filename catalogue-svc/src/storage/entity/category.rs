//! The marketplaces' categories.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "category")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) channel: String,
    /// The account whose shop owns the tree; empty where the channel has one for all.
    pub(crate) owner: String,
    /// What it is known again by.
    pub(crate) category_key: String,
    pub(crate) channel_category_id: Option<String>,
    /// Names from the root, as a JSON array.
    pub(crate) path: String,
    pub(crate) sort_key: String,
    pub(crate) create_time_us: i64,
    pub(crate) update_time_us: i64,
}

impl ActiveModelBehavior for ActiveModel {}
