//! Places that hold stock.

use sea_orm::entity::prelude::*;
use serde::Deserialize;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Deserialize)]
#[sea_orm(table_name = "location")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) location_id: i64,
    pub(crate) code: String,
    pub(crate) sellable: bool,
    /// The lowest is taken from first.
    pub(crate) priority: i64,
    pub(crate) display_name: Option<String>,
    /// Grows with every change.
    pub(crate) revision: i64,
}

impl ActiveModelBehavior for ActiveModel {}
