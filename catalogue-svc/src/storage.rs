//! Statements and migrations: facts in, decisions out. Decides nothing.

pub(crate) mod account;
pub(crate) mod archived;
pub(crate) mod category;
pub(crate) mod finding;
pub(crate) mod group;
pub(crate) mod listing;
pub(crate) mod mapping;
pub(crate) mod migrations;
pub(crate) mod row;
pub(crate) mod sync;
pub(crate) mod words;
