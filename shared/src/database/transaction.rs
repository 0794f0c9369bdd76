//! A transaction: who waits for it, and what its errors mean for its connection.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sea_orm_migration::async_trait::async_trait;

use super::{
    Engine,
    fault::{self, late},
    patience::Patience,
    pool::{Place, Pool},
};
use crate::time::Micros;

/// A transaction; rolled back unless committed.
///
/// After an error that may have ended it without its connection's knowledge, the connection is closed with it and not used again.
#[derive(Debug)]
pub struct Transaction {
    pub(super) engine: Engine,
    pub(super) inner: DatabaseTransaction,
    pub(super) patience: Patience,
    pub(super) pool: Pool,
    // Given back after the connection.
    pub(super) _place: Place,
}

impl Transaction {
    /// Which engine it runs on.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Makes everything durable and visible, at once. An answer that does not come leaves it in doubt: [`fault::Fault::InDoubt`].
    pub async fn commit(self) -> Result<(), DbErr> {
        let Self { inner, pool, _place, .. } = self;
        let committed = inner.commit().await;
        committed.inspect_err(|error| pool.condemn(error)).map_err(fault::of_commit)?;
        // What was written into a file that nobody finds again is not stored.
        pool.check()
    }

    /// Undoes everything.
    pub async fn rollback(self) -> Result<(), DbErr> {
        let Self { inner, pool, _place, .. } = self;
        inner.rollback().await.inspect_err(|error| pool.condemn(error))
    }

    /// Passes if somebody waits for the next statement, and tells PostgreSQL for how long.
    async fn is_waited_for(&self) -> Result<(), DbErr> {
        if self.patience.is_over() {
            return Err(late());
        }
        if let (Engine::Postgres, Some(limit_ms)) = (self.engine, self.patience.next_limit_ms()) {
            self.told(self.inner.execute_unprepared(&format!("SET LOCAL statement_timeout = {limit_ms}")).await)?;
            self.patience.note_limit_ms(limit_ms);
        }
        Ok(())
    }

    /// Has the connection closed afterwards if this error leaves it in a state that nobody knows.
    pub(super) fn told<T>(&self, done: Result<T, DbErr>) -> Result<T, DbErr> {
        done.inspect_err(|error| self.pool.note(error))
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.engine.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.is_waited_for().await?;
        self.told(self.inner.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.is_waited_for().await?;
        self.told(self.inner.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.is_waited_for().await?;
        self.told(self.inner.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.is_waited_for().await?;
        self.told(self.inner.query_all_raw(statement).await)
    }
}

/// The database's clock at this statement, not at the transaction's begin.
pub async fn now(transaction: &Transaction) -> Result<Micros, DbErr> {
    let sql = format!("SELECT {} AS now", transaction.engine.clock_us());
    let row = transaction.query_one_raw(transaction.engine.statement(sql, [])).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("clock".to_owned()))?;
    Ok(Micros(row.try_get("", "now")?))
}
