//! Mutations: commands to the state machine, in one transaction.

use std::time::Duration;

use sea_orm::{ConnAcquireErr, DbErr};
use shared::{caller::Caller, database::requests::content_hash, server};
use tokio::time::timeout;
use uuid::Uuid;

use super::{Inventory, Requested};
use crate::{
    domain::{self, Answered, Command, stock::Changes},
    storage::{self, changes, working_set},
};

impl Inventory {
    /// Does what one request asks for, or refuses it.
    pub(crate) async fn apply(&self, caller: &Caller, requested: Requested) -> Result<Answered, storage::Error> {
        let mut results = self.apply_all(caller, vec![requested]).await?;
        let result = results.pop().ok_or_else(|| DbErr::Custom("a command got no answer".to_owned()))?;
        Ok(result?)
    }

    /// Applies requests in order, in one transaction; each is answered or refused by itself.
    pub(super) async fn apply_all(
        &self,
        caller: &Caller,
        requested: Vec<Requested>,
    ) -> Result<Vec<Result<Answered, domain::Error>>, DbErr> {
        let command = |Requested { request_id, action }: Requested| {
            let content_hash = content_hash(&action)?;
            Ok(Command { request_id, content_hash, actor: caller.actor.clone(), new_id: Uuid::now_v7(), action })
        };
        let commands = requested.into_iter().map(command).collect::<Result<Vec<_>, DbErr>>()?;
        let left = server::remaining().unwrap_or(Duration::MAX);
        // Whoever has waited past the deadline was told so, and nothing of the call was begun.
        let queued = timeout(left, self.writers.acquire()).await;
        let _place = queued.map_err(|_| late())?.map_err(|_| late())?;
        self.database.retrying(|| self.attempt(caller, &commands)).await
    }

    async fn attempt(
        &self,
        caller: &Caller,
        commands: &[Command],
    ) -> Result<Vec<Result<Answered, domain::Error>>, DbErr> {
        let transaction = self.database.begin().await?;
        let mut facts = working_set::load(&transaction, &caller.merchant, commands).await?;
        let now = facts.now;
        let (results, changes) = facts.apply(commands);
        if changes == Changes::default() {
            transaction.rollback().await?;
        } else {
            changes::write(&transaction, &caller.merchant, &changes, now).await?;
            transaction.commit().await?;
            self.watches.committed();
        }
        Ok(results)
    }
}

fn late() -> DbErr {
    DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)
}
