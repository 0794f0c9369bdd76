//! Mutations: commands to the state machine, through the queue of the tasks that commit.

use sea_orm::DbErr;
use shared::caller::Caller;
use uuid::Uuid;

use super::{Inventory, Requested};
use crate::{
    domain::{self, Answered, Command},
    planted::{self, Bug},
    storage::{self, request},
};

impl Inventory {
    /// Does what one request asks for, or refuses it.
    pub(crate) async fn apply(&self, caller: &Caller, requested: Requested) -> Result<Answered, storage::Error> {
        let mut replies = self.queue.apply(&caller.merchant, vec![command(caller, requested)?]).await?;
        replies.pop().ok_or_else(|| DbErr::Custom("a command got no answer".to_owned()))?
    }

    /// Applies requests in order; each is answered or refused by itself.
    ///
    /// A failure of the database is that of all of them: those that were applied are found by their request ids.
    pub(crate) async fn apply_all(
        &self,
        caller: &Caller,
        requested: Vec<Requested>,
    ) -> Result<Vec<Result<Answered, domain::Error>>, storage::Error> {
        let commands = requested.into_iter().map(|requested| command(caller, requested));
        let commands = commands.collect::<Result<Vec<_>, DbErr>>()?;
        let result = |reply| match reply {
            Ok(answered) => Ok(Ok(answered)),
            Err(storage::Error::Refused(refused)) => Ok(Err(refused)),
            Err(failed @ storage::Error::Database(_)) => Err(failed),
        };
        self.queue.apply(&caller.merchant, commands).await?.into_iter().map(result).collect()
    }
}

fn command(caller: &Caller, requested: Requested) -> Result<Command, DbErr> {
    let Requested { request_id, action } = requested;
    let content_hash = if planted::has(Bug::ReplayIgnoresContent) { String::new() } else { request::hash(&action)? };
    Ok(Command { request_id, content_hash, actor: caller.actor.clone(), new_id: Uuid::now_v7(), action })
}
