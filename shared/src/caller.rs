//! Who calls, as the server's stack has found out from the credential.

use tonic::{Request, Status};

use crate::{identity::Merchant, refusal::Refusal};

/// For whom a call acts and who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The merchant that the call acts for.
    pub merchant: Merchant,
    /// The credential's name; `anonymous` where authentication is off.
    pub actor: String,
}

impl Caller {
    /// The caller of a request that came through the server's stack.
    pub fn of<T>(request: &Request<T>) -> Result<Self, Status> {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Refusal::internal(&"a request came past the server's stack").into())
    }
}
