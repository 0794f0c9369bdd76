//! Refusals as callers see them: `google.rpc.Status` with `ErrorInfo`, `BadRequest` and `RetryInfo`.

mod fields;
mod size;

use std::{collections::HashMap, fmt, time::Duration};

use proto::r#type::v1::ErrorReason;
use sea_orm::DbErr;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

pub use self::{fields::Fields, size::excerpt};
use crate::database::Fault;

/// The domain of reasons that both services share.
pub const COMMON_DOMAIN: &str = "oms";

/// A call that is refused: code, stable reason, and what the caller needs to act on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The gRPC code.
    pub code: Code,
    /// The reason, as in the proto enum without its prefix.
    pub reason: String,
    /// Whose reason it is.
    pub domain: &'static str,
    /// A sentence for the person who reads it.
    pub message: String,
    /// Names and numbers.
    pub metadata: Vec<(String, String)>,
    /// Every malformed field.
    pub fields: Vec<(String, String)>,
    /// When to try again.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// A refusal of one service; `reason` is the enum's `as_str_name()`.
    pub fn new(code: Code, reason: &str, domain: &'static str, message: impl Into<String>) -> Self {
        let reason = reason.strip_prefix("ERROR_REASON_").unwrap_or(reason).to_owned();
        Self { code, reason, domain, message: message.into(), metadata: vec![], fields: vec![], retry_after: None }
    }

    /// A refusal that both services know.
    pub fn common(code: Code, reason: ErrorReason, message: impl Into<String>) -> Self {
        Self::new(code, reason.as_str_name(), COMMON_DOMAIN, message)
    }

    /// Adds a name and its value.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl fmt::Display) -> Self {
        self.metadata.push((key.to_owned(), value.to_string()));
        self
    }

    /// An error of ours: logged once with its cause, answered with a fixed sentence and an id that finds the log line.
    pub fn internal(cause: &dyn fmt::Debug) -> Self {
        let error_id = uuid::Uuid::now_v7().simple().to_string();
        tracing::error!(error_id, ?cause, "internal error");
        Self::common(
            Code::Internal,
            ErrorReason::Internal,
            "an error of the service; its log has more under the error id",
        )
        .with("error_id", error_id)
    }

    /// More is asked at once than can be done; says when to try again.
    pub fn overloaded(message: &str) -> Self {
        let mut refusal = Self::common(Code::ResourceExhausted, ErrorReason::Overloaded, message);
        refusal.retry_after = Some(Duration::from_millis(100));
        refusal
    }

    /// What a failed statement means for the caller; logged once.
    pub fn database(error: &DbErr) -> Self {
        match Fault::of(error) {
            fault @ (Fault::Away | Fault::Lost | Fault::InDoubt) => {
                tracing::warn!(%error, ?fault, "database away");
                let message = "the database cannot be reached; ask again with the same request id";
                let mut refusal = Self::common(Code::Unavailable, ErrorReason::DatabaseUnavailable, message);
                refusal.retry_after = Some(Duration::from_secs(1));
                refusal
            }
            Fault::Crowded => {
                // Counted with all that is refused for it.
                Self::overloaded("more calls than the database takes at once; ask again with the same request id")
            }
            Fault::Late => {
                tracing::info!(%error, "too late");
                let message = "the call took longer than it may; ask again with the same request id";
                Self::common(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded, message)
            }
            Fault::Contention => {
                tracing::warn!(%error, "lost a race too often");
                Self::common(
                    Code::Aborted,
                    ErrorReason::Contention,
                    "lost a race against other calls; ask again with the same request id",
                )
            }
            Fault::Full => Self::storage(
                ErrorReason::StorageFull,
                "there is no room for what is written; ask again with the same request id once there is",
            ),
            Fault::Failed => Self::storage(
                ErrorReason::StorageFailed,
                "what the service writes cannot be stored; ask again with the same request id",
            ),
            Fault::Corrupt => Self::common(
                Code::Unavailable,
                ErrorReason::StorageCorrupt,
                "what the service reads contradicts itself; it needs an operator, and serves nothing more until it is restarted",
            ),
            Fault::Other => Self::internal(error),
        }
    }

    /// What is stored cannot be written; the database has logged it, once.
    fn storage(reason: ErrorReason, message: &str) -> Self {
        let mut refusal = Self::common(Code::Unavailable, reason, message);
        refusal.retry_after = Some(Duration::from_secs(1));
        refusal
    }

    /// A request id that was used before with other content.
    pub fn request_id_reused() -> Self {
        let message = "request_id was used before with other content; use a new one for a new request";
        Self::common(Code::InvalidArgument, ErrorReason::RequestIdReused, message)
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let mut refusal = refusal;
        size::fit(&mut refusal);
        let metadata: HashMap<String, String> = refusal.metadata.into_iter().collect();
        let mut details = ErrorDetails::with_error_info(refusal.reason, refusal.domain, metadata);
        if !refusal.fields.is_empty() {
            let violations = refusal.fields.into_iter().map(|(field, problem)| FieldViolation::new(field, problem));
            details.set_bad_request(violations.collect::<Vec<_>>());
        }
        if let Some(after) = refusal.retry_after {
            details.set_retry_info(Some(after));
        }
        Status::with_error_details(refusal.code, refusal.message, details)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database;

    #[test]
    fn overload_is_told_from_an_outage() {
        let timed_out = DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout);
        let told = |error: &DbErr| {
            let refusal = Refusal::database(error);
            (refusal.code, refusal.reason, refusal.retry_after.is_some())
        };

        assert_eq!(told(&timed_out), (Code::Unavailable, "DATABASE_UNAVAILABLE".to_owned(), true));
        assert_eq!(told(&database::crowded()), (Code::ResourceExhausted, "OVERLOADED".to_owned(), true));
        assert_eq!(told(&database::late()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned(), false));
        assert_eq!(told(&database::overtaken()), (Code::Aborted, "CONTENTION".to_owned(), false));
    }
}
