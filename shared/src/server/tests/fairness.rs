//! Merchants that share a server, of which one asks for more than there is.

use std::{
    fmt::Debug,
    sync::{Mutex, PoisonError},
};

use futures::{StreamExt, stream::FuturesUnordered};
use prost::Message;
use sha2::{Digest, Sha256};
use tokio::{net::TcpStream, task::JoinHandle};
use tracing::field::{Field, Visit};
use tracing_subscriber::{Layer, layer::Context};

use super::*;

const TOKEN: &str = "one-token-for-all-merchants";
/// A message that says nothing, with its prefix.
const EMPTY: &[u8] = &[0; 5];
const PATH: &str = "http://test/oms.catalogue.v1.CategoryService/ListCategories";

/// One credential, for any merchant.
fn authenticator() -> Authenticator {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials.toml");
    let digest: String = Sha256::digest(TOKEN).iter().map(|byte| format!("{byte:02x}")).collect();
    let credential = format!("[[credential]]\nname = \"all\"\ntoken_sha256 = \"{digest}\"\nmerchants = [\"*\"]\n");
    std::fs::write(&file, credential).unwrap();
    Authenticator::from_file(&file).unwrap()
}

pub(super) async fn serve_merchants(calls_max: u64, told: &Told) -> Running {
    serve_for(settings::Server { calls_max: Between::nearest(calls_max), ..settings() }, told, authenticator(), |_| {})
        .await
}

/// A call of a merchant that has begun to be sent.
fn call(upstream: &Upstream, merchant: &str, channel: &str) -> JoinHandle<Result<String, Status>> {
    let mut request = Request::new(told(channel));
    request.metadata_mut().insert("authorization", format!("Bearer {TOKEN}").parse().unwrap());
    request.metadata_mut().insert("oms-merchant", merchant.parse().unwrap());
    let upstream = upstream.clone();
    tokio::spawn(async move { ask(&upstream, request).await })
}

fn overloaded(answer: Result<String, Status>) -> bool {
    answer.is_err_and(|status| refusal(&status) == (Code::ResourceExhausted, "OVERLOADED".to_owned()))
}

/// Waits until so many calls wait to be let go.
async fn begun(told: &Told, count: usize) {
    told.0.begun_count.subscribe().wait_for(|begun| *begun >= count).await.unwrap();
}

async fn connect(running: &Running) -> h2::client::SendRequest<tonic::codegen::Bytes> {
    let stream = TcpStream::connect(running.address()).await.unwrap();
    let (connection, driver) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(driver);
    connection.ready().await.unwrap()
}

fn head(merchant: &str) -> http::Request<()> {
    http::Request::post(PATH)
        .header("content-type", "application/grpc")
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("oms-merchant", merchant)
        .body(())
        .unwrap()
}

/// What a merchant's calls say of their caller.
pub(super) fn credential(merchant: &str) -> http::HeaderMap {
    let mut headers = head(merchant).into_parts().0.headers;
    headers.remove("content-type");
    headers
}

/// A call of a merchant of which only the head has come.
pub(super) async fn begin(
    calls: &mut h2::client::SendRequest<tonic::codegen::Bytes>,
    merchant: &str,
) -> (h2::client::ResponseFuture, h2::SendStream<tonic::codegen::Bytes>) {
    *calls = calls.clone().ready().await.unwrap();
    calls.send_request(head(merchant), false).unwrap()
}

/// A list of a channel's categories, as it is sent.
fn listing(channel: &str) -> tonic::codegen::Bytes {
    let message = told(channel).encode_to_vec();
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0][..], &length, &message].concat().into()
}

#[tokio::test]
async fn requests_without_a_message_keep_nobody_out() {
    unfinished_ones_keep_nobody_out(None).await;
}

#[tokio::test]
async fn requests_without_an_end_keep_nobody_out() {
    unfinished_ones_keep_nobody_out(Some(EMPTY)).await;
}

