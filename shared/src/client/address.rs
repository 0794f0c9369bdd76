//! One address of another service: what it costs to call it, and whether it is called at all.
//!
//! It is left out when calls fail at it, or when it stays silent: calls are unanswered, nothing has been answered for a while, and it does
//! not even say how it is. From then on it is asked now and then, when calls come by that would need it, and taken back in when it is well.
//! Callers pay for none of these questions, and their deadlines, however short, condemn nobody.

use std::{
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::{Request, Response};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use tonic::{
    Code, Status, TimeoutExpired,
    body::Body,
    transport::{Channel, Endpoint, Error},
};
use tower::Service;

use super::{
    Repeats, answer,
    latency::Latency,
    said::Said,
    wellness::{self, Wellness},
};

/// How long nothing is answered, with calls unanswered, before an address is asked how it is.
const SILENCE_MAX: Duration = Duration::from_millis(500);
/// Between being left out and being asked again: doubled each time until a call is answered.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// The same where no other address takes calls.
const PAUSE_MAX_OF_LAST: Duration = Duration::from_secs(1);
/// Failures in a row before the last address is left out; one of several is left out at the first.
const FAILURES_MAX_OF_LAST: u32 = 5;

/// One address with a connection, made when the first call needs it.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) address: SocketAddr,
    standing: watch::Sender<Standing>,
    state: Mutex<State>,
}

/// Whether an address takes calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    In,
    /// Calls that it has are still waited for.
    Out,
    /// It is out because it answers nothing at all.
    Silent,
}

/// Whether any other address takes calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Others {
    In,
    Out,
}

#[derive(Debug)]
struct State {
    channel: Channel,
    unanswered: usize,
    /// Since when it has been called and has answered nothing.
    silent_since: Option<Instant>,
    latency: Latency,
    failures: u32,
    out_since: Instant,
    pause: Duration,
    is_being_asked: bool,
}

impl Address {
    pub(super) fn new(address: SocketAddr) -> Option<Arc<Self>> {
        let now = Instant::now();
        let state = State {
            channel: connection(address)?,
            unanswered: 0,
            silent_since: None,
            latency: Latency::new(now),
            failures: 0,
            out_since: now,
            pause: PAUSE_MIN,
            is_being_asked: false,
        };
        Some(Arc::new(Self { address, standing: watch::Sender::new(Standing::In), state: Mutex::new(state) }))
    }

    pub(super) fn is_in(&self) -> bool {
        *self.standing.borrow() == Standing::In
    }

    /// What a call is expected to cost: its time, behind those that wait for an answer. A silent address costs more and more.
    pub(super) fn cost(&self, now: Instant) -> f64 {
        let state = self.state();
        let silent = state.silent_since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        let each = state.latency.at(now).max(silent).as_secs_f64();
        each * state.unanswered.saturating_add(1) as f64
    }

    /// How long until it is asked again, if it is out.
    pub(super) fn asked_in(&self, now: Instant, others: Others) -> Option<Duration> {
        let state = self.state();
        (!self.is_in()).then(|| (state.out_since + state.pause_with(others)).saturating_duration_since(now))
    }

    pub(super) fn is_being_asked(&self) -> bool {
        self.state().is_being_asked
    }

    /// Completes when it is in.
    pub(super) async fn comes_in(&self) {
        // It is not closed while it is borrowed.
        let _ = self.standing.subscribe().wait_for(|standing| *standing == Standing::In).await;
    }

    /// Asks how it is, in the background, if it has been silent for too long, or out for long enough.
    pub(super) fn ask_in_time(self: &Arc<Self>, others: Others) {
        let now = Instant::now();
        let mut state = self.state();
        let since = match self.is_in() {
            true => state.silent_since.map(|since| since + SILENCE_MAX),
            false => Some(state.out_since + state.pause_with(others)),
        };
        if state.is_being_asked || since.is_none_or(|since| now < since) {
            return;
        }
        state.is_being_asked = true;
        let (address, channel) = (Arc::clone(self), state.channel.clone());
        tokio::spawn(async move {
            let told = wellness::ask(channel, others).await;
            address.told(told);
        });
    }

    fn told(&self, wellness: Wellness) {
        let now = Instant::now();
        let mut state = self.state();
        state.is_being_asked = false;
        match (self.is_in(), wellness) {
            (true, Wellness::Well | Wellness::Unwell) => state.silent_since = None,
            (true, Wellness::Silent) => {
                tracing::warn!(address = %self.address, "the other service is silent and left out");
                state.leave_out(now);
                // Calls that cannot be repeated keep the old connection.
                if let Some(channel) = connection(self.address) {
                    state.channel = channel;
                }
                self.standing.send_replace(Standing::Silent);
            }
            (false, Wellness::Well) => {
                tracing::info!(address = %self.address, "the other service is well again");
                state.failures = 0;
                state.silent_since = None;
                self.standing.send_replace(Standing::In);
            }
            (false, Wellness::Unwell | Wellness::Silent) => state.leave_out(now),
        }
    }

