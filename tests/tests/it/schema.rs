//! The migrated schema and the entities that the statements are written against are the same: every table, every column, either way.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, QueryResult, Statement};
use shared::database::schema::{Column, Kind, Table};
use tests::{Engine, Oms, both_engines};

both_engines!(every_table_of_the_catalogue_is_as_its_entity_says, every_table_of_inventory_is_as_its_entity_says);

/// Each column of our tables: the table, its name, its type, whether it may be NULL, its place in the primary key from 1.
fn columns_sql(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "SELECT m.name AS of_table, c.name AS name, lower(c.type) AS type, c.\"notnull\" = 0 AS nullable, c.pk AS place \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'seaql_%' ORDER BY m.name, c.cid"
        }
        Engine::Postgres => {
            "SELECT c.relname::text AS of_table, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, \
             NOT a.attnotnull AS nullable, coalesce(array_position(i.indkey::int2[], a.attnum), -1)::int + 1 AS place \
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
             LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
             WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE 'seaql_%' \
             ORDER BY c.relname, a.attnum"
        }
    }
}

fn kind(engine: Engine, sql_type: &str) -> Kind {
    match (engine, sql_type) {
        // An INTEGER of SQLite has 64 bits, too.
        (_, "bigint") | (Engine::Sqlite, "integer") => Kind::Bigint,
        (_, "text") => Kind::Text,
        (_, "boolean") => Kind::Boolean,
        (Engine::Sqlite, "blob") | (Engine::Postgres, "uuid") => Kind::Uuid,
        (_, other) => Kind::Other(other.to_owned()),
    }
}

/// The tables as they are, each with its columns by name.
async fn migrated(database: &DatabaseConnection, engine: Engine) -> BTreeMap<String, Table> {
    let statement = Statement::from_string(database.get_database_backend(), columns_sql(engine));
    let mut tables: BTreeMap<String, (Vec<Column>, BTreeMap<i32, String>)> = BTreeMap::new();
    for row in database.query_all_raw(statement).await.unwrap() {
        let text = |row: &QueryResult, column: &str| row.try_get::<String>("", column).unwrap();
        let (columns, key) = tables.entry(text(&row, "of_table")).or_default();
        let (name, kind) = (text(&row, "name"), kind(engine, &text(&row, "type")));
        let place: i32 = row.try_get("", "place").unwrap();
        if place > 0 {
            key.insert(place, name.clone());
        }
        columns.push(Column { name, kind, nullable: row.try_get("", "nullable").unwrap() });
    }
    let table = |(name, (columns, key)): (String, (Vec<Column>, BTreeMap<i32, String>))| {
        by_name(Table { name, columns, primary_key: key.into_values().collect() })
    };
    tables.into_iter().map(table).collect()
}

/// What a later migration adds comes last in the table, wherever the entity names it.
fn by_name(mut table: Table) -> (String, Table) {
    table.columns.sort();
    (table.name.clone(), table)
}

async fn compare(url: &str, engine: Engine, defined: Vec<Table>) {
    let database = Database::connect(url).await.unwrap();
    let defined: BTreeMap<_, _> = defined.into_iter().map(by_name).collect();

    let migrated = migrated(&database, engine).await;

    assert!(migrated.len() >= 8, "the schema was not found: {migrated:?}");
    assert_eq!(migrated.keys().collect::<Vec<_>>(), defined.keys().collect::<Vec<_>>());
    for (name, table) in migrated {
        assert_eq!(table, defined[&name], "the migrated table {name}, and what its entity says");
    }
}

async fn every_table_of_the_catalogue_is_as_its_entity_says(oms: &Oms) {
    let site = oms.site();

    compare(site.catalogue_database(), site.engine(), catalogue_svc::tables()).await;
}

async fn every_table_of_inventory_is_as_its_entity_says(oms: &Oms) {
    let site = oms.site();

    compare(site.inventory_database(), site.engine(), inventory_svc::tables()).await;
}
