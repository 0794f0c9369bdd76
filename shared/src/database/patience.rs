//! A transaction works for somebody who waits: each of its statements is begun, and goes on, only for so long.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sea_orm_migration::async_trait::async_trait;

use super::{Engine, Transaction, fault::late};
use crate::server::Waiting;

/// How far beyond its caller's time a statement of PostgreSQL may go on: telling the limit anew costs a round trip.
const SLACK_MS: u64 = 50;

/// Who waits for a transaction, and what PostgreSQL knows of it.
#[derive(Debug)]
pub(super) struct Patience {
    waiting: Waiting,
    /// How long a statement may take, in milliseconds, as the connection has it or was told last.
    limit_ms: AtomicU64,
}

impl Patience {
    /// Of the current call's caller, on connections with a limit of their own.
    pub(super) fn of_caller(statement_timeout: Duration) -> Self {
        Self { waiting: Waiting::current(), limit_ms: AtomicU64::new(whole_ms(statement_timeout)) }
    }

    /// The limit for the next statement, if another one than so far is called for.
    fn next_limit_ms(&self) -> Option<u64> {
        let left = whole_ms(self.waiting.remaining()?).max(1);
        (left.saturating_add(SLACK_MS) < self.limit_ms.load(Ordering::Relaxed)).then_some(left)
    }
}

fn whole_ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Transaction {
    /// Passes if somebody waits for the next statement, and tells PostgreSQL for how long.
    async fn is_waited_for(&self) -> Result<(), DbErr> {
        if self.patience.waiting.is_over() {
            return Err(late());
        }
        if let (Engine::Postgres, Some(limit_ms)) = (self.engine, self.patience.next_limit_ms()) {
            self.inner.execute_unprepared(&format!("SET LOCAL statement_timeout = {limit_ms}")).await?;
            self.patience.limit_ms.store(limit_ms, Ordering::Relaxed);
        }
        Ok(())
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.engine.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.is_waited_for().await?;
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.is_waited_for().await?;
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.is_waited_for().await?;
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.is_waited_for().await?;
        self.inner.query_all_raw(statement).await
    }
}
