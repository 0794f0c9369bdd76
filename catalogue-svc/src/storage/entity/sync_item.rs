//! Items that were uploaded, with what became of them. No statement reads one whole: each phase reads its own columns of many.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_item")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) sync_id: Uuid,
    /// In the upload.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) place: i64,
    pub(crate) source_row: i64,
    pub(crate) rank: i64,
    pub(crate) csku: Option<String>,
    pub(crate) channel_listing_id: Option<String>,
    /// What the feed states, as JSON; empty once the sync is over.
    pub(crate) payload: String,
    pub(crate) stage: String,
    pub(crate) listing_id: Option<Uuid>,
    pub(crate) outcome: Option<String>,
    /// Names, as a JSON array.
    pub(crate) reasons: String,
    pub(crate) detail: String,
    /// Of what it states.
    pub(crate) digest: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
