//! Repeatable requests: the first answer is kept with the effect, in its transaction.

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
mod v1;

use serde::{Serialize, de::DeserializeOwned};
use shared::{
    caller::Caller,
    database::{
        Transaction,
        requests::{self, Record, content_hash},
    },
    identity::RequestId,
    stored::{self, Form, Read, Unreadable},
    time::Micros,
};

use super::{Catalogue, Error};
use crate::domain;

/// Whether an answer was given before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// An earlier call with this request id got it.
    Yes,
    /// It is new.
    No,
}

/// An answer, and whether it was given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered<A> {
    /// The answer.
    pub answer: A,
    /// Whether it was given before.
    pub replay: Replay,
}

impl<A> Answered<A> {
    /// A new answer.
    pub(super) fn new(answer: A) -> Self {
        Self { answer, replay: Replay::No }
    }
}

/// A request by its verb, its id and its content.
#[derive(Debug)]
pub(super) struct Request<'a, C> {
    pub(super) caller: &'a Caller,
    pub(super) verb: &'static str,
    pub(super) request_id: &'a RequestId,
    pub(super) command: &'a C,
}

impl<C> Clone for Request<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Request<'_, C> {}

/// A command that is recorded, and the form in which its content is compared: the newest version.
pub(super) trait Asked: Sized {
    type Form: Form<Self> + Serialize;
}

/// An answer that is recorded, and the form in which it is stored.
pub(super) trait Told: Sized {
    type Form: Form<Self> + Read<Self> + Serialize + DeserializeOwned;
}

/// What a request asks for: equal for equal commands, whatever the wire looked like, and whichever release asks.
fn content<C: Asked>(verb: &str, command: &C) -> Result<String, Unreadable> {
    serde_json::to_string(&(verb, C::Form::of(command))).map_err(Unreadable::because)
}

impl<C: Asked> Request<'_, C> {
    fn hash(&self) -> Result<String, Unreadable> {
        content(self.verb, self.command).map(|content| content_hash(&content))
    }

    /// The answer that this request got before, if any; refused if its id was used for something else.
    pub(super) async fn answered<A: Told>(&self, transaction: &Transaction) -> Result<Option<Answered<A>>, Error> {
        let seen = requests::seen(transaction, &self.caller.merchant, self.request_id).await?;
        let Some(record) = seen else { return Ok(None) };
        if record.content_hash != self.hash()? {
            return Err(domain::Error::RequestIdReused.into());
        }
        Ok(Some(Answered { answer: stored::read::<A::Form, A>(&record.answer)?, replay: Replay::Yes }))
    }

    /// The same, before anything is asked of inventory-svc.
    pub(super) async fn answered_before<A: Told>(&self, catalogue: &Catalogue) -> Result<Option<Answered<A>>, Error> {
        let snapshot = catalogue.database.snapshot().await?;
        let answered = self.answered(&snapshot).await;
        snapshot.rollback().await?;
        answered
    }

    /// Keeps the answer.
    pub(super) async fn record<A: Told>(
        &self,
        transaction: &Transaction,
        answer: &A,
        now: Micros,
    ) -> Result<(), Error> {
        let (request_id, content_hash) = (self.request_id.clone(), self.hash()?);
        let record = Record { request_id, content_hash, answer: stored::write::<A::Form, A>(answer)? };
        Ok(requests::insert(transaction, &self.caller.merchant, record, now).await?)
    }
}

/// The id of the one remote write that a request makes: the same for the same request.
pub(super) fn derived(verb: &str, request_id: &RequestId) -> Result<RequestId, Error> {
    let digest = blake3::hash(request_id.as_str().as_bytes()).to_hex();
    RequestId::parse(&format!("catalogue-{verb}-{digest}")).map_err(|error| Error::Unexpected(error.to_string()))
}