/// Requests of which only so much comes.
async fn unfinished_ones_keep_nobody_out(sent: Option<&'static [u8]>) {
    let running = serve_merchants(8, &Told::default()).await;
    let upstream = upstream("127.0.0.1", &running);
    let (mut connections, mut bodies, mut answers) = (vec![], vec![], FuturesUnordered::new());
    for _ in 0..6 {
        let mut connection = connect(&running).await;
        for _ in 0..100 {
            let (answer, mut body) = connection.send_request(head("acme"), false).unwrap();
            sent.into_iter().for_each(|sent| body.send_data(sent.into(), false).unwrap());
            bodies.push(body);
            answers.push(answer);
            connection = connection.ready().await.unwrap();
        }
        connections.push(connection);
    }
    // Twice as many as there are permits may be unfinished.
    for _ in 0..600 - 16 {
        let answer = answers.next().await.unwrap().unwrap();
        let status = Status::from_header_map(answer.headers()).unwrap();
        assert_eq!(refusal(&status), (Code::ResourceExhausted, "OVERLOADED".to_owned()));
        assert!(status.get_details_retry_info().is_some());
    }

    let (acme, bolt) = (call(&upstream, "acme", "at-once").await, call(&upstream, "bolt", "at-once").await);

    assert!(bolt.unwrap().is_ok());
    assert!(acme.unwrap().is_ok(), "the same merchant's whole messages are served");
    drop((connections, bodies));
}

#[tokio::test]
async fn a_call_of_one_message_takes_no_second_one() {
    let running = serve_merchants(8, &Told::default()).await;
    let mut connection = connect(&running).await;

    let (answer, mut body) = connection.send_request(head("acme"), false).unwrap();
    body.send_data(EMPTY.into(), false).unwrap();
    body.send_data(EMPTY.into(), false).unwrap();

    let status = Status::from_header_map(answer.await.unwrap().headers()).unwrap();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "MESSAGE_INVALID".to_owned()));
}

