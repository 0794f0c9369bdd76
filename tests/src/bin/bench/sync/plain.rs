//! The rows that a sync has written, as what most people write: INSERTs of many rows, one after the other.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use crate::pgbench::statement;

/// Rows of one INSERT.
const ROWS: usize = 1_000;

/// Rows of some tables.
#[derive(Debug)]
pub(super) struct Rows {
    /// What the rows belong to: not measured.
    owners: Vec<String>,
    statements: Vec<String>,
    /// What the tables take on the disk, with their indexes.
    pub(super) stored_bytes: u64,
}

impl Rows {
    /// Listings, with their mappings and categories, in a database of catalogue-svc.
    pub(super) async fn listings_of(database: &str) -> Result<Self> {
        Self::of(database, &["seller_account"], &["category", "listing", "mapping", "mapping_component"]).await
    }

    /// ISKUs, with their codes, stock and movements, in a database of inventory-svc.
    pub(super) async fn iskus_of(database: &str) -> Result<Self> {
        Self::of(database, &["merchant", "location"], &["isku", "isku_code", "stock", "movement"]).await
    }

    async fn of(database: &str, owners: &[&str], tables: &[&str]) -> Result<Self> {
        let connection = connected(database).await?;
        let mut rows = Self { owners: vec![], statements: vec![], stored_bytes: 0 };
        for table in owners {
            rows.owners.extend(inserts(&connection, table).await?);
        }
        for table in tables {
            rows.statements.extend(inserts(&connection, table).await?);
            let bytes = format!("SELECT pg_total_relation_size('{table}') AS bytes");
            let row = connection.query_one_raw(statement(&bytes)).await?.context("a table")?;
            rows.stored_bytes += u64::try_from(row.try_get::<i64>("", "bytes")?)?;
        }
        connection.close().await?;
        Ok(rows)
    }

    /// Inserts them into a database that has none of them, each statement a transaction of its own: how long it took.
    pub(super) async fn insert(&self, database: &str) -> Result<Duration> {
        let connection = connected(database).await?;
        for sql in &self.owners {
            connection.execute_unprepared(&format!("{sql} ON CONFLICT DO NOTHING")).await?;
        }
        let begin = Instant::now();
        for sql in &self.statements {
            connection.execute_unprepared(sql).await?;
        }
        let took = begin.elapsed();
        connection.close().await?;
        Ok(took)
    }
}

/// A table's rows as INSERTs.
async fn inserts(connection: &DatabaseConnection, table: &str) -> Result<Vec<String>> {
    let columns = format!(
        "SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) AS names, \
         string_agg('quote_nullable(' || column_name || '::text)', ', ' ORDER BY ordinal_position) AS literals \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
    );
    let row = connection.query_one_raw(statement(&columns)).await?.context("a table")?;
    let (names, literals): (String, String) = (row.try_get("", "names")?, row.try_get("", "literals")?);
    let rows = format!("SELECT '(' || concat_ws(', ', {literals}) || ')' AS literals FROM {table}");
    let rows = connection.query_all_raw(statement(&rows)).await?;
    let rows: Vec<String> = rows.iter().map(|row| row.try_get("", "literals")).collect::<Result<_, _>>()?;
    Ok(rows.chunks(ROWS).map(|rows| format!("INSERT INTO {table} ({names}) VALUES {}", rows.join(", "))).collect())
}

async fn connected(database: &str) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(database);
    options.max_connections(1).sqlx_logging(false);
    Ok(Database::connect(options).await?)
}
