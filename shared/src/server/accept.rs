//! Takes connections in: as many as there are places for, and a few more on which only health is answered.

use std::{io, net::IpAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, sleep_until},
};
use tokio_util::task::TaskTracker;

use super::{
    connection::{Answering, Ends, serve},
    limits::{Limits, RESERVE, RESERVE_PER_ADDRESS},
    seats::Seats,
};

/// How often it is told what was refused or failed, at most.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// How long nothing is accepted after an error, at first and at most.
const PAUSE: Duration = Duration::from_millis(5);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// Accepts connections until the server drains; completes when the last one has ended.
pub(super) async fn accept(listener: TcpListener, limits: Limits, ends: Ends, service: impl Answering) {
    let mut entrance = Entrance {
        seats: Seats::new(limits.connections_max, limits.per_address_max),
        reserve: Seats::reserve(RESERVE, RESERVE_PER_ADDRESS),
        reserve_limits: Arc::new(limits.of_reserve()),
        limits: Arc::new(limits),
        connections: TaskTracker::new(),
        service,
        ends: ends.clone(),
        untold: Untold::default(),
    };
    let mut pause = PAUSE;
    loop {
        let accepted = tokio::select! {
            biased;
            () = ends.draining.cancelled() => break,
            () = entrance.untold.due() => {
                entrance.untold.tell();
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                pause = PAUSE;
                entrance.admit(stream, peer.ip());
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                entrance.untold.failed(error);
                // Most likely there are no files left: who has shown no credential gives one back.
                if !entrance.seats.make_room() {
                    pause = PAUSE_MAX.min(pause * 2);
                }
                sleep(pause).await;
            }
        }
    }
    drop(listener);
    entrance.connections.close();
    entrance.connections.wait().await;
}

/// Whether only the connection that was to be accepted has failed.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Where connections come in.
struct Entrance<S> {
    seats: Seats,
    reserve: Seats,
    limits: Arc<Limits>,
    reserve_limits: Arc<Limits>,
    connections: TaskTracker,
    service: S,
    ends: Ends,
    untold: Untold,
}

impl<S: Answering> Entrance<S> {
    fn admit(&mut self, stream: TcpStream, address: IpAddr) {
        let regular = self.seats.take(address).map(|seat| (seat, &self.limits));
        let Some((seat, limits)) =
            regular.or_else(|| self.reserve.take(address).map(|seat| (seat, &self.reserve_limits)))
        else {
            self.untold.refused();
            return;
        };
        // Whoever has gone already is noticed by the first read.
        let _ = stream.set_nodelay(true);
        let serving = serve(stream, seat, Arc::clone(limits), self.ends.clone(), self.service.clone());
        self.connections.spawn(serving);
    }
}

/// What was refused or failed, and not told yet.
#[derive(Debug, Default)]
struct Untold {
    refused: u64,
    failed: u64,
    error: Option<io::Error>,
    told: Option<Instant>,
}

impl Untold {
    fn refused(&mut self) {
        self.refused += 1;
    }

    fn failed(&mut self, error: io::Error) {
        self.failed += 1;
        self.error = Some(error);
    }

    /// Completes when there is something to tell, and the last time is long enough ago.
    async fn due(&self) {
        match self.told {
            _ if self.refused + self.failed == 0 => std::future::pending().await,
            Some(told) => sleep_until(told + TELL_EVERY).await,
            None => {}
        }
    }

    fn tell(&mut self) {
        let Self { refused, failed, error, .. } = std::mem::take(self);
        if refused > 0 {
            tracing::warn!(
                refused,
                "connections refused: there are as many as the service takes, see server.connections_max"
            );
        }
        if let Some(error) = error {
            tracing::warn!(failed, %error, "connections could not be accepted");
        }
        self.told = Some(Instant::now());
    }
}
