//! GetIsku.

use shared::{code::Code, database::Transaction, identity::Merchant};

use super::{Inventory, get_stock};
use crate::{
    domain::{
        self,
        isku::{Counting, Isku},
    },
    storage::{self, isku},
};

impl Inventory {
    /// The ISKU that a code or an alias names, and whether it is known how many there are.
    pub(crate) async fn get_isku(&self, merchant: &Merchant, code: &Code) -> Result<(Isku, Counting), storage::Error> {
        let snapshot = self.database.snapshot().await?;
        let isku = named(&snapshot, merchant, code).await?;
        let counting = match isku.unstated {
            None => Counting::Counted,
            Some(_) => isku.counting(&get_stock::of(&snapshot, merchant, &[&isku]).await?),
        };
        Ok((isku, counting))
    }
}

/// The ISKU that a code or an alias names, in a snapshot.
pub(super) async fn named(snapshot: &Transaction, merchant: &Merchant, code: &Code) -> Result<Isku, storage::Error> {
    let found = isku::by_codes(snapshot, merchant, [code]).await?.remove(code);
    found.ok_or_else(|| domain::Error::IskuNotFound { isku_code: code.clone() }.into())
}
