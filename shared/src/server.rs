//! Serving: bind first, then serve, then drain. Knows no service by name.

mod accept;
mod arrival;
mod connection;
pub(crate) mod deadline;
mod door;
mod drained;
mod files;
mod health;
mod held;
mod limits;
mod media_type;
mod message;
mod open;
mod opening;
mod patience;
mod refused;
mod seats;
mod stack;
mod tasks;
mod timely;
mod traffic;
mod waiting;
mod weight;
mod wire;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::{sync::DropGuard, task::TaskTracker};
use tonic::service::RoutesBuilder;
use tower::{Layer, util::MapRequest};

pub use self::{
    health::{LIVENESS, READINESS, Ready},
    message::LimitError,
    opening::Awaited,
    tasks::{Answers, Tasks},
    waiting::{Waiting, remaining},
};
use crate::{auth::Authenticator, database::Database, settings};

/// How long a drained server waits for its database to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes that the transport takes at most: any, since each rpc has a limit of its own that is judged before.
pub const TRANSPORT_BYTES_MAX: usize = usize::MAX;

/// A port that is taken, and not served yet.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    settings: settings::Server,
    authenticator: Authenticator,
    limits: limits::Limits,
    modesty: open::Modesty,
}

/// A service that serves health and reflection; whoever calls something else is told what it waits for.
#[derive(Debug)]
pub struct Starting {
    running: Running,
    later: opening::Later,
    // End the server with a start that is given up.
    guards: [DropGuard; 2],
}

/// Why a service cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken or not ours.
    #[error("cannot listen on {0}")]
    Bind(String, #[source] std::io::Error),
    /// Whoever reaches the address could read and write everything.
    #[error(
        "auth.credentials_file is empty, and others than this machine reach {0}: name a file of credentials, or listen on \
         127.0.0.1"
    )]
    Open(SocketAddr),
    /// The descriptor set is damaged.
    #[error("reflection cannot start")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The descriptor set cannot be read.
    #[error("the descriptor set is damaged")]
    Descriptors(#[from] prost::DecodeError),
    /// The descriptor set does not say how much a request may hold.
    #[error("the limits of requests cannot be made")]
    Limits(#[from] LimitError),
}

/// A service that serves until it is drained.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    ends: connection::Ends,
    tasks: TaskTracker,
    server: JoinHandle<()>,
    health: health::Health,
    drain: Duration,
    beside: Option<(Database, Vec<JoinHandle<()>>)>,
}

impl Bound {
    /// Takes the port that the settings name, for callers who are told apart like this.
    pub async fn bind(settings: &settings::Server, authenticator: Authenticator) -> Result<Self, ServeError> {
        files::raise();
        let listener = door::listener(&settings.listen, &authenticator).await?;
        let address = listener.local_addr().map_err(|error| ServeError::Bind(settings.listen.clone(), error))?;
        let (limits, modesty) = (limits::Limits::new(settings), open::Modesty::default());
        Ok(Self { listener, address, settings: settings.clone(), authenticator, limits, modesty })
    }

    /// Where clients find it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves health and reflection (v1 and v1alpha) of gRPC services that are to come, by their full names and descriptor set.
    pub async fn start(self, names: Vec<&'static str>, descriptors: &'static [u8]) -> Result<Starting, ServeError> {
        let limits = Arc::new(message::Limits::compile(descriptors)?);
        let (health, health_service) = health::Health::start(names).await;
        let mut always = RoutesBuilder::default();
        let later = opening::Later::default();
        let reflection = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(descriptors)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        let (v1, v1alpha) = (reflection().build_v1()?, reflection().build_v1alpha()?);
        let bytes_max = open::MESSAGE_BYTES_MAX;
        always.add_service(open::Modest::new(health_service.max_decoding_message_size(bytes_max), &self.modesty));
        always.add_service(open::Modest::new(v1.max_decoding_message_size(bytes_max), &self.modesty));
        always.add_service(open::Modest::new(v1alpha.max_decoding_message_size(bytes_max), &self.modesty));

        let tasks = TaskTracker::new();
        let ends = connection::Ends::default();
        let deadline = Duration::from_millis(self.settings.deadline_ms.get());
        let lasting = Tasks { tracker: tasks.clone(), draining: ends.draining.clone(), deadline: None };
        let calls_max = self.settings.calls_max.count();
        let unfinished = arrival::Unfinished::new(calls_max);
        let stack = stack::Stack::new(self.authenticator, limits, calls_max, unfinished, deadline, lasting);
        let routes = opening::Opening { always: always.routes().prepare(), later: later.clone() };
        let service = stack.layer(MapRequest::new(routes, traffic::end_with_connection));
        let server = tokio::spawn(accept::accept(self.listener, self.limits, ends.clone(), service));
        tracing::info!(address = %self.address, "listening");
        let drain = Duration::from_millis(self.settings.drain_ms.get());
        let guards = [ends.draining.clone().drop_guard(), ends.closed.clone().drop_guard()];
        let running = Running { address: self.address, ends, tasks, server, health, drain, beside: None };
        Ok(Starting { running, later, guards })
    }
}

impl Starting {
    /// Where clients find it.
    pub fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// What callers are told from now on.
    pub fn wait_for(&self, awaited: Awaited) {
        self.later.wait_for(awaited);
    }

    /// Serves everything from now on; `ready` says whether the service can do its work, and is asked every second.
    pub async fn open(self, routes: RoutesBuilder, ready: Ready) -> Running {
        let Self { mut running, later, guards } = self;
        for guard in guards {
            guard.disarm();
        }
        later.open(routes.routes().prepare());
        running.health.watch(ready).await;
        tracing::info!(address = %running.address, "serving");
        running
    }
}

impl Running {
    /// Where clients find it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops tasks and closes the database with the server.
    #[must_use]
    pub fn with(mut self, database: Database, tasks: impl IntoIterator<Item = JoinHandle<()>>) -> Self {
        self.beside = Some((database, tasks.into_iter().collect()));
        self
    }

    /// Stops: no longer ready, no new connections, calls in flight go on until the drain time is over.
    ///
    /// Returns how many calls were cut off.
    pub async fn drain(mut self) -> usize {
        tracing::info!("draining");
        self.health.stop().await;
        self.ends.draining.cancel();
        self.tasks.close();
        let left = async {
            let _ = (&mut self.server).await;
            self.tasks.wait().await;
        };
        if timeout(self.drain, left).await.is_err() {
            self.ends.closed.cancel();
        }
        let cut_off = self.tasks.len();
        if let Some((database, tasks)) = self.beside.take() {
            tasks.iter().for_each(JoinHandle::abort);
            match timeout(CLOSE_TIMEOUT, database.close()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "the database did not close"),
                Err(_) => tracing::warn!("calls that were cut off still hold the database"),
            }
        }
        tracing::info!(cut_off, "stopped");
        cut_off
    }
}

/// Completes when the process is asked to stop: SIGTERM or Ctrl-C.
pub async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests;
