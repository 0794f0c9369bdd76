//! What reservations hold of each listing, in units of the listing.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reservation_item")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) reservation_id: Uuid,
    /// From 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) item_no: i64,
    pub(crate) csku: String,
    /// Of the listing, when it was reserved.
    pub(crate) mapping_revision: i64,
    pub(crate) quantity: i64,
    pub(crate) held: i64,
    pub(crate) shipped: i64,
    pub(crate) released: i64,
    pub(crate) ordered: i64,
    pub(crate) short: i64,
    pub(crate) returned: i64,
    /// Of all other columns; what a former version wrote has none.
    pub(crate) digest: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
