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
    let codes = isku::ids_of(snapshot, merchant, [code]).await?;
    let mut found = isku::by_ids(snapshot, merchant, codes.into_values()).await?;
    found
        .pop_first()
        .map(|(_, isku)| isku)
        .ok_or_else(|| domain::Error::IskuNotFound { isku_code: code.clone() }.into())
}
