//! How long an address takes to answer: the peak of late, which fades (a peak EWMA, as Finagle has it).

use std::time::Duration;

use tokio::time::Instant;

/// What is faster than this is alike.
const LEAST: Duration = Duration::from_millis(1);
/// How fast it fades.
const FADES_IN: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Latency {
    peak: Duration,
    noted: Instant,
}

impl Latency {
    /// Nothing is known.
    pub(super) fn new(now: Instant) -> Self {
        Self { peak: LEAST, noted: now }
    }

    /// What is expected now.
    pub(super) fn at(&self, now: Instant) -> Duration {
        self.peak.mul_f64(self.weight(now)).max(LEAST)
    }

    /// Takes in that a call was answered after this time.
    pub(super) fn note(&mut self, now: Instant, took: Duration) {
        let (expected, weight) = (self.at(now), self.weight(now));
        let mean = expected.mul_f64(weight).saturating_add(took.mul_f64(1.0 - weight));
        *self = Self { peak: took.max(mean).max(LEAST), noted: now };
    }

    fn weight(&self, now: Instant) -> f64 {
        (-now.saturating_duration_since(self.noted).div_duration_f64(FADES_IN)).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_counts_at_once_and_fades() {
        let start = Instant::now();
        let mut latency = Latency::new(start);
        let ms = Duration::from_millis;

        latency.note(start, ms(80));
        let (at_once, later, at_last) =
            (latency.at(start), latency.at(start + ms(5_000)), latency.at(start + ms(60_000)));
        latency.note(start + ms(5_000), ms(2));
        let after_a_fast_one = latency.at(start + ms(5_000));

        assert_eq!((at_once, at_last), (ms(80), LEAST));
        assert!(later < ms(30) && later > ms(29), "{later:?}");
        assert!(after_a_fast_one < ms(13) && after_a_fast_one > ms(11), "{after_a_fast_one:?}");
    }
}
