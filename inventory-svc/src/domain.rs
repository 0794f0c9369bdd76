//! What the service decides: pure, synchronous and total. Knows no transport, no database and no clock.

mod allocate;
pub(crate) mod command;
mod draft;
pub(crate) mod error;
pub(crate) mod isku;
pub(crate) mod location;
pub(crate) mod movement;
mod receive;
pub(crate) mod reservation;
mod reserve;
pub(crate) mod stock;
pub(crate) mod verify;
pub(crate) mod watch;
mod withdraw;

pub(crate) use command::{Action, Answer, Answered, Command};
pub(crate) use error::Error;
