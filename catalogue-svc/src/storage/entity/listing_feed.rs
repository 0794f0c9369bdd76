//! What the feed stated last of a listing, as a digest, and the version of the listing that came of it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "listing_feed")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) listing_id: Uuid,
    pub(crate) digest: i64,
    pub(crate) version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
