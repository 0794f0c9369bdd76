//! The promises of the stack, through a real server and client, with a service whose one call does as it is told.

mod connection;
mod crowd;
mod fairness;
mod frames;
mod hoard;
mod open;
mod raw;
mod silence;
mod start;

use std::{sync::Arc, time::Duration};

use opentelemetry::trace::{TraceContextExt, TracerProvider};
use proto::catalogue::{
    self,
    v1::{
        ListCategoriesRequest, ListCategoriesResponse,
        category_service_client::CategoryServiceClient,
        category_service_server::{CategoryService, CategoryServiceServer},
    },
};
use tokio::sync::Notify;
use tonic::{Code, Request, Response, Status, service::RoutesBuilder};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_types::StatusExt;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

use super::*;
use crate::{
    client::{self, Upstream},
    identity::Merchant,
    settings::Between,
};

/// Answers at once; panics; or says that it began, waits to be let go (or for its caller to leave), and says that it finished.
#[derive(Clone, Default)]
struct Told(Arc<Signals>);

#[derive(Default)]
struct Signals {
    begun: Notify,
    begun_count: tokio::sync::watch::Sender<usize>,
    go: Notify,
    finished: Notify,
}

#[tonic::async_trait]
impl CategoryService for Told {
    async fn list_categories(
        &self,
        request: Request<ListCategoriesRequest>,
    ) -> Result<Response<ListCategoriesResponse>, Status> {
        match request.get_ref().channel.as_str() {
            "panic" => panic!("as told"),
            "wait" => {
                self.0.begun.notify_one();
                self.0.begun_count.send_modify(|count| *count += 1);
                self.0.go.notified().await;
                self.0.finished.notify_one();
            }
            "wait-for-departure" => {
                self.0.begun.notify_one();
                Waiting::current().over().await;
                self.0.finished.notify_one();
            }
            _ => {}
        }
        let timeout = request.metadata().get("grpc-timeout").and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Response::new(ListCategoriesResponse { categories: vec![], next_page_token: timeout.to_owned() }))
    }
}

fn settings() -> settings::Server {
    settings::Server {
        listen: "127.0.0.1:0".into(),
        calls_max: Between::nearest(8),
        deadline_ms: Between::nearest(30_000),
        drain_ms: Between::nearest(30_000),
        connections_max: Between::nearest(64),
        connections_per_address_max: Between::nearest(64),
        connection_idle_max_s: Between::nearest(600),
        connection_age_max_s: Between::nearest(600),
    }
}

async fn serve(calls_max: u64, told: &Told) -> Running {
    serve_as(settings::Server { calls_max: Between::nearest(calls_max), ..settings() }, told).await
}

async fn serve_as(settings: settings::Server, told: &Told) -> Running {
    serve_for(settings, told, Authenticator::off(), |_| {}).await
}

/// Serves with other limits than anybody may set.
async fn serve_within(settings: settings::Server, told: &Told, limit: impl FnOnce(&mut Bound)) -> Running {
    serve_for(settings, told, Authenticator::off(), limit).await
}

async fn serve_for(
    settings: settings::Server,
    told: &Told,
    authenticator: Authenticator,
    limit: impl FnOnce(&mut Bound),
) -> Running {
    let mut routes = RoutesBuilder::default();
    routes.add_service(CategoryServiceServer::new(told.clone()));
    let mut bound = Bound::bind(&settings, authenticator).await.unwrap();
    limit(&mut bound);
    begin(bound).await.open(routes, Box::new(|| Box::pin(std::future::ready(true)))).await
}

async fn begin(bound: Bound) -> Starting {
    bound.start(vec!["oms.catalogue.v1.CategoryService"], catalogue::DESCRIPTORS).await.unwrap()
}

fn upstream(host: &str, running: &Running) -> Upstream {
    let url = format!("http://{host}:{}", running.address().port());
    Upstream::new(&to(url)).unwrap()
}

fn to(url: String) -> client::Settings {
    client::Settings { url, token_file: String::new(), deadline_ms: Between::nearest(30_000) }
}

fn told(channel: &str) -> ListCategoriesRequest {
    ListCategoriesRequest { channel: channel.into(), ..Default::default() }
}

async fn ask(upstream: &Upstream, request: Request<ListCategoriesRequest>) -> Result<String, Status> {
    let answer = CategoryServiceClient::new(upstream.channel()).list_categories(request).await?;
    Ok(answer.into_inner().next_page_token)
}

