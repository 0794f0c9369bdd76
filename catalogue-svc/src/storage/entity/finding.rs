//! Findings, without their listings.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "finding")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    /// With the kind, unique while it is open.
    pub(crate) subject: String,
    pub(crate) account_id: Option<Uuid>,
    pub(crate) blocking: bool,
    /// Codes, as a JSON array.
    pub(crate) isku_codes: String,
    pub(crate) detail: String,
    pub(crate) open_time_us: i64,
    pub(crate) close_time_us: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
