//! Syncs: an account's listings, mirrored.

pub(super) mod abort_sync;
pub(super) mod approve_sync;
pub(crate) mod complete_sync;
pub(crate) mod forget_sync;
pub(crate) mod list_syncs;
pub(super) mod stage_sync;
pub(crate) mod start_sync;
pub(crate) mod view_sync;
