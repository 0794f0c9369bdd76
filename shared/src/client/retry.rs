//! When a call that may be repeated is repeated: if the other side was not there, if it does not mind, and if few others are.

use std::{error::Error, future::Future, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::{
    retry::budget::{Budget, TpsBudget},
    util::rng::{HasherRng, Rng},
};

/// What a server says of when to try again, in milliseconds; anything that is no number of them means: not at all.
pub(super) const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// Calls that are made in this time ...
const WINDOW: Duration = Duration::from_secs(10);
/// ... may be repeated by this share ...
const SHARE: f32 = 0.1;
/// ... and by so many a second however few they are.
const LEAST_PER_SECOND: u32 = 1;
/// How often one call is made at most.
const ATTEMPTS_MAX: u32 = 3;
/// The first pause is below this one, the next below its double.
const PAUSE: Duration = Duration::from_millis(25);

/// The retries of all calls to another service.
#[derive(Clone, Debug)]
pub(super) struct Retries(Arc<TpsBudget>);

impl Retries {
    pub(super) fn new() -> Self {
        Self(Arc::new(TpsBudget::new(WINDOW, LEAST_PER_SECOND, SHARE)))
    }

    /// Makes a call, and again as long as that can help before `deadline`, if there is one.
    pub(super) async fn run<T, F>(&self, deadline: Option<Instant>, attempt: impl Fn() -> F) -> Result<T, Status>
    where
        F: Future<Output = Result<T, Status>>,
    {
        self.0.deposit();
        for attempts in 1..ATTEMPTS_MAX {
            let status = match attempt().await {
                Err(status) if status.code() == Code::Unavailable || never_left(&status) => status,
                done => return done,
            };
            let is_in_time = |pause: &Duration| {
                let next = Instant::now().checked_add(*pause);
                next.is_some_and(|next| deadline.is_none_or(|deadline| next < deadline))
            };
            match pause(&status, attempts).filter(is_in_time) {
                Some(pause) if self.0.withdraw() => sleep(pause).await,
                _ => return Err(status),
            }
        }
        attempt().await
    }
}

/// Whether a call still waited for its connection when that was closed, as a server does that ends: nobody has seen it. gRPC has such a
/// call made again, and the transport leaves it to its users.
pub fn never_left(status: &Status) -> bool {
    let mut cause = status.source();
    while let Some(error) = cause {
        if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// How long to wait before the next attempt: as long as the other side says, else any time up to twice as long as before.
fn pause(status: &Status, attempts: u32) -> Option<Duration> {
    if let Some(told) = status.metadata().get(PUSHBACK) {
        return told.to_str().ok()?.parse().ok().map(Duration::from_millis);
    }
    let any = PAUSE.saturating_mul(1 << attempts.saturating_sub(1)).mul_f64(HasherRng::default().next_f64());
    let told = status.get_details_retry_info().and_then(|info| info.retry_delay).unwrap_or_default();
    Some(told.saturating_add(any))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tonic_types::ErrorDetails;

    use super::*;

    /// How many attempts so many calls make at a server that always says this.
    async fn attempts(calls: usize, patience: Duration, says: &Status) -> usize {
        let (retries, attempts) = (Retries::new(), AtomicUsize::new(0));
        let call = || {
            retries.run::<(), _>(Some(Instant::now() + patience), || {
                attempts.fetch_add(1, Ordering::Relaxed);
                std::future::ready(Err(says.clone()))
            })
        };
        for refused in futures::future::join_all((0..calls).map(|_| call())).await {
            assert_eq!(refused.unwrap_err().code(), says.code());
        }
        attempts.into_inner()
    }

    fn pushback(told: &'static str) -> Status {
        let mut status = Status::unavailable("");
        status.metadata_mut().insert(PUSHBACK, tonic::metadata::MetadataValue::from_static(told));
        status
    }

    #[tokio::test]
    async fn many_calls_that_fail_are_repeated_by_a_tenth_and_a_few() {
        let away = Status::unavailable("");

        assert_eq!(attempts(200, Duration::from_secs(30), &away).await, 200 + 20 + 10);
        assert_eq!(attempts(1, Duration::from_secs(30), &away).await, 3);
    }

    #[tokio::test]
    async fn only_who_was_not_there_is_asked_again() {
        for code in [Code::DeadlineExceeded, Code::ResourceExhausted, Code::Aborted, Code::Internal, Code::Unknown] {
            assert_eq!(attempts(1, Duration::from_secs(30), &Status::new(code, "")).await, 1, "{code:?}");
        }
    }

    #[tokio::test]
    async fn what_never_left_is_asked_again_and_what_others_have_cancelled_is_not() {
        let (io, _other_side) = tokio::io::duplex(1_000);
        let executor = hyper_util::rt::TokioExecutor::new();
        let (mut connection, driver) = hyper::client::conn::http2::handshake::<_, _, tonic::body::Body>(
            executor,
            hyper_util::rt::TokioIo::new(io),
        )
        .await
        .unwrap();
        drop(driver);
        let closed = connection.send_request(http::Request::new(tonic::body::Body::empty())).await.unwrap_err();
        let (retries, attempts) = (Retries::new(), AtomicUsize::new(0));
        let mut status = Some(Status::from_error(Box::new(closed)));
        assert_eq!(status.as_ref().map(Status::code), Some(Code::Cancelled));
        let statuses = std::sync::Mutex::new(&mut status);

        let answered = retries.run(Some(Instant::now() + Duration::from_secs(30)), || {
            attempts.fetch_add(1, Ordering::Relaxed);
            std::future::ready(statuses.lock().unwrap().take().map_or(Ok(()), Err))
        });

        answered.await.unwrap();
        assert_eq!(attempts.into_inner(), 2);
        assert_eq!(self::attempts(1, Duration::from_secs(30), &Status::cancelled("by the other side")).await, 1);
    }

    #[tokio::test]
    async fn who_says_when_to_try_again_is_obeyed() {
        let in_a_minute = ErrorDetails::with_retry_info(Some(Duration::from_secs(60)));
        let in_a_minute = Status::with_error_details(Code::Unavailable, "", in_a_minute);
        let began = Instant::now();

        for never in ["-1", "soon", ""] {
            assert_eq!(attempts(1, Duration::from_secs(600), &pushback(never)).await, 1, "{never:?}");
        }
        for too_late in ["60000", "18446744073709551615"] {
            assert_eq!(attempts(1, Duration::from_secs(30), &pushback(too_late)).await, 1);
        }
        assert_eq!(attempts(1, Duration::from_secs(30), &in_a_minute).await, 1);
        assert!(began.elapsed() < Duration::from_secs(20), "nobody waits for what comes too late");
        assert_eq!(attempts(1, Duration::from_secs(30), &pushback("200")).await, 3);
        assert!(began.elapsed() >= Duration::from_millis(400));
    }
}
