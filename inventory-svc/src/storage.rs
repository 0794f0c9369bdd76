//! Statements and migrations: facts in, decisions out. Decides nothing.

pub(crate) mod changes;
mod digest;
pub(crate) mod isku;
pub(crate) mod isku_word;
pub(crate) mod location;
pub(crate) mod migrations;
pub(crate) mod movement;
mod named;
pub(crate) mod reservation;
pub(crate) mod row;
pub(crate) mod search;
pub(crate) mod stock;
pub(crate) mod verify;
pub(crate) mod watch;
pub(crate) mod working_set;

use sea_orm::DbErr;
use shared::database::{Fault, Faulted};

use crate::domain;

/// Why an operation did not succeed.
#[derive(Debug)]
pub(crate) enum Error {
    /// A rule refuses it.
    Refused(domain::Error),
    /// A statement failed.
    Database(DbErr),
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

impl Faulted for Error {
    fn fault(&self) -> Option<Fault> {
        match self {
            Self::Refused(_) => None,
            Self::Database(error) => error.fault(),
        }
    }
}
