//! The routes of a service: health and reflection from the beginning, all others once it is open. Until then a call is told what the
//! service waits for.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures::future::Either;
use http::{Request, Response};
use proto::r#type::v1::ErrorReason;
use tonic::{Code, Status, body::Body, service::Routes};
use tower::Service;

use super::open::is_open;
use crate::refusal::Refusal;

/// What a service waits for before it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// That it takes connections.
    Database,
    /// That somebody migrates it.
    Schema,
}

impl Awaited {
    /// The word for it in logs and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Schema => "schema",
        }
    }
}

/// The routes that are not there yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Later(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    routes: OnceLock<Routes>,
    waits_for_schema: AtomicBool,
}

impl Later {
    pub(super) fn wait_for(&self, awaited: Awaited) {
        self.0.waits_for_schema.store(awaited == Awaited::Schema, Ordering::Relaxed);
    }

    /// From now on calls are served; what is open stays so.
    pub(super) fn open(&self, routes: Routes) {
        _ = self.0.routes.set(routes);
    }

    fn refusal(&self) -> Refusal {
        let awaited = if self.0.waits_for_schema.load(Ordering::Relaxed) { Awaited::Schema } else { Awaited::Database };
        let message = match awaited {
            Awaited::Database => "the service starts, and waits for its database; ask again with the same request id",
            Awaited::Schema => {
                "the service starts, and waits for `migrate` to bring its database up to date; ask again with the same request id"
            }
        };
        let mut refusal = Refusal::common(Code::Unavailable, ErrorReason::Starting, message);
        refusal.retry_after = Some(Duration::from_secs(1));
        refusal.with("waits_for", awaited.word())
    }
}

/// The way to both.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    pub(super) always: Routes,
    pub(super) later: Later,
}

impl Service<Request<Body>> for Opening {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<<Routes as Service<Request<Body>>>::Future, Ready<Result<Response<Body>, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Routes are always ready.
        Service::<Request<Body>>::poll_ready(&mut self.always, context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if is_open(request.uri().path()) {
            return Either::Left(self.always.call(request));
        }
        match self.later.0.routes.get() {
            Some(routes) => Either::Left(routes.clone().call(request)),
            None => Either::Right(ready(Ok(Status::from(self.later.refusal()).into_http()))),
        }
    }
}
