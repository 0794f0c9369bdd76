//! `grpc.health.v1`: alive while the process serves, ready while it can do its work.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio::{task::JoinHandle, time::timeout};
use tonic_health::{
    ServingStatus,
    pb::health_server::{Health as HealthApi, HealthServer},
    server::HealthReporter,
};

/// SERVING while the process serves; for liveness probes.
pub const LIVENESS: &str = "liveness";
/// SERVING while the service can do its work; for readiness probes.
pub const READINESS: &str = "readiness";

/// Reports health until it is stopped.
#[derive(Debug)]
pub(super) struct Health {
    reporter: HealthReporter,
    names: Vec<&'static str>,
    watch: Option<JoinHandle<()>>,
}

impl Health {
    /// Alive from now on, and not ready.
    pub(super) async fn start(mut names: Vec<&'static str>) -> (Self, HealthServer<impl HealthApi>) {
        let (reporter, service) = tonic_health::server::health_reporter();
        names.push(READINESS);
        set(&reporter, &[LIVENESS], ServingStatus::Serving).await;
        set(&reporter, &names, ServingStatus::NotServing).await;
        (Self { reporter, names, watch: None }, service)
    }

    /// From now on ready or not as the service says: now, and every second.
    pub(super) async fn watch(&mut self, ready: Ready) {
        let is_ready = ask(&ready).await;
        set(&self.reporter, &self.names, status(is_ready)).await;
        self.watch = Some(tokio::spawn(watch(self.reporter.clone(), self.names.clone(), ready, is_ready)));
    }

    /// Tells everybody that the service is going away.
    pub(super) async fn stop(&mut self) {
        if let Some(watch) = self.watch.take() {
            watch.abort();
            // It may be about to tell something else.
            let _ = watch.await;
        }
        set(&self.reporter, &self.names, ServingStatus::NotServing).await;
    }
}

impl Drop for Health {
    fn drop(&mut self) {
        self.watch.iter().for_each(JoinHandle::abort);
    }
}

/// Whether the service can do its work now.
pub type Ready = Box<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

async fn ask(ready: &Ready) -> bool {
    timeout(Duration::from_secs(2), ready()).await.unwrap_or(false)
}

fn status(is_ready: bool) -> ServingStatus {
    if is_ready { ServingStatus::Serving } else { ServingStatus::NotServing }
}

async fn watch(reporter: HealthReporter, names: Vec<&'static str>, ready: Ready, mut last: bool) {
    let mut every = tokio::time::interval(Duration::from_secs(1));
    loop {
        every.tick().await;
        let is_ready = ask(&ready).await;
        if last != is_ready {
            tracing::info!(ready = is_ready, "readiness");
            set(&reporter, &names, status(is_ready)).await;
            last = is_ready;
        }
    }
}

async fn set(reporter: &HealthReporter, names: &[&str], status: ServingStatus) {
    for name in names {
        reporter.set_service_status(name, status).await;
    }
}