fn refusal(status: &Status) -> (Code, String) {
    (status.code(), client::reason(status).map(|(reason, _)| reason).unwrap_or_default())
}

#[tokio::test]
async fn a_deadline_is_answered_as_such_and_what_was_begun_is_finished() {
    let service = Told::default();
    let running = serve(8, &service).await;
    let mut request = Request::new(told("wait"));
    request.set_timeout(Duration::from_millis(200));

    let status = ask(&upstream("127.0.0.1", &running), request).await.unwrap_err();
    service.0.go.notify_one();
    service.0.finished.notified().await;

    assert_eq!(refusal(&status), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned()));
    assert_eq!(running.drain().await, 0);
}

#[tokio::test]
async fn a_deadline_that_is_none_is_refused_by_name() {
    let running = serve(8, &Told::default()).await;
    let upstream = upstream("127.0.0.1", &running);

    for stated in [&["soon"][..], &[""], &["-1S"], &["1s"], &["123456789S"], &["1S", "2S"]] {
        let mut request = Request::new(told("at-once"));
        for value in stated {
            request.metadata_mut().append("grpc-timeout", value.parse().unwrap());
        }
        let status = ask(&upstream, request).await.unwrap_err();

        assert_eq!(refusal(&status), (Code::InvalidArgument, "INVALID_FIELD".to_owned()), "{stated:?}");
        let violations = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(violations[0].field, "grpc-timeout");
    }
}

#[tokio::test]
async fn a_caller_that_leaves_stops_nothing_and_the_drain_waits() {
    let service = Told::default();
    let running = serve(8, &service).await;
    let upstream = upstream("127.0.0.1", &running);
    let call = tokio::spawn(async move { ask(&upstream, Request::new(told("wait"))).await });
    service.0.begun.notified().await;

    call.abort();
    let drained = tokio::spawn(running.drain());
    service.0.go.notify_one();
    service.0.finished.notified().await;

    assert_eq!(drained.await.unwrap(), 0);
}

#[tokio::test]
async fn a_caller_that_leaves_is_noticed_by_what_works_for_it() {
    let service = Told::default();
    let running = serve(8, &service).await;
    let upstream = upstream("127.0.0.1", &running);
    let call = tokio::spawn(async move { ask(&upstream, Request::new(told("wait-for-departure"))).await });
    service.0.begun.notified().await;

    call.abort();
    let noticed = timeout(Duration::from_secs(15), service.0.finished.notified()).await;

    assert!(noticed.is_ok(), "only the deadline ended the call");
    assert_eq!(running.drain().await, 0);
}

#[tokio::test]
async fn a_drain_ends_at_its_time_and_says_what_it_cut_off() {
    let service = Told::default();
    let mut running = serve(8, &service).await;
    running.drain = Duration::from_millis(50);
    let upstream = upstream("127.0.0.1", &running);
    let call = tokio::spawn(async move { ask(&upstream, Request::new(told("wait"))).await });
    service.0.begun.notified().await;

    assert_eq!(running.drain().await, 1);
    call.abort();
}

#[tokio::test]
async fn a_panic_is_answered_with_an_error_id_and_nothing_else() {
    let running = serve(8, &Told::default()).await;

    let status = ask(&upstream("127.0.0.1", &running), Request::new(told("panic"))).await.unwrap_err();

    assert_eq!(refusal(&status), (Code::Internal, "INTERNAL".to_owned()));
    assert_eq!(client::reason(&status).unwrap().1["error_id"].len(), 32);
    assert!(!status.message().contains("as told"));
}

#[tokio::test]
async fn beyond_the_limit_calls_are_refused_at_once_with_when_to_retry() {
    let service = Told::default();
    let running = serve(1, &service).await;
    let upstream = upstream("127.0.0.1", &running);
    let first = tokio::spawn({
        let upstream = upstream.clone();
        async move { ask(&upstream, Request::new(told("wait"))).await }
    });
    service.0.begun.notified().await;

    let status = ask(&upstream, Request::new(told("at-once"))).await.unwrap_err();
    service.0.go.notify_one();

    assert_eq!(refusal(&status), (Code::ResourceExhausted, "OVERLOADED".to_owned()));
    assert!(status.get_details_retry_info().is_some());
    assert!(first.await.unwrap().is_ok());
}

