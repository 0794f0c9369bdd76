//! The limits of connections: those that the settings name, and those that nobody needs to set.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::{files, patience::Patience};
use crate::settings;

/// What connections may take of the service.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// Connections at once.
    pub(super) connections_max: usize,
    /// Those of one address.
    pub(super) per_address_max: usize,
    /// Calls at once, of one connection.
    pub(super) streams_max: u32,
    /// The headers of one call, counted as HTTP/2 counts them.
    pub(super) header_bytes_max: u32,
    /// How often a client is asked whether it is there.
    pub(super) ping_every: Duration,
    /// How long it may take to say so.
    pub(super) ping_patience: Duration,
    /// How long a connection may take or last.
    pub(super) patience: Patience,
}

/// Connections beyond the limit on which nothing but health is answered, so that a probe is not locked out.
pub(super) const RESERVE: usize = 32;
/// Those of one address.
pub(super) const RESERVE_PER_ADDRESS: usize = 4;

impl Limits {
    pub(super) fn new(settings: &settings::Server) -> Self {
        let idle = Duration::from_secs(settings.connection_idle_max_s.get());
        let wanted = settings.connections_max.count() + RESERVE;
        Self {
            connections_max: files::connections(wanted).saturating_sub(RESERVE).max(1),
            per_address_max: settings.connections_per_address_max.count(),
            streams_max: 1_024,
            header_bytes_max: 16 << 10,
            ping_every: Duration::from_secs(30),
            ping_patience: Duration::from_secs(10),
            patience: Patience {
                opening: Duration::from_secs(5),
                first_call: idle.min(Duration::from_secs(30)),
                idle,
                age: Duration::from_secs(settings.connection_age_max_s.get()),
                // Whoever has its answer by then is no stream.
                finish: Duration::from_millis(settings.deadline_ms.get()),
                stuck: Duration::from_secs(30),
                goodbye: Duration::from_secs(1),
                last: Duration::from_secs(5),
            },
        }
    }

    /// Those of a connection on which only health is answered: a few calls, soon over.
    pub(super) fn of_reserve(&self) -> Self {
        let second = Duration::from_secs(1);
        let patience = Patience {
            opening: second,
            first_call: second,
            idle: second,
            age: 3 * second,
            finish: Duration::ZERO,
            stuck: second,
            goodbye: second,
            last: second,
        };
        Self { streams_max: 4, patience, ..self.clone() }
    }

    /// HTTP/2 with these limits.
    pub(super) fn http2(&self) -> http2::Builder<TokioExecutor> {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(self.streams_max)
            .max_header_list_size(self.header_bytes_max)
            // What a client has not taken stays in its answer, with what the answer holds.
            .max_send_buf_size(32 << 10)
            .keep_alive_interval(self.ping_every)
            .keep_alive_timeout(self.ping_patience)
            // A client that takes back its calls faster than they are begun is an attack.
            .max_pending_accept_reset_streams(64)
            .max_local_error_reset_streams(256);
        builder
    }
}

/// A tenth more or less, so that connections that were made at once do not end at once.
pub(super) fn about(time: Duration) -> Duration {
    let random = RandomState::new().hash_one(()) % 201;
    time / 1_000 * (900 + u32::try_from(random).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_tenth_more_or_less() {
        let ages: Vec<Duration> = (0..1_000).map(|_| about(Duration::from_secs(100))).collect();

        let (least, most) = (ages.iter().min().unwrap(), ages.iter().max().unwrap());

        assert!((90..92).contains(&least.as_secs()) && (108..=110).contains(&most.as_secs()), "{least:?} {most:?}");
    }
}
