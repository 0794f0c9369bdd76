//! What an answer says of the address that it comes from, whatever it says of the call.

use http::Response;
use proto::r#type::v1::ErrorReason;
use tonic::{Code, Status, body::Body};
use tonic_types::{ErrorInfo, StatusExt};

use crate::refusal::COMMON_DOMAIN;

/// Whether it takes calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It does.
    Answer,
    /// It does, and reads; what it is asked to write finds no room, as it does at its replicas.
    NoRoom,
    /// It does not.
    Away,
}

impl Said {
    /// Before anything was answered: what comes in trailers was work that was done.
    pub(super) fn by(answer: &Response<Body>) -> Self {
        let refused = Status::from_header_map(answer.headers()).filter(|status| status.code() == Code::Unavailable);
        let Some(status) = refused else { return Self::Answer };
        let of_storage = [ErrorReason::StorageFull, ErrorReason::StorageFailed].map(|reason| reason.as_str_name());
        let reason = status.get_details_error_info().filter(|info| info.domain == COMMON_DOMAIN);
        let is_of_storage = |info: &ErrorInfo| {
            of_storage.iter().any(|name| name.strip_prefix("ERROR_REASON_") == Some(info.reason.as_str()))
        };
        if reason.as_ref().is_some_and(is_of_storage) { Self::NoRoom } else { Self::Away }
    }
}
