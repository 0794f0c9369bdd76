//! One binary for all tests that need more than one function: the tree, the storage, the pair end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod account;
mod answered;
mod availability;
mod cli;
mod conformance;
mod contention;
mod crash;
mod duplicates;
mod harness;
mod hostile;
mod isku;
mod isolation;
mod listing;
mod mapping;
mod model;
mod order;
mod pair;
mod promises;
mod race;
mod readme;
mod real;
mod replay;
mod reservation;
mod running;
mod serving;
mod stock;
mod sync;
mod tidy;
mod watch;
