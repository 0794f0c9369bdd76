//! The database of a service, behind its back: what only time, a person with SQL or another program could do to it.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};

use crate::Oms;

/// A connection to the database of inventory-svc.
#[derive(Debug)]
pub struct Behind(DatabaseConnection);

impl Oms {
    /// The database of inventory-svc.
    pub async fn behind_inventory(&self) -> Behind {
        Behind(Database::connect(self.site().inventory_database()).await.expect("the database takes connections"))
    }

    /// Lets time pass for every reservation that can be due.
    pub async fn let_time_pass(&self, time: Duration) {
        let micros = time.as_micros();
        let behind = self.behind_inventory().await;
        for table in ["reservation", "reservation_line"] {
            behind.execute(&format!("UPDATE {table} SET expire_time_us = expire_time_us - {micros}")).await;
        }
    }
}

impl Behind {
    /// Runs a statement.
    pub async fn execute(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.expect("a sound statement");
    }

    /// Asks until a query yields a number.
    pub async fn until(&self, sql: &str, expected: i64) {
        let patience = tokio::time::timeout(Duration::from_secs(20), async {
            while self.number(sql).await != expected {
                tokio::task::yield_now().await;
            }
        });
        patience.await.unwrap_or_else(|_| panic!("{sql} never yielded {expected}"));
    }

    /// The one number that a query yields.
    pub async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        let row = self.0.query_one_raw(statement).await.expect("a sound query").expect("a row");
        row.try_get_by_index(0).expect("a number")
    }
}
