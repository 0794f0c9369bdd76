//! Sessions of syncs.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sync")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) sync_id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) scope: String,
    pub(crate) state: String,
    /// Whether ISKUs are created.
    pub(crate) missing: String,
    /// Whether opening stock is adopted.
    pub(crate) opening: String,
    pub(crate) opening_location: String,
    pub(crate) source: String,
    pub(crate) acknowledged_sequence: i64,
    pub(crate) uploaded: i64,
    pub(crate) listings_before: i64,
    pub(crate) retired: i64,
    pub(crate) fence: i64,
    pub(crate) lease_until_us: i64,
    pub(crate) create_time_us: i64,
    pub(crate) update_time_us: i64,
    pub(crate) upload_token: Option<String>,
    pub(crate) forgotten: i64,
    pub(crate) ending: String,
    pub(crate) ending_after: String,
    pub(crate) absent: i64,
    pub(crate) approved_by: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
