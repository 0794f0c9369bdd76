//! GetIsku.

use shared::{code::Code, database::Transaction, identity::Merchant};

use super::Inventory;
use crate::{
    domain::{self, isku::Isku},
    storage::{self, isku},
};

impl Inventory {
    /// The ISKU that a code or an alias names.
    pub(crate) async fn get_isku(&self, merchant: &Merchant, code: &Code) -> Result<Isku, storage::Error> {
        let snapshot = self.database.snapshot().await?;
        named(&snapshot, merchant, code).await
    }
}

/// The ISKU that a code or an alias names, in a snapshot.
pub(super) async fn named(snapshot: &Transaction, merchant: &Merchant, code: &Code) -> Result<Isku, storage::Error> {
    let found = isku::by_codes(snapshot, merchant, [code]).await?.remove(code);
    found.ok_or_else(|| domain::Error::IskuNotFound { isku_code: code.clone() }.into())
}
