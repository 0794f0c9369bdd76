//! A transaction: who waits for it, and what its errors mean for its connection.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sea_orm_migration::async_trait::async_trait;
use tokio::runtime::Handle;

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
    pub(super) patience: Patience,
    pub(super) pool: Pool,
    /// Until it is committed or undone.
    pub(super) open: Option<Open>,
}

/// A transaction on its connection.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) inner: DatabaseTransaction,
    // Given back after the connection.
    pub(super) place: Place,
}

impl Transaction {
    /// Which engine it runs on.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Makes everything durable and visible, at once. An answer that does not come leaves it in doubt: [`fault::Fault::InDoubt`].
    pub async fn commit(mut self) -> Result<(), DbErr> {
        let Open { inner, place: _place } = self.open.take().ok_or_else(over)?;
        let committed = inner.commit().await;
        committed.inspect_err(|error| self.pool.condemn(error)).map_err(fault::of_commit)?;
        // What was written into a file that nobody finds again is not stored.
        self.pool.check()
    }

    /// Undoes everything.
    pub async fn rollback(mut self) -> Result<(), DbErr> {
        let Open { inner, place: _place } = self.open.take().ok_or_else(over)?;
        inner.rollback().await.inspect_err(|error| self.pool.condemn(error))
    }

    pub(super) fn inner(&self) -> Result<&DatabaseTransaction, DbErr> {
        self.open.as_ref().map(|open| &open.inner).ok_or_else(over)
    }

    /// Passes if somebody waits for the next statement, and tells PostgreSQL for how long.
    async fn is_waited_for(&self) -> Result<(), DbErr> {
        if self.patience.is_over() {
            return Err(late());
        }
        if let (Engine::Postgres, Some(limit_ms)) = (self.engine, self.patience.next_limit_ms()) {
            self.told(self.inner()?.execute_unprepared(&format!("SET LOCAL statement_timeout = {limit_ms}")).await)?;
            self.patience.note_limit_ms(limit_ms);
        }
        Ok(())
    }

    /// Has the connection closed afterwards if this error leaves it in a state that nobody knows.
    pub(super) fn told<T>(&self, done: Result<T, DbErr>) -> Result<T, DbErr> {
        done.inspect_err(|error| self.pool.note(error))
    }
}

impl Drop for Transaction {
    /// Undone in the background; its place is another's when its connection is: a statement that is cut goes on to its end.
    fn drop(&mut self) {
        let Some(Open { inner, place }) = self.open.take() else { return };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                // If this fails, the connection is closed instead of given back.
                let _ = inner.rollback().await;
                drop(place);
            });
        }
    }
}

/// Nobody has a transaction that is over.
fn over() -> DbErr {
    DbErr::Custom("the transaction is over".to_owned())
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.engine.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.is_waited_for().await?;
        self.told(self.inner()?.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.is_waited_for().await?;
        self.told(self.inner()?.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.is_waited_for().await?;
        self.told(self.inner()?.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.is_waited_for().await?;
        self.told(self.inner()?.query_all_raw(statement).await)
    }
}

/// The database's clock at this statement, not at the transaction's begin.
pub async fn now(transaction: &Transaction) -> Result<Micros, DbErr> {
    let sql = format!("SELECT {} AS now", transaction.engine.clock_us());
    let row = transaction.query_one_raw(transaction.engine.statement(sql, [])).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("clock".to_owned()))?;
    Ok(Micros(row.try_get("", "now")?))
}
