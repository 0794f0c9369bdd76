//! The catalogue's operations, one file a verb: load facts, ask the domain, write the decision.
//!
//! No transaction is open while inventory-svc is asked: what it says is taken into the transaction, and if that finds that it needs to
//! know more, the operation runs again.

mod abort_sync;
mod allocate_order;
mod cancel_order;
pub(crate) mod complete_sync;
mod connect_seller_account;
mod create_listing;
mod find;
mod get_availability;
mod get_listing;
mod list_categories;
mod list_findings;
mod list_listings;
mod list_mapping_revisions;
mod map_listing;
mod publish_listing;
mod remap_listing;
mod request;
mod review;
mod seller_accounts;
mod settle_defaults;
mod stage_sync;
pub(crate) mod start_sync;
mod unpublish_listing;
mod update_seller_account;
mod validate_listings;
mod view;
pub(crate) mod view_sync;
mod write_mapping;
mod write_off;

use sea_orm::DbErr;
use shared::{
    database::{Database, Fault, Faulted, overtaken},
    stored::Unreadable,
};

pub use self::{
    allocate_order::{AllocateOrder, Allocated},
    cancel_order::CancelOrder,
    connect_seller_account::ConnectSellerAccount,
    create_listing::CreateListing,
    get_availability::{Availability, Available},
    list_categories::{CategoryPage, ListCategories},
    list_findings::{FindingState, ListFindings},
    list_listings::ListListings,
    map_listing::{KindChange, MapListing, Mapped},
    publish_listing::{PublishListing, Published, Scope},
    remap_listing::{Effective, RemapListing, Remapped, ReservedUnits},
    request::{Answered, Replay},
    seller_accounts::ListSellerAccounts,
    unpublish_listing::UnpublishListing,
    update_seller_account::UpdateSellerAccount,
    validate_listings::Validation,
};
use crate::{
    domain,
    inventory_client::{Failure, InventoryClient},
};

/// What the operations work on.
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub(crate) database: Database,
    pub(crate) inventory: InventoryClient,
}

/// Why an operation did not succeed.
#[derive(Debug)]
pub enum Error {
    /// A rule refuses it.
    Refused(domain::Error),
    /// A statement failed.
    Database(DbErr),
    /// inventory-svc did not answer in time.
    Deadline,
    /// inventory-svc answered what it should not: an error of ours.
    Unexpected(String),
}

impl Catalogue {
    /// Works on a database and with an inventory.
    pub fn new(database: Database, inventory: InventoryClient) -> Self {
        Self { database, inventory }
    }
}

impl From<domain::Error> for Error {
    fn from(refused: domain::Error) -> Self {
        Self::Refused(refused)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        Self::Database(unreadable.into())
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refused) => Self::Refused(refused),
            Failure::RequestIdReused => Self::Refused(domain::Error::RequestIdReused),
            Failure::BelowReserved => Self::Database(overtaken()),
            Failure::Deadline => Self::Deadline,
            Failure::Unexpected(what) => Self::Unexpected(what),
        }
    }
}

impl Faulted for Error {
    fn fault(&self) -> Option<Fault> {
        match self {
            Self::Database(error) => error.fault(),
            Self::Refused(_) | Self::Deadline | Self::Unexpected(_) => None,
        }
    }
}
