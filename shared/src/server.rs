//! Serving: bind first, then serve, then drain. Knows no service by name.

mod accept;
mod arrival;
mod connection;
mod deadline;
mod door;
mod drained;
mod files;
mod health;
mod limits;
mod open;
mod patience;
mod refused;
mod seats;
mod stack;
mod tasks;
mod timely;
mod traffic;
mod waiting;
mod wire;

use std::{net::SocketAddr, time::Duration};

use futures::future::BoxFuture;
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::task::TaskTracker;
use tonic::service::RoutesBuilder;
use tower::{Layer, util::MapRequest};

pub use self::{
    health::{LIVENESS, READINESS},
    tasks::{Answers, Tasks},
    waiting::{Waiting, remaining},
};
use crate::{auth::Authenticator, database::Database, fair::Fair, settings};

/// How long a drained server waits for its database to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// The largest message that a service takes: a batch of the stated size with the longest texts.
pub const MESSAGE_BYTES_MAX: usize = 32 << 20;

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

/// What is served.
pub struct Service {
    /// Full names of the gRPC services, for their health.
    pub names: Vec<&'static str>,
    /// Their descriptor set, for reflection.
    pub descriptors: &'static [u8],
    /// Their routes.
    pub routes: RoutesBuilder,
    /// Whether the service can do its work now; asked every second.
    pub ready: Box<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>,
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

    /// Serves, with health and reflection (v1 and v1alpha) beside the service.
    pub async fn serve(self, service: Service) -> Result<Running, ServeError> {
        let Service { names, descriptors, mut routes, ready } = service;
        let (health, health_service) = health::Health::start(names, ready).await;
        let reflection = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(descriptors)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        let (v1, v1alpha) = (reflection().build_v1()?, reflection().build_v1alpha()?);
        let bytes_max = open::MESSAGE_BYTES_MAX;
        routes.add_service(open::Modest::new(health_service.max_decoding_message_size(bytes_max), &self.modesty));
        routes.add_service(open::Modest::new(v1.max_decoding_message_size(bytes_max), &self.modesty));
        routes.add_service(open::Modest::new(v1alpha.max_decoding_message_size(bytes_max), &self.modesty));

        let tasks = TaskTracker::new();
        let ends = connection::Ends::default();
        let deadline = Duration::from_millis(self.settings.deadline_ms.get());
        let lasting = Tasks { tracker: tasks.clone(), draining: ends.draining.clone(), deadline: None };
        let calls_max = self.settings.calls_max.count();
        let unfinished = arrival::Unfinished::new(calls_max, descriptors)?;
        let stack = stack::Stack::new(self.authenticator, Fair::new(calls_max), unfinished, deadline, lasting);
        let service = stack.layer(MapRequest::new(routes.routes().prepare(), traffic::end_with_connection));
        let server = tokio::spawn(accept::accept(self.listener, self.limits, ends.clone(), service));
        tracing::info!(address = %self.address, "serving");
        let drain = Duration::from_millis(self.settings.drain_ms.get());
        Ok(Running { address: self.address, ends, tasks, server, health, drain, beside: None })
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
