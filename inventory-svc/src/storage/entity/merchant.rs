//! Merchants: what their rows are numbered by, and where their ledgers begin anew.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merchant")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) merchant: String,
    /// The number of the newest ISKU.
    pub(crate) isku_count: i64,
    /// Of the first one only; locations are numbered by those that are there.
    pub(crate) location_count: i64,
    /// What is added to the ids of transactions, for the batches of movements.
    pub(crate) batch_base: i64,
    /// When the merchant was made, or a restored backup declared.
    pub(crate) epoch: i64,
}

impl ActiveModelBehavior for ActiveModel {}
