//! ListIskus.

use shared::{code::Code, identity::Merchant};

use super::{Inventory, list_movements::cut};
use crate::{
    domain::isku::Isku,
    storage::{
        self,
        isku::{self, Filter},
    },
};

impl Inventory {
    /// A page of ISKUs in the order of their codes, and the code that the next page goes on after.
    pub(crate) async fn list_iskus(
        &self,
        merchant: &Merchant,
        filter: Filter,
        after: Option<&Code>,
        page_size: u64,
    ) -> Result<(Vec<Isku>, Option<Code>), storage::Error> {
        let snapshot = self.database.snapshot().await?;
        let mut page = isku::list(&snapshot, merchant, filter, after, page_size.saturating_add(1)).await?;
        let next = cut(&mut page, page_size).map(|last| last.code.clone());
        Ok((page, next))
    }
}
