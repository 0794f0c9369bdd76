//! The rows of the tables, one entity a table, each column with its type. A test holds them to the migrated schema.
//!
//! Statements that work on sets name the columns they need themselves.

pub(crate) mod isku;
pub(crate) mod isku_code;
pub(crate) mod isku_word;
pub(crate) mod location;
pub(crate) mod merchant;
pub(crate) mod movement;
pub(crate) mod reservation;
pub(crate) mod reservation_item;
pub(crate) mod reservation_line;
pub(crate) mod stock;