#[tokio::test]
async fn an_address_that_is_dead_is_left_out() {
    let running = serve(8, &Told::default()).await;
    // Resolves to ::1 too where the machine has it: nobody listens there.
    let upstream = upstream("localhost", &running);

    for _ in 0..20 {
        let answer = upstream
            .call(|channel| async {
                CategoryServiceClient::new(channel).list_categories(Request::new(told("at-once"))).await
            })
            .await;
        assert!(answer.is_ok(), "{answer:?}");
    }
}

#[tokio::test]
async fn nobody_there_is_unavailable_at_once() {
    let upstream = Upstream::new(&to("http://127.0.0.1:1".into())).unwrap();

    let status = ask(&upstream, Request::new(told("at-once"))).await.unwrap_err();

    assert_eq!(status.code(), Code::Unavailable);
}

#[tokio::test]
async fn the_deadline_goes_on_to_the_next_service() {
    let running = serve(8, &Told::default()).await;
    let upstream = upstream("127.0.0.1", &running);
    let soon = tokio::time::Instant::now() + Duration::from_secs(2);

    let merchant = Merchant::default_merchant();
    let (waiting, _guard) = Waiting::until(soon);
    let request = waiting.scope(async { upstream.request(&merchant, told("at-once")) }).await;
    let timeout = ask(&upstream, request).await.unwrap();

    let micros: u64 = timeout.trim_end_matches('u').parse().unwrap();
    assert!((1_000_000..=1_990_000).contains(&micros), "{timeout}");
}

#[tokio::test]
async fn health_tells_alive_from_ready() {
    let mut running = serve(8, &Told::default()).await;
    let channel =
        tonic::transport::Endpoint::from_shared(format!("http://{}", running.address())).unwrap().connect_lazy();
    let mut health = HealthClient::new(channel);

    let mut watch = health.watch(HealthCheckRequest { service: READINESS.into() }).await.unwrap().into_inner();
    while watch.message().await.unwrap().unwrap().status() != ServingStatus::Serving {}
    let alive = health.check(HealthCheckRequest { service: LIVENESS.into() }).await.unwrap().into_inner();
    let named = health
        .check(HealthCheckRequest { service: "oms.catalogue.v1.CategoryService".into() })
        .await
        .unwrap()
        .into_inner();
    running.health.stop().await;
    let stopped = watch.message().await.unwrap().unwrap();

    assert_eq!((alive.status(), named.status()), (ServingStatus::Serving, ServingStatus::Serving));
    assert_eq!(stopped.status(), ServingStatus::NotServing);
}

#[tokio::test]
async fn the_trace_goes_on_to_the_next_service() {
    opentelemetry::global::set_text_map_propagator(opentelemetry_sdk::propagation::TraceContextPropagator::new());
    let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let running = serve(8, &Told::default()).await;
    let upstream = upstream("127.0.0.1", &running);

    let (request, trace_id) = tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        let span = tracing::info_span!("call");
        let entered = span.enter();
        let request = upstream.request(&Merchant::default_merchant(), told("at-once"));
        drop(entered);
        (request, span.context().span().span_context().trace_id().to_string())
    });

    let sent = request.metadata().get("traceparent").unwrap().to_str().unwrap();
    assert_eq!(sent.split('-').nth(1), Some(trace_id.as_str()));
}

#[test]
fn every_bad_field_is_named_at_once() {
    let mut fields = crate::refusal::Fields::default();
    fields.take("code", crate::code::Code::parse("")).ok_or(()).unwrap_err();
    fields.take("price", crate::money::Money::parse("x", 1, 0)).ok_or(()).unwrap_err();

    let status = Status::from(fields.finish().unwrap_err());

    let named: Vec<String> = status
        .get_details_bad_request()
        .unwrap()
        .field_violations
        .into_iter()
        .map(|violation| violation.field)
        .collect();
    assert_eq!(named, ["code", "price"]);
    assert_eq!(refusal(&status), (Code::InvalidArgument, "INVALID_FIELD".to_owned()));
}

#[tokio::test]
async fn a_semaphore_permit_is_given_back_by_a_call_that_panics() {
    let running = serve(1, &Told::default()).await;
    let upstream = upstream("127.0.0.1", &running);

    let panicked = ask(&upstream, Request::new(told("panic"))).await;
    let after = ask(&upstream, Request::new(told("at-once"))).await;

    assert_eq!(panicked.unwrap_err().code(), Code::Internal);
    assert!(after.is_ok());
}
