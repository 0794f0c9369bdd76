//! Listings that a full sync did not bring.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_absent")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) sync_id: Uuid,
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) number: i64,
    pub(crate) listing_id: Uuid,
    pub(crate) csku: Option<String>,
    pub(crate) channel_listing_id: Option<String>,
    pub(crate) retired: bool,
}

impl ActiveModelBehavior for ActiveModel {}
