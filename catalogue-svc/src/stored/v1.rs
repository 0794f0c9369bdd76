//! Version 1, written since the first release: JSON. What is here is in databases and does not change.

mod account;
mod finding;
mod listing;
mod mapping;
mod words;

pub(crate) use self::{
    account::{Account, AccountKey, Terms, TermsChange},
    finding::Stored,
    listing::{CategoryPath, Description, ListingCode, ListingKey, Shown},
    mapping::{Named, OpenReservations},
    words::{ChannelStatus, FindingKind, Kind, Missing, Opening, QuantityBasis, Reason, Scope, Tracking},
};
