//! Words that ISKUs are found by.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "isku_word")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) isku_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) word: String,
}

impl ActiveModelBehavior for ActiveModel {}
