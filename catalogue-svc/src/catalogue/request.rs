//! Repeatable requests: the first answer is kept with the effect, in its transaction.

use serde::{Serialize, de::DeserializeOwned};
use shared::{
    caller::Caller,
    database::{
        Transaction,
        requests::{self, Record, Seen},
    },
    identity::RequestId,
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

impl<C: Serialize> Request<'_, C> {
    /// The answer that this request got before, if any; refused if its id was used for something else.
    pub(super) async fn answered<A: DeserializeOwned>(
        &self,
        transaction: &Transaction,
    ) -> Result<Option<Answered<A>>, Error> {
        let content = (self.verb, self.command);
        match requests::seen(transaction, &self.caller.merchant, self.request_id, &content).await? {
            Seen::New => Ok(None),
            Seen::Answered(answer) => Ok(Some(Answered { answer, replay: Replay::Yes })),
            Seen::OtherContent => Err(domain::Error::RequestIdReused.into()),
        }
    }

    /// The same, before anything is asked of inventory-svc.
    pub(super) async fn answered_before<A: DeserializeOwned>(
        &self,
        catalogue: &Catalogue,
    ) -> Result<Option<Answered<A>>, Error> {
        let snapshot = catalogue.database.snapshot().await?;
        let answered = self.answered(&snapshot).await;
        snapshot.rollback().await?;
        answered
    }

    /// Keeps the answer.
    pub(super) async fn record<A: Serialize>(
        &self,
        transaction: &Transaction,
        answer: &A,
        now: Micros,
    ) -> Result<(), Error> {
        let record = Record::new(self.request_id, &(self.verb, self.command), answer)?;
        Ok(requests::insert(transaction, &self.caller.merchant, record, now).await?)
    }
}

/// The id of the one remote write that a request makes: the same for the same request.
pub(super) fn derived(verb: &str, request_id: &RequestId) -> Result<RequestId, Error> {
    let digest = blake3::hash(request_id.as_str().as_bytes()).to_hex();
    RequestId::parse(&format!("catalogue-{verb}-{digest}")).map_err(|error| Error::Unexpected(error.to_string()))
}
