//! Near keys that are stored stay those of the present rule, while a service is at work.

use std::{future::Future, time::Duration};

use sea_orm::DbErr;
use tokio::{task::JoinHandle, time::interval};

use crate::code::near;

/// An older release that still runs may add codes by its own rule.
const PACE: Duration = Duration::from_secs(60);

/// Has near keys that a rule before made made anew, now and then, until the task is stopped; any number of replicas may do so.
///
/// `make` makes all of them anew, in short transactions, and answers how many.
pub fn keep<F>(make: impl Fn() -> F + Send + 'static) -> JoinHandle<()>
where
    F: Future<Output = Result<usize, DbErr>> + Send,
{
    tokio::spawn(async move {
        let mut every = interval(PACE);
        loop {
            every.tick().await;
            match make().await {
                Ok(0) => {}
                Ok(keys) => tracing::info!(keys, version = near::VERSION, "near keys are made by the present rule"),
                Err(error) => tracing::warn!(%error, "near keys stay those of a rule before for now"),
            }
        }
    })
}
