//! The record of which binaries each migration admits. Its one table is made by a migration of each service.

mod version;

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{
    prelude::{Table, TableCreateStatement},
    schema,
};

use self::version::{Column, Entity};
use crate::database::{self, Engine};

/// The table, for a migration of each service.
pub fn table() -> TableCreateStatement {
    Table::create()
        .table(Entity)
        .col(schema::text(Column::Version).primary_key())
        .col(schema::text(Column::Oldest))
        .to_owned()
}

/// The table as its entity defines it.
pub fn as_defined() -> database::schema::Table {
    database::schema::Table::of::<Entity>()
}

/// Whether a table is there.
pub(super) async fn exists(connection: &impl ConnectionTrait, engine: Engine, table: &str) -> Result<bool, DbErr> {
    let sql = match engine {
        Engine::Postgres => "SELECT 1 AS found WHERE to_regclass($1) IS NOT NULL",
        Engine::Sqlite => "SELECT 1 AS found FROM sqlite_master WHERE name = $1",
    };
    Ok(connection.query_one_raw(engine.statement(sql, [table.into()])).await?.is_some())
}

/// What the migrations have recorded.
pub(super) async fn recorded(
    connection: &impl ConnectionTrait,
    engine: Engine,
) -> Result<BTreeMap<String, String>, DbErr> {
    if !exists(connection, engine, "schema_window").await? {
        return Ok(BTreeMap::new());
    }
    let rows = connection.query_all_raw(engine.statement("SELECT version, oldest FROM schema_window", [])).await?;
    rows.iter().map(|row| Ok((row.try_get("", "version")?, row.try_get("", "oldest")?))).collect()
}

/// Records what is not recorded yet.
pub(super) async fn record(
    connection: &impl ConnectionTrait,
    engine: Engine,
    windows: impl IntoIterator<Item = (String, &'static str)>,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO schema_window (version, oldest) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    for (version, oldest) in windows {
        connection.execute_raw(engine.statement(sql, [version.into(), oldest.into()])).await?;
    }
    Ok(())
}
