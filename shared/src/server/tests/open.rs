//! Health and reflection, which anybody may ask for, within limits.

use super::{
    raw::{self, Asked, Frames},
    *,
};
use crate::fair::Fair;

const CHECK: &str = "/grpc.health.v1.Health/Check";
const WATCH: &str = "/grpc.health.v1.Health/Watch";
const REFLECT: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
/// `list_services: ""`
const LIST_SERVICES: &[u8] = b"\x3a\x00";

fn overloaded() -> (Code, String) {
    (Code::ResourceExhausted, "OVERLOADED".to_owned())
}

/// Streams of one connection, of which the first so many are open and the last one is refused.
async fn until_refused(client: &mut Frames, path: &str, message: &[u8]) -> Vec<Asked> {
    let mut open = Vec::new();
    loop {
        let asked = client.ask(path, message).await.unwrap();
        if let Some(status) = &asked.status {
            assert_eq!(refusal(status), overloaded());
            return open;
        }
        assert!(open.len() < 2_000, "nobody counts");
        open.push(asked);
    }
}

#[tokio::test]
async fn one_connection_has_few_watches_and_they_come_back() {
    let running = serve(8, &Told::default()).await;
    let mut client = Frames::connect(&running).await;

    for _ in 0..3 {
        assert_eq!(until_refused(&mut client, WATCH, b"").await.len(), 16);
        // What the streams held is free when the server has heard that they are gone.
        while client.ask(CHECK, b"").await.unwrap().status.is_some() {}
    }
}

#[tokio::test]
async fn watches_are_bounded_in_all_and_checks_are_answered_beside_them() {
    let few = |bound: &mut Bound| bound.modesty.watches = Fair::new(20);
    let running = serve_within(settings(), &Told::default(), few).await;
    let mut clients = [Frames::connect(&running).await, Frames::connect(&running).await];

    let first = until_refused(&mut clients[0], WATCH, b"").await;
    let second = until_refused(&mut clients[1], WATCH, b"").await;

    assert_eq!((first.len(), second.len()), (16, 2), "an eighth is kept for other addresses");
    assert_eq!(clients[1].ask(CHECK, b"").await.unwrap().end().await.code(), Code::Ok);
    let stream = raw::connect(&running, "127.0.0.2").await;
    let mut other = Frames::over(stream, &mut h2::client::Builder::new()).await;
    assert_eq!(until_refused(&mut other, WATCH, b"").await.len(), 2);
}

#[tokio::test]
async fn reflection_is_bounded_and_does_not_last() {
    let few = |bound: &mut Bound| {
        bound.modesty.reflections = Fair::new(3);
        bound.modesty.reflection = Duration::from_millis(200);
    };
    let running = serve_within(settings(), &Told::default(), few).await;
    let mut client = Frames::connect(&running).await;

    let open = until_refused(&mut client, REFLECT, LIST_SERVICES).await;

    assert!(open.len() >= 3, "{}", open.len());
    for stream in open {
        assert_eq!(refusal(&stream.end().await), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned()));
    }
    assert!(client.ask(REFLECT, LIST_SERVICES).await.unwrap().status.is_none());
}

#[tokio::test]
async fn a_question_that_does_not_arrive_keeps_no_place() {
    let soon = |bound: &mut Bound| bound.modesty.check = Duration::from_millis(200);
    let running = serve_within(settings(), &Told::default(), soon).await;
    let mut client = Frames::connect(&running).await;

    // A message of which only the length has come.
    let request = http::Request::post(format!("http://test{CHECK}")).header("content-type", "application/grpc");
    let (answer, mut stream) = client.calls.send_request(request.body(()).unwrap(), false).unwrap();
    stream.send_data(vec![0, 0, 0, 0, 9].into(), false).unwrap();

    let answer = timeout(raw::PATIENCE, answer).await.expect("it is waited for").unwrap();
    let status = Status::from_header_map(answer.headers()).unwrap();
    assert_eq!(refusal(&status), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned()));
}

#[tokio::test]
async fn long_messages_are_not_taken() {
    let running = serve(8, &Told::default()).await;
    let mut client = Frames::connect(&running).await;
    let long = vec![0; crate::server::open::MESSAGE_BYTES_MAX + 1];

    for path in [CHECK, WATCH] {
        assert_eq!(client.ask(path, &long).await.unwrap().end().await.code(), Code::OutOfRange, "{path}");
    }
}
