//! The catalogue's operations, a folder a noun, a file a verb: load facts, ask the domain, write the decision.
//!
//! No transaction is open while inventory-svc is asked: what it says is taken into the transaction, and if that finds that it needs to
//! know more, the operation runs again.

mod account;
mod availability;
mod category;
mod find;
mod listing;
mod mapping;
mod order;
mod request;
pub(crate) mod sync;

use sea_orm::DbErr;
use shared::{
    database::{Database, Fault, Faulted, overtaken},
    stored::Unreadable,
};

pub use self::{
    account::connect_seller_account::ConnectSellerAccount,
    account::seller_accounts::ListSellerAccounts,
    account::update_seller_account::UpdateSellerAccount,
    availability::get_availability::{Availability, Available},
    category::list_categories::{CategoryPage, ListCategories},
    listing::accept_rename::AcceptRename,
    listing::create_listing::CreateListing,
    listing::list_listings::ListListings,
    listing::publish_listing::{PublishListing, Published, Scope},
    listing::unpublish_listing::UnpublishListing,
    listing::validate_listings::Validation,
    mapping::list_findings::{FindingState, ListFindings},
    mapping::map_listing::{KindChange, MapListing, Mapped},
    mapping::remap_listing::{Effective, RemapListing, Remapped, ReservedUnits},
    order::allocate_order::{AllocateOrder, Allocated},
    order::cancel_order::CancelOrder,
    request::{Answered, Replay},
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
