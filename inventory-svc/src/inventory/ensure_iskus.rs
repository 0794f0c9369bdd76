//! EnsureIskus: each item by itself, all in one transaction.

use shared::caller::Caller;

use super::{Inventory, Requested};
use crate::{
    domain::{self, Answered},
    storage,
};

impl Inventory {
    /// Sees to it that each item's code names an ISKU; answers in input order.
    pub(crate) async fn ensure_iskus(
        &self,
        caller: &Caller,
        items: Vec<Requested>,
    ) -> Result<Vec<Result<Answered, domain::Error>>, storage::Error> {
        if items.is_empty() { Ok(vec![]) } else { self.apply_all(caller, items).await }
    }
}
