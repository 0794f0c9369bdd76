//! How far the matching of a sync's items with listings is.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_progress")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) sync_id: Uuid,
    /// Phases that are over.
    pub(crate) step: i64,
    /// With `place` the last item that was looked at.
    pub(crate) rank: i64,
    pub(crate) place: i64,
}

impl ActiveModelBehavior for ActiveModel {}
