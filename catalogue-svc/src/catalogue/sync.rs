//! Syncs: an account's listings, mirrored.

pub(super) mod abort_sync;
pub(crate) mod complete_sync;
pub(crate) mod forget_sync;
pub(super) mod stage_sync;
pub(crate) mod start_sync;
pub(crate) mod view_sync;
