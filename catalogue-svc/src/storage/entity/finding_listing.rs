//! Which listings findings concern.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "finding_listing")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) finding_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) listing_id: Uuid,
    /// Whether the finding is; an earlier release leaves it open.
    pub(crate) open: bool,
}

impl ActiveModelBehavior for ActiveModel {}
