//! The verbs of a story, one file for each noun: what a merchant does, in one line of a test.

mod isku;
mod listing;
mod location;
mod order;
mod reservation;
mod shop;
mod stock;
mod sync;
mod watch;

pub use self::{
    isku::NewIsku,
    listing::components,
    reservation::{Sold, amend_request, order_key, reserve_request},
    shop::{Shop, names, seller},
    stock::{Level, adjustment, count_sheet},
    sync::{CHUNK, Synced, item, token_of},
    watch::{Watching, checkpoint_time, lags, watch_request},
};
