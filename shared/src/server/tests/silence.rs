//! Clients that say nothing, too little or nothing more, and a drain that does not wait for them.

use super::{
    raw::{Frames, GOAWAY, PATIENCE, PREFACE, Raw, SETTINGS},
    *,
};

const SOON: Duration = Duration::from_millis(200);
const WATCH: &str = "/grpc.health.v1.Health/Watch";
const LIST: &str = "/oms.catalogue.v1.CategoryService/ListCategories";

#[tokio::test]
async fn who_does_not_open_as_http2_does_is_closed_without_a_word() {
    let running = serve_within(settings(), &Told::default(), |bound| bound.limits.patience.opening = SOON).await;

    for said in [b"".as_slice(), &PREFACE[..10], PREFACE, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", &[0xff; 4_096]] {
        let mut silent = Raw::say(&running, said).await;
        assert_eq!(silent.until_closed().await, [0; 0], "{said:?}");
    }
}

#[tokio::test]
async fn who_never_asks_is_told_to_go_and_closed() {
    let running = serve_within(settings(), &Told::default(), |bound| bound.limits.patience.first_call = SOON).await;
    let mut mute = Raw::greet(&running).await;

    let frames = mute.until_closed().await;

    assert!(frames.contains(&SETTINGS) && frames.contains(&GOAWAY), "{frames:?}");
}

#[tokio::test]
async fn who_asks_nothing_more_is_told_to_go() {
    let running = serve_within(settings(), &Told::default(), |bound| bound.limits.patience.idle = SOON).await;
    let mut client = Frames::connect(&running).await;
    let answer = client.ask("/oms.catalogue.v1.CategoryService/ListCategories", b"").await.unwrap();
    answer.end().await;

    timeout(PATIENCE, client.driver).await.expect("the connection goes on").unwrap().unwrap();
}

#[tokio::test]
async fn who_does_not_say_that_it_is_there_is_closed() {
    let quickly = |bound: &mut Bound| (bound.limits.ping_every, bound.limits.ping_patience) = (SOON, SOON);
    let running = serve_within(settings(), &Told::default(), quickly).await;

    Raw::greet(&running).await.until_closed().await;
}

#[tokio::test]
async fn what_lasts_is_told_to_go_on_elsewhere_when_its_connection_is_old() {
    let young = |bound: &mut Bound| {
        let patience = &mut bound.limits.patience;
        (patience.age, patience.finish) = (SOON, SOON);
    };
    let running = serve_within(settings(), &Told::default(), young).await;
    let mut client = Frames::connect(&running).await;

    let status = client.ask(WATCH, b"").await.unwrap().end().await;

    assert_eq!(refusal(&status), (Code::Unavailable, "DRAINING".to_owned()));
    timeout(PATIENCE, client.driver).await.expect("the connection goes on").unwrap().unwrap();
    let again = Frames::connect(&running).await.ask(WATCH, b"").await.unwrap();
    assert!(again.status.is_none());
}

#[tokio::test]
async fn who_takes_nothing_of_its_answer_is_closed() {
    let impatient = |bound: &mut Bound| bound.limits.patience.stuck = SOON;
    let running = serve_within(settings(), &Told::default(), impatient).await;
    let mut deaf = deaf(&running).await;
    let _answer = deaf.ask(WATCH, b"").await.unwrap();

    // It answers pings; so it is told to go, too.
    let _ = timeout(PATIENCE, deaf.driver).await.expect("the connection goes on").unwrap();
}

#[tokio::test]
async fn who_takes_nothing_of_its_answer_is_closed_whatever_it_says() {
    let impatient = |bound: &mut Bound| bound.limits.patience.stuck = SOON;
    let running = serve_within(settings(), &Told::default(), impatient).await;
    let stream = raw::connect(&running, "127.0.0.1").await;
    let (calls, mut driver) = h2::client::Builder::new().initial_window_size(0).handshake(stream).await.unwrap();
    let mut pings = driver.ping_pong().unwrap();
    let mut deaf = Frames { calls, driver: tokio::spawn(driver) };
    let _answer = deaf.ask(WATCH, b"").await.unwrap();

    let chatter = async { while pings.ping(h2::Ping::opaque()).await.is_ok() {} };
    timeout(PATIENCE, chatter).await.expect("the connection goes on");
}

#[tokio::test]
async fn a_drain_waits_for_nobody_who_has_nothing_to_come() {
    let running = serve(8, &Told::default()).await;
    let _silent = Raw::say(&running, b"").await;
    let mut saying_nothing = Frames::connect(&running).await;
    let head = http::Request::post(format!("http://test{LIST}")).header("content-type", "application/grpc").body(());
    let (unsaid, _message) = saying_nothing.calls.send_request(head.unwrap(), false).unwrap();
    let mut mute = Raw::greet(&running).await;
    mute.frame().await;
    let mut watching = Frames::connect(&running).await;
    let watch = watching.ask(WATCH, b"").await.unwrap();
    let mut deaf = deaf(&running).await;
    let _unheard = deaf.ask(WATCH, b"").await.unwrap();
    let mut reflecting = Frames::connect(&running).await;
    let path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let reflection = reflecting.ask(path, b"\x3a\x00").await.unwrap();

    let drained = timeout(settings_drain() / 2, running.drain()).await;

    assert_eq!(drained, Ok(0), "somebody holds the drain");
    let unsaid = Status::from_header_map(unsaid.await.unwrap().headers()).unwrap();
    assert_eq!(refusal(&unsaid), (Code::Unavailable, "DRAINING".to_owned()));
    for stream in [watch, reflection] {
        assert_eq!(refusal(&stream.end().await), (Code::Unavailable, "DRAINING".to_owned()));
    }
}

fn settings_drain() -> Duration {
    Duration::from_millis(settings().drain_ms.get())
}

/// A client that has room for nothing.
async fn deaf(running: &Running) -> Frames {
    let stream = raw::connect(running, "127.0.0.1").await;
    Frames::over(stream, h2::client::Builder::new().initial_window_size(0)).await
}
