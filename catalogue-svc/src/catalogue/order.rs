//! Orders: holding stock for one, and letting it go.

pub(super) mod allocate_order;
pub(super) mod cancel_order;
