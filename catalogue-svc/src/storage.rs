//! Statements and migrations: facts in, decisions out. Decides nothing.

pub(crate) mod account;
pub(crate) mod archived;
pub(crate) mod category;
mod entity;
pub(crate) mod finding;
pub(crate) mod group;
pub(crate) mod listing;
pub(crate) mod mapping;
pub(crate) mod migrations;
pub(crate) mod row;
pub(crate) mod statistics;
pub(crate) mod sync;
pub(crate) mod words;

use shared::database::{requests, schema::Table, window_as_defined};

/// Every table, as the statements know it.
pub(crate) fn tables() -> Vec<Table> {
    use entity::*;
    vec![
        Table::of::<archived_isku::Entity>(),
        Table::of::<category::Entity>(),
        Table::of::<finding::Entity>(),
        Table::of::<finding_listing::Entity>(),
        Table::of::<former_csku::Entity>(),
        Table::of::<group_member::Entity>(),
        Table::of::<listing::Entity>(),
        Table::of::<listing_feed::Entity>(),
        Table::of::<mapping::Entity>(),
        Table::of::<mapping_component::Entity>(),
        requests::as_defined(),
        window_as_defined(),
        Table::of::<seller_account::Entity>(),
        Table::of::<sync::Entity>(),
        Table::of::<sync_absent::Entity>(),
        Table::of::<sync_chunk::Entity>(),
        Table::of::<sync_item::Entity>(),
        Table::of::<sync_progress::Entity>(),
    ]
}
