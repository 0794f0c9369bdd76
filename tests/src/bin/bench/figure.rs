//! What one measurement found.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::Serialize;

use super::cpu::Used;

/// What clients noted.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    done: u64,
    answered_us: Vec<u32>,
    refused_us: Vec<u32>,
}

/// Speed, latency, and processors used.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    /// Orders, codes or transactions a second.
    pub(crate) per_second: f64,
    /// Of answered calls; zero where it was not asked for.
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    /// Calls refused a second, and how fast.
    pub(crate) refused_per_second: f64,
    pub(crate) refused_p99_us: f64,
    /// Processors busy on average.
    pub(crate) cores: Used,
}

impl Sample {
    pub(crate) fn answered(&mut self, done: u64, latency: Duration) {
        self.done += done;
        self.answered_us.push(micros(latency));
    }

    pub(crate) fn refused(&mut self, latency: Duration) {
        self.refused_us.push(micros(latency));
    }

    pub(crate) fn sum(samples: impl IntoIterator<Item = Self>) -> Self {
        samples.into_iter().fold(Self::default(), |mut sum, own| {
            sum.done += own.done;
            sum.answered_us.extend(own.answered_us);
            sum.refused_us.extend(own.refused_us);
            sum
        })
    }
}

impl Figure {
    /// Of what was answered in a time, at least one call.
    pub(crate) fn new(mut sample: Sample, time: Duration, cores: Used) -> Result<Self> {
        ensure!(!sample.answered_us.is_empty(), "nothing was answered in {time:?}");
        sample.answered_us.sort_unstable();
        sample.refused_us.sort_unstable();
        Ok(Self {
            per_second: sample.done as f64 / time.as_secs_f64(),
            p50_us: quantile(&sample.answered_us, 50),
            p99_us: quantile(&sample.answered_us, 99),
            refused_per_second: sample.refused_us.len() as f64 / time.as_secs_f64(),
            refused_p99_us: quantile(&sample.refused_us, 99),
            cores,
        })
    }

    /// One line for people.
    pub(crate) fn told(&self) -> String {
        let Self { per_second, p50_us, p99_us, refused_per_second, refused_p99_us, cores } = self;
        let (p50, p99, refused_p99) = (p50_us / 1e3, p99_us / 1e3, refused_p99_us / 1e3);
        let mut line = format!("{per_second:8.0}/s  p50 {p50:6.2} ms  p99 {p99:6.2} ms");
        if *refused_per_second > 0.0 {
            line += &format!("  refused {refused_per_second:.0}/s (p99 {refused_p99:.2} ms)");
        }
        let [service, postgres, clients] =
            [cores.service, cores.postgres, cores.clients].map(|cores| self.cpu_us(cores));
        line += &format!("  CPU µs each: service {service:.1} PostgreSQL {postgres:.1} clients {clients:.1}");
        if cores.others > 0.1 {
            line += &format!("  others kept {:.2} cores busy", cores.others);
        }
        line
    }

    /// Processor time of one of those in microseconds, where so many processors were busy with them.
    pub(crate) fn cpu_us(&self, cores: f64) -> f64 {
        cores * 1e6 / self.per_second
    }
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

/// The latency that so many percent do not exceed; zero of none.
fn quantile(sorted: &[u32], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().map_or(0.0, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_least_latency_that_so_many_do_not_exceed() {
        let hundred: Vec<u32> = (1..=100).collect();

        assert_eq!([50, 99, 100].map(|percent| quantile(&hundred, percent)), [50.0, 99.0, 100.0]);
        assert_eq!([50, 99].map(|percent| quantile(&[7], percent)), [7.0, 7.0]);
        assert_eq!([50, 99].map(|percent| quantile(&[3, 9], percent)), [3.0, 9.0]);
        assert_eq!(quantile(&[], 50), 0.0);
    }
}
