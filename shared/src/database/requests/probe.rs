//! Whether there is room again: a record that belongs to nobody is written and taken away.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sea_orm::{ConnectionTrait, DbErr};

use crate::database::Database;

/// Bytes that are tried: more than one page of any engine, so that a page which happens to be free is not taken for room.
const SIZE: usize = 64 << 10;

/// Writes a record and takes it away, each in a transaction of its own: what is deleted before it is committed may never be written.
pub(in crate::database) async fn try_to_write(database: &Database) -> Result<(), DbErr> {
    let mut filler = vec![0; SIZE];
    // Nothing that PostgreSQL could compress.
    blake3::Hasher::new().finalize_xof().fill(&mut filler);
    // No merchant has an empty name, and what is as old as this is swept if the second transaction fails.
    let write = "INSERT INTO request (merchant, request_id, content_hash, answer, create_time_us) VALUES ('', '', '', $1, 0) \
                 ON CONFLICT (merchant, request_id) DO UPDATE SET answer = excluded.answer";
    run(database, write, vec![BASE64_STANDARD.encode(filler).into()]).await?;
    run(database, "DELETE FROM request WHERE merchant = '' AND request_id = ''", vec![]).await
}

async fn run(database: &Database, sql: &str, values: Vec<sea_orm::Value>) -> Result<(), DbErr> {
    let transaction = database.begin().await?;
    transaction.execute_raw(database.engine().statement(sql, values)).await?;
    transaction.commit().await
}
