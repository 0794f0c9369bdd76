//! The ledger: rows that never change.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "movement")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) isku_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) location_id: i64,
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) sequence: i64,
    pub(crate) kind: String,
    pub(crate) on_hand_delta: i64,
    pub(crate) reserved_delta: i64,
    pub(crate) on_hand_after: i64,
    pub(crate) reserved_after: i64,
    pub(crate) reservation_id: Option<Uuid>,
    pub(crate) csku: Option<String>,
    pub(crate) document: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) actor: String,
    pub(crate) request_id: String,
    pub(crate) create_time_us: i64,
    /// Why stock was adjusted.
    pub(crate) reason: Option<String>,
    /// What the ledger is told in the order of.
    pub(crate) batch: i64,
    /// Of all other columns; what a former version wrote has none.
    pub(crate) digest: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
