//! ISKUs.

use sea_orm::entity::prelude::*;
use serde::Deserialize;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Deserialize)]
#[sea_orm(table_name = "isku")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) isku_id: i64,
    pub(crate) code: String,
    pub(crate) product_name: Option<String>,
    pub(crate) length_mm: Option<i64>,
    pub(crate) width_mm: Option<i64>,
    pub(crate) height_mm: Option<i64>,
    pub(crate) weight_g: Option<i64>,
    pub(crate) cost_currency: Option<String>,
    pub(crate) cost_units: Option<i64>,
    pub(crate) cost_nanos: Option<i64>,
    pub(crate) barcode: Option<String>,
    /// Whether data is missing, for the index of those where it is.
    pub(crate) incomplete: bool,
    pub(crate) archived: bool,
    /// Whether nobody said how many there are when it was created.
    pub(crate) quantity_unstated: bool,
    /// Grows with every change of the data.
    pub(crate) revision: i64,
    pub(crate) create_time_us: i64,
    pub(crate) update_time_us: i64,
}

impl ActiveModelBehavior for ActiveModel {}
