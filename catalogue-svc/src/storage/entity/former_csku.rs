//! Codes that listings had before somebody accepted that the channel calls them otherwise.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "former_csku")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) csku: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) listing_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
