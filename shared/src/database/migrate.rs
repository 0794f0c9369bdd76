//! Migrations, one replica at a time, and which binaries a schema admits. Knows no table but the lists of what was applied.
//!
//! A schema grows by expand and contract: what a migration adds, the binaries of the release before do not mind; what they need is taken
//! away by a later one. Each migration records in the database the oldest schema version whose binaries still work on it, so that a binary
//! knows what migrations mean to it that came after its time.

mod window;

use std::collections::{BTreeMap, HashSet};

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::MigratorTrait;

pub use self::window::{as_defined as window_as_defined, table as window_table};
use super::{Database, Engine};

/// Any number, the same in all replicas: whoever holds it migrates.
const LOCK: i64 = 0x006f_6d73_6d69_6772;

/// A service's migrations, and the binaries that each admits. A version is the name of a migration; they ascend.
pub trait History: MigratorTrait {
    /// The oldest version whose binaries work on the schema once a migration is applied: whose newest migration is this one.
    fn oldest(version: &str) -> &'static str;
}

/// Brings the schema up to date in one transaction; of two at once the second waits and finds nothing to do.
pub async fn migrate<M: History>(database: &Database) -> Result<(), DbErr> {
    let transaction = database.begin().await?;
    if database.engine() == Engine::Postgres {
        // Waiting for the other replica, or for an index on a large table, may take longer than any call.
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        transaction.execute_raw(Engine::Postgres.statement("SELECT pg_advisory_xact_lock($1)", [LOCK.into()])).await?;
    }
    if !missing::<M>(&transaction, database.engine()).await?.is_empty() {
        transaction.told(M::up(transaction.inner()?, None).await)?;
        let windows = names::<M>().into_iter().map(|version| (version.clone(), M::oldest(&version)));
        window::record(&transaction, database.engine(), windows).await?;
    }
    transaction.commit().await
}

/// The migrations that this binary needs and the database lacks. Newer ones in the database are fine if they admit this binary; else it is
/// refused.
pub async fn pending<M: History>(database: &Database) -> Result<Vec<String>, DbErr> {
    missing::<M>(database.reader(), database.engine()).await
}

fn names<M: MigratorTrait>() -> Vec<String> {
    M::migrations().into_iter().map(|migration| migration.name().to_owned()).collect()
}

async fn missing<M: History>(connection: &impl ConnectionTrait, engine: Engine) -> Result<Vec<String>, DbErr> {
    let mut applied = HashSet::new();
    if window::exists(connection, engine, "seaql_migrations").await? {
        for row in connection.query_all_raw(engine.statement("SELECT version FROM seaql_migrations", [])).await? {
            applied.insert(row.try_get::<String>("", "version")?);
        }
    }
    let own = names::<M>();
    if applied.iter().any(|version| !own.contains(version)) {
        let windows = window::recorded(connection, engine).await?;
        admits(&own, &applied, &windows).map_err(DbErr::Migration)?;
    }
    Ok(own.into_iter().filter(|name| !applied.contains(name)).collect())
}

/// Passes if a binary with these migrations works on a schema with those applied; else says the way out.
fn admits(own: &[String], applied: &HashSet<String>, windows: &BTreeMap<String, String>) -> Result<(), String> {
    let known = own.iter().max().map_or("", String::as_str);
    let mut newer: Vec<&String> = applied.iter().filter(|version| !own.contains(version)).collect();
    newer.sort();
    for version in newer {
        let why = match windows.get(version) {
            Some(oldest) if oldest.as_str() <= known => continue,
            Some(oldest) => format!("admits binaries from {oldest} on, and this one ends at {known}"),
            None => format!("does not say whether it admits a binary that ends at {known}"),
        };
        return Err(format!(
            "the schema has {version}, which {why}: start the release that migrated it or a later one, or restore a backup from before it"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_binary_works_on_newer_schemas_that_admit_it() {
        let check = |applied: &[&str], windows: &[(&str, &str)], expected: Result<(), &str>| {
            let windows = windows.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            let applied = versions(applied).into_iter().collect();
            let judged = admits(&versions(&["m1", "m3"]), &applied, &windows);
            assert_eq!(judged.is_ok(), expected.is_ok(), "{applied:?} {windows:?}: {judged:?}");
            if let (Err(said), Err(part)) = (judged, expected) {
                assert!(said.contains(part) && said.contains("start the release that migrated it"), "{said}");
            }
        };
        check(&["m1", "m3"], &[], Ok(()));
        check(&["m1"], &[("m1", "m9")], Ok(()));
        check(&["m1", "m3", "m4"], &[("m4", "m3")], Ok(()));
        check(&["m1", "m3", "m4"], &[("m4", "m1")], Ok(()));
        check(
            &["m1", "m3", "m4"],
            &[("m4", "m4")],
            Err("m4, which admits binaries from m4 on, and this one ends at m3"),
        );
        check(&["m1", "m3", "m4", "m5"], &[("m4", "m4"), ("m5", "m3")], Err("m4"));
        check(&["m1", "m3", "m4", "m5"], &[("m4", "m3")], Err("m5, which does not say"));
    }
}
