//! The row of an answered request.

use sea_orm::entity::prelude::*;
use serde::Deserialize;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Deserialize)]
#[sea_orm(table_name = "request")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) request_id: String,
    pub(crate) content_hash: String,
    /// What was answered, in a form with a version of its own.
    pub(crate) answer: String,
    pub(crate) create_time_us: i64,
}

impl ActiveModelBehavior for ActiveModel {}
