//! What a sync decides about the listings that a feed states.

pub mod category;
pub mod item;
pub mod judge;
pub mod kits;
pub mod matching;
pub mod members;
pub mod outcome;
pub mod repeats;
pub mod retirement;
pub mod same;
pub mod session;
pub mod settle;
pub mod stated;
