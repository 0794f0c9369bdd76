//! One binary for all tests that need more than one function: the tree, the storage, the pair end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod account;
mod amend;
mod answered;
mod availability;
mod cli;
mod commit;
mod conformance;
mod contention;
mod correction;
mod crash;
mod doubt;
mod duplicates;
mod expiry;
mod harness;
mod hostile;
mod isku;
mod isku_change;
mod isolation;
mod listing;
mod location;
mod mapping;
mod model;
mod order;
mod orders_at_once;
mod pair;
mod patience;
mod promises;
mod race;
mod readme;
mod real;
mod replay;
mod reservation;
mod running;
mod search;
mod serving;
mod statements;
mod stock;
mod sync;
mod tidy;
mod trace;
mod transfer;
mod verify;
mod watch;
