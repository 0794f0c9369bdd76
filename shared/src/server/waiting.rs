//! Whether a call's caller still waits for the answer, for the work that is done on its behalf.

use std::{future::pending, time::Duration};

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::{CancellationToken, DropGuard};

tokio::task_local! {
    static CURRENT: Waiting;
}

/// A caller that waits: until its deadline, or until it goes away. The default one never stops waiting.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    deadline: Option<Instant>,
    gone: CancellationToken,
}

impl Waiting {
    /// The caller of the current call; outside of a call, one that never stops waiting.
    pub fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_default()
    }

    /// A caller that waits until then, if the guard is not dropped before.
    pub(super) fn until(deadline: Instant) -> (Self, DropGuard) {
        let gone = CancellationToken::new();
        let guard = gone.clone().drop_guard();
        (Self { deadline: Some(deadline), gone }, guard)
    }

    /// When it stops waiting at the latest; `None` for never.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// What is left until the deadline; `None` without one.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Whether nobody waits any more: the deadline has passed, or the client has gone away.
    pub fn is_over(&self) -> bool {
        self.gone.is_cancelled() || self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Completes when nobody waits any more.
    pub async fn over(&self) {
        let late = async {
            match self.deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = self.gone.cancelled() => {}
            () = late => {}
        }
    }

    /// Runs a call on behalf of this caller.
    pub(super) async fn scope<F: Future>(self, call: F) -> F::Output {
        CURRENT.scope(self, call).await
    }
}

/// What is left of the current call's time; `None` outside of a call.
pub fn remaining() -> Option<Duration> {
    CURRENT.try_with(Waiting::remaining).ok().flatten()
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_caller_waits_until_its_deadline_or_its_departure() {
        let soon = Instant::now() + Duration::from_millis(20);
        let later = soon + Duration::from_secs(60);
        let (patient, _guard) = Waiting::until(soon);
        let (leaving, guard) = Waiting::until(later);

        let current = leaving.clone().scope(async { (Waiting::current().deadline(), remaining()) }).await;
        let before = leaving.is_over();
        drop(guard);
        tokio::join!(leaving.over(), patient.over());

        assert_eq!(current.0, Some(later));
        assert!(current.1.is_some_and(|left| left > Duration::from_secs(50)));
        assert_eq!((before, leaving.is_over(), Instant::now() < later), (false, true, true));
        assert_eq!((patient.is_over(), patient.remaining()), (true, Some(Duration::ZERO)));
    }

    #[tokio::test]
    async fn outside_of_a_call_nobody_stops_waiting() {
        let nobody = Waiting::current();

        let over = nobody.over().now_or_never();

        assert_eq!((over, nobody.is_over(), nobody.deadline(), remaining()), (None, false, None, None));
    }
}
