//! Whether a call's caller still waits for the answer, for the work that is done on its behalf.

use std::{future::pending, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::identity::Merchant;

tokio::task_local! {
    static CURRENT: Waiting;
}

/// A caller that waits: until its deadline, or until it goes away. The default one never stops waiting.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    merchant: Option<Merchant>,
    deadline: Option<Instant>,
    gone: CancellationToken,
    /// Who else waits for the same.
    others: Option<Arc<[Self]>>,
}

impl Waiting {
    /// The caller of the current call; outside of a call, one that never stops waiting.
    pub fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_default()
    }

    /// A caller that waits until then, if the guard is not dropped before.
    pub(crate) fn until(deadline: Instant) -> (Self, DropGuard) {
        let gone = CancellationToken::new();
        let guard = gone.clone().drop_guard();
        (Self { merchant: None, deadline: Some(deadline), gone, others: None }, guard)
    }

    /// The same, on behalf of a merchant.
    #[must_use]
    pub(crate) fn of(self, merchant: &Merchant) -> Self {
        Self { merchant: Some(merchant.clone()), ..self }
    }

    /// One who never stops waiting, on behalf of the same merchant.
    pub(crate) fn for_ever(&self) -> Self {
        Self { merchant: self.merchant.clone(), ..Self::default() }
    }

    /// On whose behalf, if it is one merchant's.
    pub(crate) fn merchant(&self) -> Option<&Merchant> {
        self.merchant.as_ref()
    }

    /// Several callers that wait for the same, until the last of them stops waiting; one that never does, if there are none.
    pub fn together(callers: impl IntoIterator<Item = Self>) -> Self {
        let mut callers = callers.into_iter();
        let first = callers.next().unwrap_or_default();
        let others: Arc<[Self]> = callers.collect();
        if others.is_empty() { first } else { Self { merchant: None, others: Some(others), ..first } }
    }

    fn others(&self) -> &[Self] {
        self.others.as_deref().unwrap_or_default()
    }

    /// When it stops waiting at the latest; `None` for never.
    pub fn deadline(&self) -> Option<Instant> {
        self.others().iter().map(Self::deadline).fold(self.deadline, |latest, other| Some(latest?.max(other?)))
    }

    /// What is left until the deadline; `None` without one.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Whether nobody waits any more: the deadline has passed, or the client has gone away.
    pub fn is_over(&self) -> bool {
        let is_over = self.gone.is_cancelled() || self.deadline.is_some_and(|deadline| deadline <= Instant::now());
        is_over && self.others().iter().all(Self::is_over)
    }

    /// Completes when nobody waits any more.
    pub async fn over(&self) {
        for caller in std::iter::once(self).chain(self.others()) {
            let late = async {
                match caller.deadline {
                    Some(deadline) => sleep_until(deadline).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = caller.gone.cancelled() => {}
                () = late => {}
            }
        }
    }

    /// Does something on behalf of this caller.
    pub async fn scope<F: Future>(self, call: F) -> F::Output {
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
    async fn several_callers_wait_until_the_last_of_them_does_not() {
        let now = Instant::now();
        let (first, leaves_first) = Waiting::until(now + Duration::from_secs(60));
        let (last, leaves_last) = Waiting::until(now + Duration::from_secs(30));

        let together = Waiting::together([first.clone(), last.clone()]);
        let with_a_patient_one = Waiting::together([first.clone(), Waiting::default()]);
        drop(leaves_first);
        let before = (together.is_over(), together.over().now_or_never());
        drop(leaves_last);
        together.over().await;

        assert_eq!(together.deadline(), first.deadline());
        assert_eq!((before, together.is_over()), ((false, None), true));
        assert_eq!((with_a_patient_one.deadline(), with_a_patient_one.is_over()), (None, false));
        assert!(!Waiting::together([]).is_over());
    }

    #[tokio::test]
    async fn outside_of_a_call_nobody_stops_waiting() {
        let nobody = Waiting::current();

        let over = nobody.over().now_or_never();

        assert_eq!((over, nobody.is_over(), nobody.deadline(), remaining()), (None, false, None, None));
    }
}
