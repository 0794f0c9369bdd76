//! One wait for a database: how long it pauses, and how often it says so.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::server::{Awaited, Starting};

/// The first pause; each is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest.
const PAUSE_MAX: Duration = Duration::from_secs(1);
/// How often the same reason is told.
const TELL_EVERY: Duration = Duration::from_secs(10);

pub(super) struct Wait<'a> {
    /// What says so to callers, if anything listens for them.
    starting: Option<&'a Starting>,
    pause: Duration,
    told: Told,
}

impl<'a> Wait<'a> {
    pub(super) fn of(starting: Option<&'a Starting>) -> Self {
        Self { starting, pause: PAUSE, told: Told::default() }
    }

    /// Tells why the service or command waits, and returns when it is time to look again.
    pub(super) async fn on(&mut self, awaited: Awaited, reason: &str) {
        if let Some(starting) = self.starting {
            starting.wait_for(awaited);
        }
        if self.told.is_news(reason, Instant::now()) {
            tracing::warn!(waits_for = awaited.word(), reason, "waiting");
        }
        sleep(self.pause).await;
        self.pause = self.pause.saturating_mul(2).min(PAUSE_MAX);
    }
}

/// What was told last.
#[derive(Default)]
struct Told(Option<(String, Instant)>);

impl Told {
    /// Whether to tell it: another reason at once, the same now and then.
    fn is_news(&mut self, reason: &str, now: Instant) -> bool {
        let known = self.0.as_ref().is_some_and(|(last, at)| last == reason && now.duration_since(*at) < TELL_EVERY);
        if !known {
            self.0 = Some((reason.to_owned(), now));
        }
        !known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_reason_is_told_once_in_ten_seconds_and_another_at_once() {
        let (mut told, start) = (Told::default(), Instant::now());
        let mut at = |second: u64, reason: &str| told.is_news(reason, start + Duration::from_secs(second));

        assert_eq!([at(0, "refused"), at(1, "refused"), at(9, "refused")], [true, false, false]);
        assert_eq!([at(10, "refused"), at(11, "refused")], [true, false]);
        assert_eq!([at(12, "starting up"), at(13, "starting up"), at(22, "starting up")], [true, false, true]);
    }
}
