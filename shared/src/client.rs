//! Calls to another service: where it is, who asks, how long it may take, and which trace it belongs to.

mod address;
mod answer;
mod balance;
mod latency;
mod retry;
mod said;
mod wellness;

use std::{collections::HashMap, fs, io, time::Duration};

use opentelemetry::{global, propagation::Injector};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataKey, MetadataMap, MetadataValue},
};
use tonic_types::StatusExt;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use self::retry::Retries;
pub use self::{balance::Balanced, retry::never_left};
use crate::{
    auth::MERCHANT_HEADER,
    identity::Merchant,
    server,
    settings::{Between, text},
};

/// Where another service is and how to call it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `http://host:port`; every address of the host is used, and looked up again every few seconds.
    #[serde(deserialize_with = "text::service")]
    pub url: String,
    /// A file that holds the credential's token; empty for none.
    pub token_file: String,
    /// How long a call may take at most.
    pub deadline_ms: Between<1, 3_600_000>,
}

/// Another service.
#[derive(Clone, Debug)]
pub struct Upstream {
    balanced: Balanced,
    retries: Retries,
    authorization: Option<MetadataValue<Ascii>>,
    deadline: Duration,
}

/// Whether a call may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeats {
    Allowed,
    No,
}

/// Why another service cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// Not `http://host:port`.
    #[error("url must be http://host:port")]
    Url,
    /// The token cannot be read.
    #[error("cannot read token_file {0}")]
    Token(String, #[source] io::Error),
    /// The token is not printable ASCII.
    #[error("the token in token_file must be printable ASCII")]
    TokenContent,
}

impl Upstream {
    /// Prepares calls; connects with the first one.
    pub fn new(settings: &Settings) -> Result<Self, UpstreamError> {
        let authorization = match settings.token_file.as_str() {
            "" => None,
            file => {
                let token = fs::read_to_string(file).map_err(|error| UpstreamError::Token(file.to_owned(), error))?;
                let value = format!("Bearer {}", token.trim()).parse().map_err(|_| UpstreamError::TokenContent)?;
                Some(value)
            }
        };
        let authority =
            settings.url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/')).ok_or(UpstreamError::Url)?;
        if !authority.contains(':') {
            return Err(UpstreamError::Url);
        }
        let balanced = Balanced::new(authority.to_owned());
        Ok(Self {
            balanced,
            retries: Retries::new(),
            authorization,
            deadline: Duration::from_millis(settings.deadline_ms.get()),
        })
    }

    /// What generated clients are made with.
    pub fn channel(&self) -> Balanced {
        self.balanced.clone()
    }

    /// A request for one merchant, with our credential, what is left of the current call's time, and its trace.
    pub fn request<T>(&self, merchant: &Merchant, message: T) -> Request<T> {
        const MARGIN: Duration = Duration::from_millis(10);
        let mut request = Request::new(message);
        let left = server::remaining().map_or(self.deadline, |left| left.saturating_sub(MARGIN).min(self.deadline));
        request.set_timeout(left);
        let metadata = request.metadata_mut();
        if let Some(value) = &self.authorization {
            metadata.insert("authorization", value.clone());
        }
        if let Ok(value) = merchant.as_str().parse() {
            metadata.insert(MERCHANT_HEADER, value);
        }
        let context = Span::current().context();
        global::get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut Metadata(metadata)));
        request
    }

    /// Makes a call that may be repeated, and repeats it where that can help: the other side was not there or fell silent, the caller
    /// still waits, and not too many others are repeated.
    pub async fn call<T, F>(&self, call: impl Fn(Balanced) -> F) -> Result<T, Status>
    where
        F: Future<Output = Result<tonic::Response<T>, Status>>,
    {
        let left = server::remaining().map_or(self.deadline, |left| left.min(self.deadline));
        let deadline = Instant::now().checked_add(left);
        let answer = self.retries.run(deadline, || call(self.balanced.repeating())).await;
        answer.map(tonic::Response::into_inner)
    }
}

/// The reason and metadata of a refusal; `None` for a status without them.
pub fn reason(status: &Status) -> Option<(String, HashMap<String, String>)> {
    status.get_details_error_info().map(|info| (info.reason, info.metadata))
}

struct Metadata<'a>(&'a mut MetadataMap);

impl Injector for Metadata<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(key), Ok(value)) = (MetadataKey::from_bytes(key.as_bytes()), value.parse()) {
            self.0.insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests;
