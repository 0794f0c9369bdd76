//! What the catalogue decides. Pure: no transport, no database, no clock; facts come in, decisions go out.

pub mod account;
pub mod adopted;
pub mod availability;
pub mod category;
pub mod defaults;
pub mod error;
pub mod finding;
pub mod isku;
pub mod listing;
pub mod mapping;
pub mod naming;
pub mod open_reservation;
pub mod order;
pub mod readiness;
pub mod sync;

pub use self::error::Error;

/// The etag of a version.
pub fn etag(version: i64) -> String {
    format!("v{version}")
}
