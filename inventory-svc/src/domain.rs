//! What the service decides: pure, synchronous and total. Knows no transport, no database and no clock.

mod allocate;
mod amend;
pub(crate) mod answer;
pub(crate) mod changes;
pub(crate) mod command;
mod correct;
mod draft;
pub(crate) mod error;
mod expire;
pub(crate) mod isku;
mod isku_change;
pub(crate) mod location;
mod location_change;
pub(crate) mod movement;
mod receive;
pub(crate) mod reservation;
mod reserve;
mod return_goods;
pub(crate) mod same_goods;
pub(crate) mod search;
pub(crate) mod stock;
mod transfer;
pub(crate) mod verify;
pub(crate) mod watch;
mod withdraw;

pub(crate) use answer::{Answer, Answered};
pub(crate) use command::{Action, Command};
pub(crate) use error::Error;
