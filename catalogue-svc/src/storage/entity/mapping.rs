//! Revisions of mappings, without their components.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mapping")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) listing_id: Uuid,
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) revision: i64,
    pub(crate) source: String,
    pub(crate) actor: String,
    pub(crate) note: String,
    pub(crate) create_time_us: i64,
}

impl ActiveModelBehavior for ActiveModel {}
