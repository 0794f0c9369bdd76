//! The row of a migration and what it admits.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "schema_window")]
pub(crate) struct Model {
    /// A migration.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) version: String,
    /// The oldest version whose binaries work once it is applied.
    pub(crate) oldest: String,
}

impl ActiveModelBehavior for ActiveModel {}
