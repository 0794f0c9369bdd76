//! Migrations, one replica at a time. Knows no table but the list of what was applied.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::MigratorTrait;

use super::{Database, Engine};

/// Any number, the same in all replicas: whoever holds it migrates.
const LOCK: i64 = 0x006f_6d73_6d69_6772;

/// Brings the schema up to date in one transaction; of two at once the second waits and finds nothing to do.
pub async fn migrate<M: MigratorTrait>(database: &Database) -> Result<(), DbErr> {
    let transaction = database.begin().await?;
    if database.engine() == Engine::Postgres {
        // Waiting for the other replica, or for an index on a large table, may take longer than any call.
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        transaction.execute_raw(Engine::Postgres.statement("SELECT pg_advisory_xact_lock($1)", [LOCK.into()])).await?;
    }
    if !missing::<M>(&transaction, database.engine()).await?.is_empty() {
        transaction.told(M::up(&transaction.inner, None).await)?;
    }
    transaction.commit().await
}

/// The migrations that this binary needs and the database lacks; newer ones in the database are fine.
pub async fn pending<M: MigratorTrait>(database: &Database) -> Result<Vec<String>, DbErr> {
    missing::<M>(database.reader(), database.engine()).await
}

async fn missing<M: MigratorTrait>(connection: &impl ConnectionTrait, engine: Engine) -> Result<Vec<String>, DbErr> {
    let exists = match engine {
        Engine::Postgres => "SELECT 1 AS found WHERE to_regclass('seaql_migrations') IS NOT NULL",
        Engine::Sqlite => "SELECT 1 AS found FROM sqlite_master WHERE name = 'seaql_migrations'",
    };
    let mut applied = HashSet::new();
    if connection.query_one_raw(engine.statement(exists, [])).await?.is_some() {
        for row in connection.query_all_raw(engine.statement("SELECT version FROM seaql_migrations", [])).await? {
            applied.insert(row.try_get::<String>("", "version")?);
        }
    }
    let needed = M::migrations().into_iter().map(|migration| migration.name().to_owned());
    Ok(needed.filter(|name| !applied.contains(name)).collect())
}
