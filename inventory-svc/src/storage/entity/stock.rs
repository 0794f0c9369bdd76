//! Units of ISKUs at locations.

use sea_orm::entity::prelude::*;
use serde::Deserialize;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Deserialize)]
#[sea_orm(table_name = "stock")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) isku_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) location_id: i64,
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    /// That of the newest movement.
    pub(crate) sequence: i64,
}

impl ActiveModelBehavior for ActiveModel {}
