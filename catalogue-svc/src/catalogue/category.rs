//! Categories as they are mirrored.

pub(super) mod list_categories;
