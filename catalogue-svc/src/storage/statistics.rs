//! What PostgreSQL knows of the tables that a sync fills.
//!
//! Of a table that it has never counted, it takes any two columns of an index for enough to find one row: each row of a chunk would be
//! looked for among all of an account. It counts by itself, but only once a minute.

use sea_orm::{ConnectionTrait, DbErr};
use shared::database::{Database, Engine};

const TABLES: &str =
    "sync_item, listing, listing_feed, mapping, mapping_component, category, finding, finding_listing, group_member";

/// Has it count a sample of them, in a transaction of its own, that nobody else waits for.
pub(crate) async fn refresh(database: &Database) -> Result<(), DbErr> {
    if database.engine() == Engine::Sqlite {
        return Ok(());
    }
    let transaction = database.begin().await?;
    transaction.execute_unprepared(&format!("ANALYZE {TABLES}")).await?;
    transaction.commit().await
}
