//! The tables of syncs: sessions, and the items that were uploaded with what became of them.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait::async_trait};

/// Creates the tables of syncs.
#[derive(Debug)]
pub(crate) struct Syncs;

impl MigrationName for Syncs {
    fn name(&self) -> &str {
        "m20261101_000007_sync"
    }
}

/// `{uuid}` and `{text}` stand for the engine's types.
const STATEMENTS: [&str; 7] = [
    "CREATE TABLE sync (
        merchant {text} NOT NULL,
        sync_id {uuid} NOT NULL,
        account_id {uuid} NOT NULL,
        scope {text} NOT NULL CHECK (scope IN ('FULL', 'PARTIAL')),
        state {text} NOT NULL CHECK (state IN ('OPEN', 'APPLYING', 'HELD_FOR_REVIEW', 'COMPLETED', 'ABORTED')),
        missing {text} NOT NULL CHECK (missing IN ('CREATE', 'LEAVE')),
        opening {text} NOT NULL CHECK (opening IN ('ADOPT', 'EMPTY')),
        opening_location {text} NOT NULL,
        source {text} NOT NULL,
        acknowledged_sequence BIGINT NOT NULL,
        uploaded BIGINT NOT NULL,
        listings_before BIGINT NOT NULL,
        retired BIGINT NOT NULL,
        fence BIGINT NOT NULL,
        lease_until_us BIGINT NOT NULL,
        create_time_us BIGINT NOT NULL,
        update_time_us BIGINT NOT NULL,
        PRIMARY KEY (merchant, sync_id)
    )",
    // An account has one session that is not over.
    "CREATE UNIQUE INDEX sync_one_open ON sync (merchant, account_id) WHERE state IN ('OPEN', 'APPLYING', 'HELD_FOR_REVIEW')",
    "CREATE TABLE sync_item (
        merchant {text} NOT NULL,
        sync_id {uuid} NOT NULL,
        place BIGINT NOT NULL,
        source_row BIGINT NOT NULL,
        rank BIGINT NOT NULL,
        csku {text},
        channel_listing_id {text},
        payload {text} NOT NULL,
        stage {text} NOT NULL CHECK (stage IN ('STAGED', 'LISTED', 'DONE')),
        listing_id {uuid},
        outcome {text} CHECK (outcome IN ('CREATED', 'UPDATED', 'UNCHANGED', 'FINDING', 'REJECTED')),
        reasons {text} NOT NULL,
        detail {text} NOT NULL,
        PRIMARY KEY (merchant, sync_id, place)
    )",
    "CREATE INDEX sync_item_work ON sync_item (merchant, sync_id, stage, rank, place)",
    "CREATE INDEX sync_item_csku ON sync_item (merchant, sync_id, csku)",
    "CREATE INDEX sync_item_channel_listing_id ON sync_item (merchant, sync_id, channel_listing_id)",
    "CREATE INDEX sync_item_listing ON sync_item (merchant, sync_id, listing_id)",
];

#[async_trait]
impl MigrationTrait for Syncs {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let (uuid, text) = match connection.get_database_backend() {
            sea_orm::DbBackend::Postgres => ("uuid", "text COLLATE \"C\""),
            _ => ("blob", "text"),
        };
        for statement in STATEMENTS {
            connection.execute_unprepared(&statement.replace("{uuid}", uuid).replace("{text}", text)).await?;
        }
        Ok(())
    }
}
