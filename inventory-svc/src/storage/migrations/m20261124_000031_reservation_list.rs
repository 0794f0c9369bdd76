//! Reservations are listed by what is still open, and by what is short.
//!
//! Each index costs every reservation that it holds: these two let go of what is closed. Ids are made in the order of time, so that the
//! primary key lists all reservations, and what is closed is found along it.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

// OR and not IN: SQLite takes a partial index only where a condition of the statement is one of its own.
const UP: &[&str] = &[
    "CREATE INDEX reservation_open ON reservation (merchant, state, reservation_id) WHERE state = 'HELD' OR state = 'CONFIRMED'",
    "CREATE INDEX reservation_short ON reservation (merchant, reservation_id) WHERE short",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
