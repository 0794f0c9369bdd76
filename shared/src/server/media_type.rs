//! What is no gRPC by its content type is told so in HTTP, before anything else looks at it.

use http::{HeaderMap, Response, StatusCode, header::CONTENT_TYPE};
use tonic::body::Body;

/// Messages in a format of their own are not ours: `application/grpc`, `application/grpc+proto`, with or without parameters.
fn is_grpc(headers: &HeaderMap) -> bool {
    let stated = headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
    let kind = stated.and_then(|stated| stated.split(|byte| *byte == b';').next()).unwrap_or_default();
    let kind = kind.trim_ascii_end();
    kind.eq_ignore_ascii_case(b"application/grpc") || kind.eq_ignore_ascii_case(b"application/grpc+proto")
}

/// The answer to a request of another content type, or of none.
pub(super) fn unsupported(headers: &HeaderMap) -> Option<Response<Body>> {
    (!is_grpc(headers)).then(|| {
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        answer
    })
}

#[cfg(test)]
mod tests {
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
}
