//! Listings: making, finding, judging and publishing them.

pub(super) mod accept_rename;
pub(super) mod create_listing;
pub(super) mod get_listing;
pub(super) mod list_listings;
pub(super) mod near_keys;
pub(super) mod publish_listing;
pub(super) mod unpublish_listing;
pub(super) mod validate_listings;
pub(super) mod view;
