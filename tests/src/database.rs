//! The database of a service, behind its back: what only time, a person with SQL or another program could do to it.

use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::{Engine, Oms};

/// A connection to the database of inventory-svc.
#[derive(Debug)]
pub struct Behind(DatabaseConnection);

/// A transaction in the way of the service: what it has locked, the service waits for.
#[derive(Debug)]
pub struct Held(DatabaseTransaction);

impl Oms {
    /// The database of inventory-svc.
    pub async fn behind_inventory(&self) -> Behind {
        Behind::connect(self.site().inventory_database()).await
    }

    /// The database of catalogue-svc.
    pub async fn behind_catalogue(&self) -> Behind {
        Behind::connect(self.site().catalogue_database()).await
    }

    /// Holds every stock row on PostgreSQL, and the place of the one writer on SQLite, until it is let go.
    pub async fn hold_stock(&self) -> Held {
        let Behind(connection) = self.behind_inventory().await;
        let mode = match self.site().engine() {
            Engine::Sqlite => Some(SqliteTransactionMode::Immediate),
            Engine::Postgres => None,
        };
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
        let held = Held(connection.begin_with_options(options).await.expect("a transaction"));
        if self.site().engine() == Engine::Postgres {
            held.execute("SELECT 1 FROM stock FOR UPDATE").await;
        }
        held
    }

    /// Takes the place of the next movement of an ISKU, until it is undone: whoever comes to write it waits; PostgreSQL only.
    pub async fn hold_next_movement(&self, code: &str) -> Held {
        let Behind(connection) = self.behind_inventory().await;
        let held = Held(connection.begin().await.expect("a transaction"));
        let newest = format!(
            "CREATE TEMPORARY TABLE next ON COMMIT DROP AS SELECT * FROM movement \
             WHERE isku_id = (SELECT isku_id FROM isku WHERE code = '{code}') ORDER BY sequence DESC LIMIT 1"
        );
        for sql in [&newest, "UPDATE next SET sequence = sequence + 1", "INSERT INTO movement SELECT * FROM next"] {
            held.execute(sql).await;
        }
        held
    }

    /// Returns once so many transactions of the service wait for a lock; PostgreSQL only.
    pub async fn waits_for_a_lock(&self, transactions: i64) {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.behind_inventory().await.until(waiting, transactions).await;
    }

    /// Deadlocks that PostgreSQL has resolved in the database of inventory-svc; its services must have ended.
    pub async fn deadlocks(database: &str) -> i64 {
        let behind = Behind::connect(database).await;
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                      AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
        // A backend tells what it has counted when it ends.
        behind.until(others, 0).await;
        behind.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").await
    }

    /// Lets time pass for every reservation that can be due.
    pub async fn let_time_pass(&self, time: Duration) {
        let micros = time.as_micros();
        let behind = self.behind_inventory().await;
        for table in ["reservation", "reservation_line"] {
            // A proof would find rows that time has not passed for.
            let earlier = format!("expire_time_us = expire_time_us - {micros}, digest = NULL");
            behind.execute(&format!("UPDATE {table} SET {earlier} WHERE expire_time_us IS NOT NULL")).await;
        }
    }
}

impl Held {
    /// Runs a statement in the transaction.
    pub async fn execute(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.expect("a sound statement");
    }

    /// Lets everybody go on as if the transaction had never been.
    pub async fn undo(self) {
        self.0.rollback().await.expect("the transaction is rolled back");
    }

    /// Lets everybody go on, with what the transaction did.
    pub async fn let_go(self) {
        self.0.commit().await.expect("the transaction commits");
    }
}

impl Behind {
    /// A connection to a database.
    pub async fn connect(database: &str) -> Self {
        // One: whoever counts the connections of others must not meet a second one of its own.
        let mut options = ConnectOptions::new(database);
        options.max_connections(1);
        Self(Database::connect(options).await.expect("the database takes connections"))
    }

    /// Runs a statement.
    pub async fn execute(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.expect("a sound statement");
    }

    /// Asks until a query yields a number.
    pub async fn until(&self, sql: &str, expected: i64) {
        self.until_it(sql, |number| number == expected).await;
    }

    /// Asks until a query yields a number that is as wanted, and returns it.
    pub async fn until_it(&self, sql: &str, is_wanted: impl Fn(i64) -> bool) -> i64 {
        let patience = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                match self.number(sql).await {
                    number if is_wanted(number) => return number,
                    _ => tokio::task::yield_now().await,
                }
            }
        });
        patience.await.unwrap_or_else(|_| panic!("{sql} never yielded what was wanted"))
    }

    /// The one number that a query yields.
    pub async fn number(&self, sql: &str) -> i64 {
        self.row(sql).await.try_get_by_index(0).expect("a number")
    }

    /// The one text that a query yields.
    pub async fn text(&self, sql: &str) -> String {
        self.row(sql).await.try_get_by_index(0).expect("a text")
    }

    async fn row(&self, sql: &str) -> QueryResult {
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        self.0.query_one_raw(statement).await.expect("a sound query").expect("a row")
    }
}
