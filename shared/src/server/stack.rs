//! What every call goes through: credential, message, permit, trace, a task of its own, deadline, log line.
//!
//! A call runs in a task that its caller's departure does not stop and that the drain waits for: what was begun is finished. A call that is
//! refused before that costs next to nothing: no span, no task, no line of its own in the log.

use std::{
    convert::Infallible,
    future::{Future, pending, ready},
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Extensions, HeaderMap, Request, Response};
use opentelemetry::{global, propagation::Extractor, trace::TraceContextExt};
use proto::r#type::v1::ErrorReason;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};
use tracing::{Instrument, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{
    arrival::{self, Arrival, Arrived, Counted, Unfinished},
    deadline,
    drained::Drained,
    held, media_type,
    message::{Limits, Messages, Method},
    open::is_open,
    refused::{Refusals, Why},
    seats::Seat,
    tasks::{self, Tasks},
    timely::{Answered, Timely},
    traffic::Traffic,
    waiting::Waiting,
    weight::permits,
};
use crate::{
    auth::Authenticator,
    caller::Caller,
    fair::{Fair, Full, Place},
    identity::Merchant,
    refusal::Refusal,
};

#[derive(Clone)]
pub(super) struct Stack(Arc<Shared>);

struct Shared {
    authenticator: Authenticator,
    limits: Arc<Limits>,
    unfinished: Arc<Unfinished>,
    permits: Arc<Fair<Merchant>>,
    /// How many of them there are.
    permits_max: usize,
    refusals: Refusals,
    deadline: Duration,
    tasks: Tasks,
}

/// A call that may begin.
struct Admitted {
    request: Request<Body>,
    caller: Caller,
    permit: Place<Merchant>,
    /// Whether the answer is a stream, which may last: it holds no permit.
    is_taken_at_once: bool,
    deadline: Instant,
    answered: Answered,
}

/// Why a call may not begin.
enum Refused {
    For(Why),
    /// What its message is refused for.
    With(Box<Status>),
}

impl Stack {
    pub(super) fn new(
        authenticator: Authenticator,
        limits: Arc<Limits>,
        permits_max: usize,
        unfinished: Arc<Unfinished>,
        deadline: Duration,
        tasks: Tasks,
    ) -> Self {
        let (refusals, permits) = (Refusals::new(), Fair::new(permits_max));
        Self(Arc::new(Shared { authenticator, limits, unfinished, permits, permits_max, refusals, deadline, tasks }))
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
        if let Some(answer) = media_type::unsupported(request.headers()) {
            drop(Drained::of(request));
            return Box::pin(ready(Ok(answer)));
        }
        if is_open(request.uri().path()) {
            return Box::pin(inner.call(request));
        }
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let started = Instant::now();
            let admitted = match shared.admit(request, started).await {
                Ok(admitted) => admitted,
                Err(Refused::For(why)) => return Ok(shared.refusals.answer(why)),
                Err(Refused::With(status)) => {
                    shared.refusals.count(status.code(), status.message());
                    return Ok(status.into_http());
                }
            };
            let span = span(&admitted.request, &admitted.caller);
            let call = async {
                let answer = shared.run(inner, admitted).await;
                let answer = answer.unwrap_or_else(|refusal| Status::from(refusal).into_http());
                shared.log(&answer, started);
                answer
            };
            Ok(call.instrument(span).await)
        })
    }
}

