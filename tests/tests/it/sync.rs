//! Syncs: a shop's feed becomes listings and ISKUs; nothing is guessed, nothing is lost, nothing is done twice.

mod codes;
mod command;
mod feed;
mod file;
mod goods;
mod groups;
mod identity;
mod kinds;
mod over;
mod retire;
mod session;
mod shops;
