//! A refusal as a test compares it: code, reason, metadata and fields; never the message.

use std::collections::{BTreeMap, BTreeSet};

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// What a caller can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The gRPC code.
    pub code: Code,
    /// The stable reason; empty if the status has none.
    pub reason: String,
    /// Names and numbers.
    pub metadata: BTreeMap<String, String>,
    /// The malformed fields.
    pub fields: BTreeSet<String>,
}

/// The refusal that a test expects.
pub fn refusal(code: Code, reason: &str) -> Refusal {
    Refusal { code, reason: reason.to_owned(), metadata: BTreeMap::new(), fields: BTreeSet::new() }
}

/// The malformed fields that a test expects.
pub fn malformed(fields: &[&str]) -> Refusal {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Refusal { fields, ..refusal(Code::InvalidArgument, "INVALID_FIELD") }
}

/// The refusal in an answer.
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> Refusal {
    Refusal::from(&answer.expect_err("a refusal"))
}

impl Refusal {
    /// Expects a name with its value, too.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.metadata.insert(key.to_owned(), value.to_string());
        self
    }

    /// Code and reason, for the comparison of refusals whose metadata says what differs.
    pub fn kind(&self) -> (Code, &str) {
        (self.code, &self.reason)
    }
}

impl From<&Status> for Refusal {
    fn from(status: &Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info();
        let violations = details.bad_request().into_iter().flat_map(|bad| &bad.field_violations);
        Self {
            code: status.code(),
            reason: info.map(|info| info.reason.clone()).unwrap_or_default(),
            metadata: info.map(|info| info.metadata.clone().into_iter().collect()).unwrap_or_default(),
            fields: violations.map(|violation| violation.field.clone()).collect(),
        }
    }
}
