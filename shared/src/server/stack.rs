//! What every call goes through: trace, limit, credential, a task of its own, deadline, log line.
//!
//! A call runs in a task that its caller's departure does not stop and that the drain waits for: what was begun is finished.

use std::{
    convert::Infallible,
    future::Future,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderMap, Request, Response};
use opentelemetry::{global, propagation::Extractor, trace::TraceContextExt};
use proto::r#type::v1::ErrorReason;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};
use tracing::{Instrument, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{deadline, drained::Drained, tasks::Tasks, timely::Timely, waiting::Waiting};
use crate::{auth::Authenticator, caller::Caller, refusal::Refusal};

#[derive(Clone)]
pub(super) struct Stack(Arc<Shared>);

struct Shared {
    authenticator: Authenticator,
    permits: Arc<Semaphore>,
    deadline: Duration,
    tasks: Tasks,
}

impl Stack {
    pub(super) fn new(authenticator: Authenticator, calls_max: usize, deadline: Duration, tasks: Tasks) -> Self {
        Self(Arc::new(Shared { authenticator, permits: Arc::new(Semaphore::new(calls_max)), deadline, tasks }))
    }
}

impl<S> Layer<S> for Stack {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { inner, shared: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
pub(super) struct Guarded<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> Service<Request<Body>> for Guarded<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        if is_open(request.uri().path()) {
            return Box::pin(inner.call(request));
        }
        let shared = Arc::clone(&self.shared);
        let caller = shared.authenticator.authenticate(request.headers());
        let span = span(&request, caller.as_ref().ok());
        let request = request.map(|body| Body::new(Drained::new(body)));
        let call = async move {
            let started = Instant::now();
            let answer =
                shared.run(inner, request, caller).await.unwrap_or_else(|refusal| Status::from(refusal).into_http());
            log(&answer, started);
            Ok(answer)
        };
        Box::pin(call.instrument(span))
    }
}

/// Health and reflection need no credential and leave no trace.
fn is_open(path: &str) -> bool {
    path.starts_with("/grpc.health.v1.") || path.starts_with("/grpc.reflection.")
}

impl Shared {
    async fn run<S>(
        &self,
        mut inner: S,
        request: Request<Body>,
        caller: Result<Caller, Refusal>,
    ) -> Result<Response<Body>, Refusal>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Send + 'static,
        S::Future: Send + 'static,
    {
        let permit = Arc::clone(&self.permits).try_acquire_owned();
        let permit = permit.map_err(|_| Refusal::overloaded("more calls than the service takes at once"))?;
        let caller = caller?;
        let now = Instant::now();
        let asked = deadline::asked(request.headers());
        let deadline = now + asked.map_or(self.deadline, |asked| asked.min(self.deadline));
        let (head, body) = request.into_parts();
        let (body, answered) = Timely::new(body, deadline);
        let mut request = Request::from_parts(head, Body::new(body));
        request.extensions_mut().insert(caller);
        // An instant that the clock cannot hold is none.
        let asked = asked.and_then(|asked| now.checked_add(asked));
        request.extensions_mut().insert(Tasks { deadline: asked, ..self.tasks.clone() });
        let (waiting, leaving) = Waiting::until(deadline);
        let work = waiting.scope(async move {
            let answer = inner.call(request).await;
            answered.say();
            drop(permit);
            answer
        });
        let task = self.tasks.tracker.spawn(work.instrument(Span::current()));
        let done = timeout_at(deadline, task).await;
        // Whoever gets an answer has not gone away.
        leaving.disarm();
        match done {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(panic)) => Err(Refusal::internal(&panic)),
            Err(_) => Err(too_late()),
        }
    }
}

fn too_late() -> Refusal {
    let message =
        "the deadline has passed; what the call began is finished all the same: ask again with the same request id";
    Refusal::common(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded, message)
}

/// The call's span, a child of the caller's.
fn span(request: &Request<Body>, caller: Option<&Caller>) -> Span {
    let method = request.uri().path().trim_start_matches('/');
    let span = tracing::info_span!(
        "call",
        otel.name = method,
        otel.kind = "server",
        merchant = caller.map(|caller| caller.merchant.as_str()),
        actor = caller.map(|caller| caller.actor.as_str()),
        trace_id = field::Empty
    );
    let parent = global::get_text_map_propagator(|propagator| propagator.extract(&Headers(request.headers())));
    if span.set_parent(parent).is_ok() {
        let trace_id = span.context().span().span_context().trace_id();
        span.record("trace_id", field::display(trace_id));
    }
    span
}

/// One line a call: answers at DEBUG, refusals at INFO; what went wrong inside has its own line.
fn log(answer: &Response<Body>, started: Instant) {
    let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    match Status::from_header_map(answer.headers()).filter(|status| status.code() != Code::Ok) {
        Some(status) => tracing::info!(code = ?status.code(), message = status.message(), elapsed_us, "refused"),
        None => tracing::debug!(elapsed_us, "answered"),
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}
