//! What listings may offer.

pub(super) mod get_availability;
