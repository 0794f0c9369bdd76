//! What listings sell: mapping, remapping, defaults, and what is found about them.

mod create_own;
pub(super) mod list_findings;
pub(super) mod list_mapping_revisions;
pub(super) mod map_listing;
pub(super) mod remap_listing;
pub(super) mod review;
pub(super) mod settle_defaults;
pub(super) mod write_mapping;
pub(super) mod write_off;