#[tokio::test]
async fn answers_that_nobody_takes_hold_their_permits() {
    let running = serve_merchants(8, &Told::default()).await;
    let upstream = upstream("127.0.0.1", &running);
    let stream = TcpStream::connect(running.address()).await.unwrap();
    let (connection, driver) = h2::client::Builder::new().initial_window_size(0).handshake(stream).await.unwrap();
    tokio::spawn(driver);
    let mut connection = connection.ready().await.unwrap();
    let (mut untaken, mut refused) = (vec![], 0);
    for _ in 0..20 {
        let (answer, mut body) = connection.send_request(head("acme"), false).unwrap();
        body.send_data(listing("at-once"), true).unwrap();
        let answer = answer.await.unwrap();
        match Status::from_header_map(answer.headers()) {
            Some(status) => {
                assert_eq!(refusal(&status), (Code::ResourceExhausted, "OVERLOADED".to_owned()));
                refused += 1;
            }
            None => untaken.push(answer),
        }
        connection = connection.ready().await.unwrap();
    }

    assert_eq!((untaken.len(), refused), (7, 13), "an eighth is kept for others");
    assert!(call(&upstream, "bolt", "at-once").await.unwrap().is_ok());

    drop((untaken, connection));
    for _ in 0..8 {
        assert!(call(&upstream, "acme", "at-once").await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn one_merchant_has_no_more_than_half_while_another_waits() {
    let service = Told::default();
    let running = serve_merchants(8, &service).await;
    let upstream = upstream("127.0.0.1", &running);
    let mut acme: Vec<_> = (0..7).map(|_| call(&upstream, "acme", "wait")).collect();
    begun(&service, 7).await;
    assert!(overloaded(call(&upstream, "acme", "at-once").await.unwrap()), "an eighth is kept for others");
    let bolt = call(&upstream, "bolt", "wait");
    begun(&service, 8).await;

    let waits = call(&upstream, "bolt", "at-once");
    // It is answered long after the other one is where it waits.
    assert!(overloaded(call(&upstream, "acme", "at-once").await.unwrap()));
    assert!(!waits.is_finished(), "it waits for the next place");
    service.0.go.notify_one();

    assert!(waits.await.unwrap().is_ok());
    service.0.go.notify_waiters();
    for call in acme.drain(..).chain([bolt]) {
        assert!(call.await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn who_waits_for_a_permit_and_leaves_takes_none() {
    let service = Told::default();
    let running = serve_merchants(2, &service).await;
    let upstream = upstream("127.0.0.1", &running);
    let busy: Vec<_> = ["acme", "bolt"].map(|merchant| call(&upstream, merchant, "wait")).into();
    begun(&service, 2).await;

    let gone = call(&upstream, "crow", "wait");
    let mut late = Request::new(told("wait"));
    late.metadata_mut().insert("authorization", format!("Bearer {TOKEN}").parse().unwrap());
    late.metadata_mut().insert("oms-merchant", "dove".parse().unwrap());
    late.set_timeout(Duration::from_millis(500));
    let late = ask(&upstream, late).await.unwrap_err();
    gone.abort();
    assert!(gone.await.is_err());
    // Behind its departure on the same connection.
    for _ in 0..2 {
        assert!(ask(&upstream, Request::new(told("at-once"))).await.is_err());
    }
    service.0.go.notify_waiters();
    for call in busy {
        assert!(call.await.unwrap().is_ok());
    }

    assert_eq!(refusal(&late), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned()));
    assert_eq!(*service.0.begun_count.borrow(), 2, "nothing was begun for who has left");
    for merchant in ["acme", "bolt"] {
        assert!(call(&upstream, merchant, "at-once").await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn nobody_knows_the_caller_and_no_permit_is_taken() {
    let service = Told::default();
    let running = serve_merchants(1, &service).await;
    let upstream = upstream("127.0.0.1", &running);
    let busy = call(&upstream, "acme", "wait");
    begun(&service, 1).await;

    let unknown = ask(&upstream, Request::new(told("at-once"))).await.unwrap_err();
    service.0.go.notify_one();

    assert_eq!(refusal(&unknown), (Code::Unauthenticated, "CREDENTIAL_INVALID".to_owned()));
    assert!(busy.await.unwrap().is_ok());
}

/// What the log says of refusals, and how many spans are made for calls.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<(Vec<u64>, usize)>>);

impl Log {
    fn state(&self) -> (Vec<u64>, usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Default)]
struct Line {
    is_refusal: bool,
    count: u64,
}

impl Visit for Line {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "count" {
            self.count = value;
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.is_refusal |= field.name() == "message" && format!("{value:?}").contains("refused");
    }
}

impl<S: tracing::Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        if line.is_refusal {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).0.push(line.count);
        }
    }

    fn on_new_span(&self, attributes: &tracing::span::Attributes<'_>, _: &tracing::Id, _: Context<'_, S>) {
        if attributes.metadata().name() == "call" {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).1 += 1;
        }
    }
}

#[tokio::test]
async fn refused_calls_have_no_span_and_share_a_line_of_the_log() {
    let log = Log::default();
    let service = Told::default();
    let running = serve_merchants(1, &service).await;
    let upstream = upstream("127.0.0.1", &running);
    // Where a span is first made while nobody listens, in another test, it may stay unheard; and where there is one subscriber, whichever
    // thread first meets a span decides for all whether it is wanted.
    let _other = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    assert!(call(&upstream, "acme", "at-once").await.unwrap().is_ok());
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(log.clone()));
    let busy = call(&upstream, "acme", "wait");
    begun(&service, 1).await;

    for _ in 0..100 {
        assert!(overloaded(call(&upstream, "acme", "at-once").await.unwrap()));
        assert!(ask(&upstream, Request::new(told("at-once"))).await.is_err());
    }
    let told = async {
        while log.state().0.iter().sum::<u64>() < 200 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), told).await.expect("every refusal is told");

    let (lines, spans) = log.state();
    assert!(lines.len() < 50, "{lines:?}");
    assert_eq!((lines.iter().sum::<u64>(), spans), (200, 1));
    service.0.go.notify_one();
    assert!(busy.await.unwrap().is_ok());
}
