//! Forms of the domain's values as they are stored, version by version.

pub(crate) mod v1;
