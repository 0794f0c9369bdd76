//! Statements and migrations: facts in, decisions out. Decides nothing.

pub(crate) mod alike;
pub(crate) mod changes;
mod digest;
mod entity;
pub(crate) mod isku;
pub(crate) mod isku_word;
pub(crate) mod location;
pub(crate) mod migrations;
pub(crate) mod movement;
mod named;
pub(crate) mod near;
pub(crate) mod request;
pub(crate) mod reservation;
pub(crate) mod row;
pub(crate) mod search;
pub(crate) mod stock;
pub(crate) mod verify;
pub(crate) mod watch;
pub(crate) mod working_set;

use sea_orm::DbErr;
use shared::database::{Fault, Faulted, requests, schema::Table, window_as_defined};

use crate::domain;

/// Every table, as the statements know it.
pub(crate) fn tables() -> Vec<Table> {
    use entity::*;
    vec![
        Table::of::<isku::Entity>(),
        Table::of::<isku_code::Entity>(),
        Table::of::<isku_word::Entity>(),
        Table::of::<location::Entity>(),
        Table::of::<merchant::Entity>(),
        Table::of::<movement::Entity>(),
        requests::as_defined(),
        window_as_defined(),
        Table::of::<reservation::Entity>(),
        Table::of::<reservation_item::Entity>(),
        Table::of::<reservation_line::Entity>(),
        Table::of::<stock::Entity>(),
    ]
}

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
