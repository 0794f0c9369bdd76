//! The limits of HTTP/2 are ours, and one call that breaks them harms no other.

use http::{HeaderMap, HeaderValue};

use super::{
    raw::{Frames, Raw, SETTINGS},
    *,
};

const LIST: &str = "/oms.catalogue.v1.CategoryService/ListCategories";
/// As RFC 9113 numbers them.
const ENHANCE_YOUR_CALM: u32 = 11;
const MAX_CONCURRENT_STREAMS: u16 = 3;
const MAX_HEADER_LIST_SIZE: u16 = 6;

#[tokio::test]
async fn a_client_is_told_how_many_calls_and_headers_a_connection_takes() {
    let running = serve(8, &Told::default()).await;

    let (kind, content) = Raw::greet(&running).await.frame().await.unwrap();

    let settings: Vec<(u16, u32)> = content
        .chunks(6)
        .map(|s| (u16::from_be_bytes([s[0], s[1]]), u32::from_be_bytes([s[2], s[3], s[4], s[5]])))
        .collect();
    assert_eq!(kind, SETTINGS);
    assert!(settings.contains(&(MAX_CONCURRENT_STREAMS, 1_024)), "{settings:?}");
    assert!(settings.contains(&(MAX_HEADER_LIST_SIZE, 16_384)), "{settings:?}");
}

#[tokio::test]
async fn headers_that_are_too_long_cost_their_own_call_only() {
    let service = Told::default();
    let running = serve(8, &service).await;
    let mut client = Frames::connect(&running).await;
    let (other, mut request) = client.begin(LIST, &[0x0a, 4, b'w', b'a', b'i', b't'], HeaderMap::new()).await.unwrap();
    request.send_data(Default::default(), true).unwrap();
    service.0.begun.notified().await;
    let long: String = "x".repeat(20_000);
    let more = HeaderMap::from_iter([("a".parse().unwrap(), HeaderValue::from_str(&long).unwrap())]);

    let refused = client.ask_with(LIST, b"", more).await;
    service.0.go.notify_one();

    match refused {
        Ok(answer) => assert_eq!(answer.http, 431),
        Err(error) => assert!(error.is_reset(), "{error}"),
    }
    assert_eq!(timeout(raw::PATIENCE, other).await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn calls_beyond_the_limit_of_a_connection_wait_or_are_refused_alone() {
    let running = serve_within(settings(), &Told::default(), |bound| bound.limits.streams_max = 4).await;
    // It believes that it may make a hundred, and begins them before it hears better.
    let stream = raw::connect(&running, "127.0.0.1").await;
    let mut client = Frames::over(stream, h2::client::Builder::new().initial_max_send_streams(100)).await;
    let mut begun = Vec::new();
    for _ in 0..40 {
        begun.push(client.begin(LIST, b"", HeaderMap::new()).await.unwrap());
    }

    let mut refused = 0;
    for (answer, mut request) in begun {
        let _ = request.send_data(Default::default(), true);
        match timeout(raw::PATIENCE, answer).await.expect("neither answered nor refused") {
            Ok(answer) => assert_eq!(answer.status(), 200),
            Err(error) => {
                assert_eq!(error.reason(), Some(h2::Reason::REFUSED_STREAM));
                refused += 1;
            }
        }
    }

    assert!(refused > 0);
    assert_eq!(client.ask(LIST, b"").await.unwrap().http, 200);
}

#[tokio::test]
async fn who_takes_its_calls_back_before_they_are_begun_is_cut_off() {
    let running = serve(8, &Told::default()).await;
    let calls = (0..100).flat_map(|call| taken_back(2 * call + 1));
    let said: Vec<u8> = [raw::PREFACE, raw::EMPTY_SETTINGS].concat().into_iter().chain(calls).collect();

    let mut hasty = Raw::say(&running, &said).await;
    let goodbye = loop {
        let (kind, content) = hasty.frame().await.expect("closed without a word");
        if kind == raw::GOAWAY {
            break content;
        }
    };

    assert_eq!(u32::from_be_bytes([goodbye[4], goodbye[5], goodbye[6], goodbye[7]]), ENHANCE_YOUR_CALM);
    hasty.until_closed().await;
    let upstream = upstream("127.0.0.1", &running);
    assert!(ask(&upstream, Request::new(told("at-once"))).await.is_ok());
}

/// The frames of a call, and of its end.
fn taken_back(stream: u32) -> Vec<u8> {
    let path = u8::try_from(LIST.len()).unwrap();
    // POST, http, the path and an authority, as RFC 7541 writes them.
    let headers = [&[0x83, 0x86, 0x04, path], LIST.as_bytes(), &[0x01, 1, b'a']].concat();
    let length = u8::try_from(headers.len()).unwrap();
    let stream = stream.to_be_bytes();
    [&[0, 0, length, 1, 4], &stream[..], &headers, &[0, 0, 4, 3, 0], &stream, &[0, 0, 0, 8]].concat()
}
