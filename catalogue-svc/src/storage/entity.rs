//! The rows of the tables, one entity a table: the one place that names their columns and types. A test holds them to the migrated schema.

pub(crate) mod archived_isku;
pub(crate) mod category;
pub(crate) mod finding;
pub(crate) mod finding_listing;
pub(crate) mod former_csku;
pub(crate) mod group_member;
pub(crate) mod listing;
pub(crate) mod listing_feed;
pub(crate) mod mapping;
pub(crate) mod mapping_component;
pub(crate) mod seller_account;
pub(crate) mod sync;
pub(crate) mod sync_absent;
pub(crate) mod sync_chunk;
pub(crate) mod sync_item;
pub(crate) mod sync_progress;