impl Shared {
    /// Finds out who calls, waits for the message and then for a permit.
    async fn admit(&self, request: Request<Body>, now: Instant) -> Result<Admitted, Refused> {
        let (mut request, body) = Drained::of(request);
        let seat = request.extensions_mut().remove::<Arc<Seat>>();
        let caller = self.authenticator.authenticate(request.headers()).map_err(Why::Denied)?;
        // Whoever is known stays, however it goes on, and whoever is not has shown nothing, however it is refused.
        seat.iter().for_each(|seat| seat.keep(self.authenticator.is_on().then_some(&caller.merchant)));
        let asked = deadline::asked(request.headers()).map_err(|refusal| Refused::With(Box::new(refusal.into())))?;
        let deadline = now + asked.map_or(self.deadline, |asked| asked.min(self.deadline));

        let arrival = self.unfinished.begin(&request, &caller.merchant);
        let body = Body::new(Counted::new(body, Arc::clone(&arrival)));
        let body = Body::new(Messages::new(body, &self.limits, request.uri().path()));
        let (body, answered) = Timely::new(body, deadline);
        let method = self.limits.method(request.uri().path());
        let body = match method {
            Some(Method { is_stream: false, .. }) => self.whole(body, arrival, request.extensions()).await?,
            // A call that is not known is refused at once.
            Some(Method { is_stream: true, .. }) | None => Arrived::stream(body, arrival),
        };

        let permit =
            timeout_at(deadline, self.permits.take(&caller.merchant, permits(body.bytes(), self.permits_max))).await;
        let permit = permit.map_err(|_| Why::Late)?.map_err(|Full| Why::Crowded)?;
        // An instant that the clock cannot hold is none.
        let asked = asked.and_then(|asked| now.checked_add(asked));
        request.extensions_mut().insert(caller.clone());
        request.extensions_mut().insert(Tasks { deadline: asked, ..self.tasks.clone() });
        let is_taken_at_once = method.is_some_and(|method| method.is_answered_by_stream);
        let request = request.map(|()| Body::new(body));
        Ok(Admitted { request, caller, permit, is_taken_at_once, deadline, answered })
    }

    /// Waits for all of a call; not once its connection has to end, since nothing was begun.
    async fn whole(&self, body: Timely, arrival: Arc<Arrival>, about: &Extensions) -> Result<Arrived, Refused> {
        let leaving = about.get::<Traffic>().map(Traffic::leaving);
        let arrived = tokio::select! {
            biased;
            arrived = Arrived::wait(body, arrival) => arrived,
            () = until(leaving) => Err(tasks::draining().into()),
        };
        arrived.map_err(|status| match arrival::why(&status) {
            Some(why) => Refused::For(why),
            None => Refused::With(Box::new(status)),
        })
    }

    async fn run<S>(&self, mut inner: S, admitted: Admitted) -> Result<Response<Body>, Refusal>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Send + 'static,
        S::Future: Send + 'static,
    {
        let Admitted { request, caller, permit, is_taken_at_once, deadline, answered } = admitted;
        let (waiting, leaving) = Waiting::until(deadline);
        let work = waiting.of(&caller.merchant).scope(async move {
            let answer = inner.call(request).await;
            answered.say();
            answer.map(|answer| if is_taken_at_once { answer } else { held::until_taken(answer, permit) })
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

    /// One line a call: answers at DEBUG, refusals at INFO; what went wrong inside has its own line, and overload is counted.
    fn log(&self, answer: &Response<Body>, started: Instant) {
        let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        match Status::from_header_map(answer.headers()).filter(|status| status.code() != Code::Ok) {
            Some(status) if status.code() == Code::ResourceExhausted => {
                self.refusals.count(status.code(), status.message());
            }
            Some(status) => tracing::info!(code = ?status.code(), message = status.message(), elapsed_us, "refused"),
            None => tracing::debug!(elapsed_us, "answered"),
        }
    }
}

impl From<Why> for Refused {
    fn from(why: Why) -> Self {
        Self::For(why)
    }
}

async fn until(leaving: Option<&CancellationToken>) {
    match leaving {
        Some(leaving) => leaving.cancelled().await,
        None => pending().await,
    }
}

fn too_late() -> Refusal {
    let message =
        "the deadline has passed; what the call began is finished all the same: ask again with the same request id";
    Refusal::common(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded, message)
}

/// The call's span, a child of the caller's.
fn span(request: &Request<Body>, caller: &Caller) -> Span {
    let method = request.uri().path().trim_start_matches('/');
    let span = tracing::info_span!(
        "call",
        otel.name = method,
        otel.kind = "server",
        merchant = caller.merchant.as_str(),
        actor = caller.actor.as_str(),
        trace_id = field::Empty
    );
    let parent = global::get_text_map_propagator(|propagator| propagator.extract(&Headers(request.headers())));
    if span.set_parent(parent).is_ok() {
        let trace_id = span.context().span().span_context().trace_id();
        span.record("trace_id", field::display(trace_id));
    }
    span
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
