//! What is no gRPC by its content type is told so in HTTP, and what is compressed in gRPC, before anything else looks at it.

use http::{HeaderMap, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use tonic::{Status, body::Body};

use super::message::compressed;

/// How messages are encoded.
const ENCODING: &str = "grpc-encoding";
/// How they may be.
const ENCODINGS_TAKEN: &str = "grpc-accept-encoding";

/// Messages in a format of their own are not ours: `application/grpc`, `application/grpc+proto`, with or without parameters.
fn is_grpc(headers: &HeaderMap) -> bool {
    let stated = headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
    let kind = stated.and_then(|stated| stated.split(|byte| *byte == b';').next()).unwrap_or_default();
    let kind = kind.trim_ascii_end();
    kind.eq_ignore_ascii_case(b"application/grpc") || kind.eq_ignore_ascii_case(b"application/grpc+proto")
}

/// The answer to a request of another content type, or of none, and to one whose messages are compressed.
pub(super) fn unsupported(headers: &HeaderMap) -> Option<Response<Body>> {
    if !is_grpc(headers) {
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Some(answer);
    }
    headers.get(ENCODING).filter(|encoding| *encoding != "identity").map(|_| {
        let mut answer = Status::from(compressed()).into_http();
        answer.headers_mut().insert(ENCODINGS_TAKEN, HeaderValue::from_static("identity"));
        answer
    })
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt;

    use super::*;

    #[test]
    fn only_grpc_with_protobuf_is_taken() {
        let check = |stated: Option<&'static str>, expected: bool| {
            let mut headers = HeaderMap::new();
            stated.map(|stated| headers.insert(CONTENT_TYPE, stated.parse().unwrap()));
            assert_eq!(unsupported(&headers).is_none(), expected, "{stated:?}");
        };
        check(Some("application/grpc"), true);
        check(Some("application/grpc+proto"), true);
        check(Some("Application/gRPC ; charset=utf-8"), true);
        check(None, false);
        check(Some(""), false);
        check(Some("application/json"), false);
        check(Some("application/grpc-web"), false);
        check(Some("application/grpc+json"), false);
        check(Some("text/plain; application/grpc"), false);
    }

    #[test]
    fn what_is_compressed_is_refused_with_its_reason_and_with_what_is_taken() {
        let answer = |encoding: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
            headers.insert(ENCODING, HeaderValue::from_static(encoding));
            unsupported(&headers)
        };

        for compressed in ["gzip", "zstd", ""] {
            let answer = answer(compressed).unwrap();
            let told = Status::from_header_map(answer.headers()).unwrap();
            assert_eq!(told.code(), tonic::Code::Unimplemented);
            assert_eq!(told.get_details_error_info().unwrap().reason, "MESSAGE_COMPRESSED");
            assert_eq!(answer.headers()[ENCODINGS_TAKEN], "identity");
        }
        assert!(answer("identity").is_none());
    }
}
