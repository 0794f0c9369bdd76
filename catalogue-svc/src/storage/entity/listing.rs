//! Listings; what they sell is in their mapping.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "listing")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) csku: Option<String>,
    pub(crate) channel_listing_id: Option<String>,
    pub(crate) renamed_csku: Option<String>,
    /// What near codes are found by.
    pub(crate) near_key: Option<String>,
    /// The rule that made the near key: `shared::code::near::VERSION`, or one before.
    pub(crate) near_version: i64,
    pub(crate) kind: String,
    pub(crate) kind_source: String,
    pub(crate) title: Option<String>,
    pub(crate) barcode: Option<String>,
    pub(crate) length_mm: Option<i64>,
    pub(crate) width_mm: Option<i64>,
    pub(crate) height_mm: Option<i64>,
    pub(crate) weight_g: Option<i64>,
    pub(crate) stock_tracked: bool,
    pub(crate) intent: String,
    pub(crate) channel_status: Option<String>,
    pub(crate) channel_quantity: Option<i64>,
    pub(crate) category_id: Option<Uuid>,
    /// The current one; 0 if it was never mapped.
    pub(crate) mapping_revision: i64,
    /// What duplicates are found by.
    pub(crate) set_key: Option<String>,
    pub(crate) retired: bool,
    /// Made here, and not shown by the channel yet; no write of a listing changes it.
    pub(crate) waiting: bool,
    pub(crate) adopted_isku_code: Option<String>,
    pub(crate) adopted_location: Option<String>,
    pub(crate) adopted_quantity: Option<i64>,
    pub(crate) version: i64,
    pub(crate) create_time_us: i64,
    pub(crate) update_time_us: i64,
}

impl ActiveModelBehavior for ActiveModel {}
