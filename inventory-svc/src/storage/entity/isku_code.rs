//! Codes and aliases: the namespace of the ISKUs.

use sea_orm::entity::prelude::*;
use serde::Deserialize;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Deserialize)]
#[sea_orm(table_name = "isku_code")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) code: String,
    pub(crate) isku_id: i64,
    /// Whether it was the code before a rename.
    pub(crate) alias: bool,
    /// What near codes are found by.
    /// Empty if none can be near to it.
    pub(crate) near_key: String,
    /// The rule that made the near key: `shared::code::near::VERSION`, or one before.
    pub(crate) near_version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
