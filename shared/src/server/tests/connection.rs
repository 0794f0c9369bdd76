//! Requests that do not end, and connections that must.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http_body::Frame;
use tokio::net::TcpStream;
use tonic::body::Body;
use tower::Service as _;

use super::*;

/// A request that has a beginning and nothing else.
struct Endless;

impl http_body::Body for Endless {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_request_that_never_ends_keeps_no_place_beyond_its_deadline() {
    let running = serve(1, &Told::default()).await;
    let upstream = upstream("127.0.0.1", &running);
    let request = http::Request::post("/oms.catalogue.v1.CategoryService/ListCategories")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("grpc-timeout", "200m")
        .body(Body::new(Endless))
        .unwrap();

    let answer = upstream.channel().call(request).await.unwrap();
    running.tasks.close();
    let ended = timeout(Duration::from_secs(10), running.tasks.wait()).await;

    let status = Status::from_header_map(answer.headers()).unwrap();
    assert_eq!(refusal(&status), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned()));
    assert!(ended.is_ok(), "the call goes on for ever");
    assert!(ask(&upstream, Request::new(told("at-once"))).await.is_ok());
}

#[tokio::test]
async fn a_call_is_finished_on_a_connection_that_has_reached_its_age() {
    let service = Told::default();
    let running =
        serve_as(settings::Server { connection_age_max_s: Between::nearest(1), ..settings() }, &service).await;
    let upstream = upstream("127.0.0.1", &running);
    let call = tokio::spawn({
        let upstream = upstream.clone();
        async move { ask(&upstream, Request::new(told("wait"))).await }
    });
    service.0.begun.notified().await;
    // Two younger ones without calls, one after the other: when both have reached their age, so has the first.
    for _ in 0..2 {
        let younger = TcpStream::connect(running.address()).await.unwrap();
        let (_open, younger) = h2::client::handshake(younger).await.unwrap();
        younger.await.unwrap();
    }

    service.0.go.notify_one();

    assert!(call.await.unwrap().is_ok());
    assert!(ask(&upstream, Request::new(told("at-once"))).await.is_ok());
}

#[tokio::test]
async fn calls_that_are_refused_before_they_are_sent_break_no_connection() {
    let running = serve(8, &Told::default()).await;
    let stream = TcpStream::connect(running.address()).await.unwrap();
    let (mut connection, driver) = h2::client::handshake(stream).await.unwrap();
    let driver = tokio::spawn(driver);
    let empty_message = || vec![0; 5].into();
    // More than the transport forgives: see `http2_max_local_error_reset_streams`.
    for call in 0..300 {
        let request = http::Request::post("http://test/oms.catalogue.v1.CategoryService/ListCategories")
            .header("content-type", "application/grpc")
            .header("oms-merchant", "not-mine")
            .body(())
            .unwrap();
        connection = connection.ready().await.unwrap_or_else(|error| panic!("broken before call {call}: {error}"));
        let (answer, mut body) = connection.send_request(request, false).unwrap();
        let answer = answer.await.unwrap();
        let status = Status::from_header_map(answer.headers()).unwrap();
        assert_eq!(refusal(&status), (Code::PermissionDenied, "MERCHANT_DENIED".to_owned()));

        body.send_data(empty_message(), true).unwrap_or_else(|error| panic!("call {call}: {error}"));
    }

    drop(connection);
    driver.await.unwrap().expect("the connection was to end in peace");
}

#[tokio::test]
async fn what_is_no_grpc_by_its_content_type_is_told_so_in_http() {
    let running = serve(8, &Told::default()).await;
    let stream = TcpStream::connect(running.address()).await.unwrap();
    let (mut connection, driver) = h2::client::handshake(stream).await.unwrap();
    let driver = tokio::spawn(driver);
    let mut ask = async |path: &str, content_type: Option<&str>| {
        let mut request = http::Request::post(format!("http://{}{path}", running.address()));
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let (answer, mut body) = connection.send_request(request.body(()).unwrap(), false).unwrap();
        body.send_data(vec![0; 5].into(), true).unwrap();
        let answer = answer.await.unwrap();
        (answer.status().as_u16(), answer.headers().get("grpc-status").cloned())
    };
    let call = "/oms.catalogue.v1.CategoryService/ListCategories";

    for content_type in [None, Some("application/json"), Some("application/grpc-web")] {
        assert_eq!(ask(call, content_type).await, (415, None), "{content_type:?}");
        assert_eq!(ask("/grpc.health.v1.Health/Check", content_type).await, (415, None), "{content_type:?}");
    }
    assert_eq!(ask(call, Some("application/grpc")).await.0, 200);
    driver.abort();
}
