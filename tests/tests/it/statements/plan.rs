//! How an engine would run a statement, whatever the values and however many rows there are.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use shared::database::{KEPT_PLANS, Plans};
use tests::Engine;

/// A table of a few rows, as tests have them, is best read whole: PostgreSQL plans as for a million of them,
/// for any values, knows nothing of them, and counts rows.
const LARGE: [&str; 7] = [
    "DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)",
    "UPDATE pg_class SET reltuples = 1000000, relpages = 1 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')",
    "SET plan_cache_mode = force_generic_plan",
    "SET seq_page_cost = 0",
    "SET random_page_cost = 0",
    "SET cpu_tuple_cost = 1",
    "SET cpu_index_tuple_cost = 1",
];

/// Tables that were just made, which the planner has never counted: what a connection that writes plans on them, it keeps while they grow.
const NEW: [&str; 1] = [
    "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')",
];

/// Tables that are small for each merchant, or for all.
const SMALL: [&str; 5] = ["location", "merchant", "seller_account", "seaql_migrations", "sqlite_master"];

/// Indexes of what is to be done for all merchants, a bounded step at a time: what is old, open, outdated or to be forgotten.
const OF_ALL: [&str; 5] =
    ["request_by_time", "sync_over_by_time", "sync_to_forget", "sync_one_open", "listing_near_before"];

/// Rows that come with the statement, and what it derives from them.
const DERIVED: [&str; 13] = [
    "jsonb_each",
    "raw",
    "asked",
    "candidate",
    "found",
    "few",
    "named",
    "wanted",
    "ranked",
    "new",
    "held",
    "own",
    "coded",
];

/// The lines of the plan of one statement, for a table of any size.
pub(super) async fn of(url: &str, engine: Engine, sql: &str) -> Vec<String> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1);
    let database = Database::connect(options).await.expect("the database is there");
    let plan = explained(&database, engine, sql).await;
    database.close().await.expect("the connection closes");
    plan
}

async fn explained(database: &DatabaseConnection, engine: Engine, sql: &str) -> Vec<String> {
    match engine {
        Engine::Sqlite => rows(database, &format!("EXPLAIN QUERY PLAN {sql}"), "detail").await,
        Engine::Postgres => postgres(database, sql, &LARGE).await,
    }
}

/// A statement as PostgreSQL would run it on large tables, and on new ones if its plan is kept.
async fn all_explained(database: &DatabaseConnection, engine: Engine, plans: Plans, sql: &str) -> Vec<Vec<String>> {
    let kept = plans == Plans::Kept && is_kept(sql);
    let mut plans = vec![explained(database, engine, sql).await];
    if engine == Engine::Postgres && kept {
        plans.push(postgres(database, sql, &NEW).await);
    }
    plans
}

/// Whether a connection that writes runs it: it changes rows, or probes for them.
fn is_kept(sql: &str) -> bool {
    let changes = ["INSERT", "UPDATE", "DELETE", "WITH w0"].iter().any(|verb| sql.starts_with(verb));
    changes || sql.contains("CROSS JOIN LATERAL")
}

/// The statements that read a table, or all that a merchant has in it, from end to end; each with its plan.
///
/// `plans` says how the service has PostgreSQL plan what it writes.
pub(super) async fn scans(url: &str, engine: Engine, plans: Plans, statements: &BTreeSet<String>) -> Vec<String> {
    let mut options = ConnectOptions::new(url);
    // Prepared statements and settings belong to one connection.
    options.max_connections(1);
    let database = Database::connect(options).await.expect("the database is there");
    let indexes = match engine {
        Engine::Sqlite => BTreeMap::new(),
        Engine::Postgres => indexes(&database).await,
    };
    let mut faults = Vec::new();
    for sql in statements {
        for plan in all_explained(&database, engine, plans, sql).await {
            let bad: Vec<&String> = match engine {
                // It reads nothing. The plan tells how rows would be found that lack what is inserted: there are none, and SQLite knows.
                Engine::Sqlite if sql.starts_with("INSERT OR FAIL INTO") => vec![],
                Engine::Sqlite => plan.iter().filter(|line| scans_on_sqlite(line)).collect(),
                Engine::Postgres => scans_on_postgres(&plan, &indexes),
            };
            if !bad.is_empty() {
                faults.push(format!("{sql}\n{}\nbad: {bad:#?}", plan.join("\n")));
            }
        }
    }
    database.close().await.expect("the connection closes");
    faults
}

