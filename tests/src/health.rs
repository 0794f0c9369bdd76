//! What a service says of itself.

use std::time::Duration;

use tokio::time::timeout;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::merchant::channel;

/// Returns once a service says that it is ready, or that it is not.
pub async fn readiness(url: &str, status: ServingStatus) {
    let mut health = HealthClient::new(channel(url));
    let request = HealthCheckRequest { service: "readiness".to_owned() };
    let mut told = health.watch(request).await.expect("health is told").into_inner();
    let wait =
        async { while told.message().await.expect("health is told").expect("without an end").status() != status {} };
    timeout(Duration::from_secs(30), wait).await.unwrap_or_else(|_| panic!("{url} is never {status:?}"));
}