    /// Makes a call. One that may be repeated is given up when the address turns out to be silent.
    pub(super) async fn call(
        self: &Arc<Self>,
        request: Request<Body>,
        repeats: Repeats,
        others: impl Fn() -> Others,
    ) -> Result<Response<Body>, Status> {
        let mut standing = self.standing.subscribe();
        let (unanswered, mut channel) = Unanswered::begin(self);
        let mut answer = pin!(async {
            std::future::poll_fn(|context| channel.poll_ready(context)).await?;
            channel.call(request).await
        });
        let answer = loop {
            tokio::select! {
                biased;
                answer = &mut answer => break answer,
                // It lives as long as this call.
                _ = standing.wait_for(|standing| *standing == Standing::Silent), if repeats == Repeats::Allowed => {
                    return Err(Status::unavailable("the other service is silent"));
                }
                () = sleep(SILENCE_MAX) => self.ask_in_time(others()),
            }
        };
        let answer = answer.map_err(|error| failure(&error));
        match &answer {
            Ok(answer) => match Said::by(answer) {
                Said::Answer => unanswered.succeeded(),
                Said::NoRoom => unanswered.heard(),
                Said::Away => unanswered.failed(others()),
            },
            // Of our own making: it has not said anything.
            Err(status) if status.code() == Code::DeadlineExceeded => {}
            Err(_) => unanswered.failed(others()),
        }
        answer
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// One of the calls is over; those that are not are unanswered from now on.
    fn hear(&mut self, now: Instant) {
        self.silent_since = (self.unanswered > 1).then_some(now);
    }

    fn leave_out(&mut self, now: Instant) {
        self.out_since = now;
        self.pause = self.pause.saturating_mul(2).min(PAUSE_MAX);
    }

    fn pause_with(&self, others: Others) -> Duration {
        match others {
            Others::In => self.pause,
            Others::Out => self.pause.min(PAUSE_MAX_OF_LAST),
        }
    }
}

/// A call that has no answer yet.
struct Unanswered<'a> {
    address: &'a Address,
    began: Instant,
}

impl<'a> Unanswered<'a> {
    fn begin(address: &'a Address) -> (Self, Channel) {
        let began = Instant::now();
        let mut state = address.state();
        state.unanswered = state.unanswered.saturating_add(1);
        state.silent_since.get_or_insert(began);
        (Self { address, began }, state.channel.clone())
    }

    fn succeeded(self) {
        let now = Instant::now();
        let mut state = self.address.state();
        state.hear(now);
        state.latency.note(now, now.saturating_duration_since(self.began));
        state.failures = 0;
        state.pause = PAUSE_MIN;
    }

    /// It lives, and cannot do this: nothing is learned of other calls.
    fn heard(self) {
        self.address.state().hear(Instant::now());
    }

    fn failed(self, others: Others) {
        let now = Instant::now();
        let mut state = self.address.state();
        state.hear(now);
        state.failures = state.failures.saturating_add(1);
        let failures_max = match others {
            Others::In => 1,
            Others::Out => FAILURES_MAX_OF_LAST,
        };
        if self.address.is_in() && state.failures >= failures_max {
            tracing::warn!(address = %self.address.address, "calls fail at the other service: it is left out");
            state.leave_out(now);
            self.address.standing.send_replace(Standing::Out);
        }
    }
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        let mut state = self.address.state();
        state.unanswered = state.unanswered.saturating_sub(1);
    }
}

fn connection(address: SocketAddr) -> Option<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).ok()?;
    let channel = endpoint
        .connect_timeout(Duration::from_secs(2))
        .tcp_nodelay(true)
        .http2_keep_alive_interval(Duration::from_secs(10))
        .keep_alive_timeout(Duration::from_secs(5))
        .keep_alive_while_idle(true)
        .connect_lazy();
    Some(channel)
}

/// What the transport's error means: tonic has a status of its own for some, and CANCELLED for a deadline.
fn failure(error: &Error) -> Status {
    let mut told = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<TimeoutExpired>() {
            return answer::too_late();
        }
        told = format!("{told}: {cause}");
        source = cause.source();
    }
    Status::unavailable(told)
}