async fn rows(database: &DatabaseConnection, sql: &str, column: &str) -> Vec<String> {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let found = database.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    found.iter().map(|row| row.try_get("", column).expect("a text")).collect()
}

/// `SCAN movement`, or `SEARCH movement USING INDEX … (merchant=?)`.
fn scans_on_sqlite(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let verb = words.next().unwrap_or_default();
    let table = words.next().unwrap_or_default();
    let known = SMALL.contains(&table) || DERIVED.contains(&table) || table.starts_with('(') || table == "CONSTANT";
    // `SCAN 2-ROW VALUES CLAUSE`: rows that come with the statement.
    let known = known || line.ends_with("-ROW VALUES CLAUSE");
    match verb {
        "SCAN" => !known && !OF_ALL.iter().any(|index| line.ends_with(index)),
        "SEARCH" => !known && line.ends_with("(merchant=?)"),
        _ => false,
    }
}

/// The plan for tables in some state, with the settings of the connection that runs it.
async fn postgres(database: &DatabaseConnection, sql: &str, state: &[&str]) -> Vec<String> {
    let settings = if is_kept(sql) { KEPT_PLANS.as_slice() } else { &[] };
    let settings = settings.iter().map(|(name, value)| format!("SET {name} = {value}"));
    let state = state.iter().map(|&sql| sql.to_owned());
    for sql in std::iter::once("RESET ALL".to_owned()).chain(state).chain(settings) {
        database.execute_unprepared(&sql).await.expect("a superuser");
    }
    database.execute_unprepared(&format!("PREPARE checked AS {sql}")).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
    let count =
        "SELECT CAST(cardinality(parameter_types) AS TEXT) AS n FROM pg_prepared_statements WHERE name = 'checked'";
    let parameters: usize = rows(database, count, "n").await[0].parse().expect("a number");
    let values = match parameters {
        0 => String::new(),
        some => format!("({})", vec!["NULL"; some].join(", ")),
    };
    let plan = rows(database, &format!("EXPLAIN EXECUTE checked{values}"), "QUERY PLAN").await;
    database.execute_unprepared("DEALLOCATE checked").await.expect("it was prepared");
    plan
}

/// An index, as far as a plan is judged by it.
struct Index {
    table: String,
    /// The column after the merchant.
    second: String,
}

/// The indexes of more than one column.
async fn indexes(database: &DatabaseConnection) -> BTreeMap<String, Index> {
    let sql = "SELECT concat_ws(' ', c.relname, t.relname, a.attname) AS found FROM pg_class AS c \
               JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = 2 \
               JOIN pg_index AS i ON i.indexrelid = c.oid JOIN pg_class AS t ON t.oid = i.indrelid";
    let index = |found: String| {
        let mut words = found.split(' ').map(str::to_owned);
        let mut word = || words.next().unwrap_or_default();
        (word(), Index { table: word(), second: word() })
    };
    rows(database, sql, "found").await.into_iter().map(index).collect()
}

/// `Seq Scan on movement`, or an index scan whose condition leaves out what the index has after the merchant.
fn scans_on_postgres<'a>(plan: &'a [String], indexes: &BTreeMap<String, Index>) -> Vec<&'a String> {
    let after = |line: &str, word: &str| {
        let rest = line.split(word).nth(1).unwrap_or_default();
        rest.split(' ').next().unwrap_or_default().to_owned()
    };
    let bad = plan.iter().enumerate().filter(|(at, line)| {
        if SMALL.contains(&after(line, " on ").as_str()) {
            return false;
        }
        let index = if line.contains("Bitmap Index Scan on ") { after(line, " on ") } else { after(line, " using ") };
        let condition = plan.get(at + 1).filter(|next| next.contains("Index Cond:"));
        let narrows = indexes.get(&index).is_some_and(|Index { table, second }| {
            let names_second = |condition: &String| {
                condition.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == second)
            };
            SMALL.contains(&table.as_str()) || condition.is_some_and(names_second)
        });
        let narrows = narrows || OF_ALL.contains(&index.as_str());
        line.contains("Seq Scan on") || !index.is_empty() && !narrows
    });
    bad.map(|(_, line)| line).collect()
}
