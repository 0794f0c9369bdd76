//! What reservations hold of each ISKU at each location, in units of the ISKU.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reservation_line")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) reservation_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) item_no: i64,
    /// From 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) component_no: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) location_id: i64,
    pub(crate) isku_id: i64,
    /// Units of the ISKU in one of the listing.
    pub(crate) per_unit: i64,
    pub(crate) held: i64,
    pub(crate) shipped: i64,
    pub(crate) released: i64,
    /// That of the reservation while it is held.
    pub(crate) expire_time_us: Option<i64>,
    /// Of all other columns; what a former version wrote has none.
    pub(crate) digest: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
