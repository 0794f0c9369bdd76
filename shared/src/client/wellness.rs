//! How an address says that it is.

use std::time::Duration;

use tokio::time::timeout;
use tonic::{Code, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use super::address::Others;
use crate::server::READINESS;

/// How long an answer is waited for; longer where it is the last address that takes calls.
const PATIENCE: Duration = Duration::from_secs(1);
const PATIENCE_WITH_LAST: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wellness {
    /// It takes calls.
    Well,
    /// It is there, and takes none.
    Unwell,
    /// It cannot be reached, or says nothing.
    Silent,
}

/// Asks by the protocol of gRPC's health checks.
pub(super) async fn ask(channel: Channel, others: Others) -> Wellness {
    let patience = match others {
        Others::In => PATIENCE,
        Others::Out => PATIENCE_WITH_LAST,
    };
    let request = HealthCheckRequest { service: READINESS.to_owned() };
    match timeout(patience, HealthClient::new(channel).check(request)).await {
        Ok(Ok(answer)) if answer.get_ref().status() == ServingStatus::Serving => Wellness::Well,
        Ok(Ok(_)) => Wellness::Unwell,
        Ok(Err(status)) => match status.code() {
            // It answers calls, and nothing else was asked.
            Code::Unimplemented
            | Code::NotFound
            | Code::PermissionDenied
            | Code::Unauthenticated
            | Code::ResourceExhausted => Wellness::Well,
            _ => Wellness::Silent,
        },
        Err(_) => Wellness::Silent,
    }
}
