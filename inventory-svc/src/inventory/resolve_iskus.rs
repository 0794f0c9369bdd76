//! ResolveIskus: any number of codes with a constant number of statements, in one snapshot.

use std::collections::{BTreeMap, BTreeSet};

use shared::{code::Code, identity::Merchant};

use super::{Inventory, get_stock};
use crate::{
    domain::{
        isku::{Isku, IskuId, Naming},
        stock::Stock,
    },
    storage::{self, isku},
};

/// Codes that are offered for one that is not found, at most.
const NEAR_MAX: i64 = 5;

/// What a code names.
#[derive(Clone, Debug)]
pub(crate) enum Resolved {
    /// An ISKU, how the code names it, and where it has or had stock.
    Isku { isku: Box<Isku>, naming: Naming, stock: Vec<Stock> },
    /// Nothing; these codes are near.
    NotFound(Vec<Code>),
}

impl Inventory {
    /// Tells for each code what it names.
    pub(crate) async fn resolve_iskus(
        &self,
        merchant: &Merchant,
        codes: &BTreeSet<Code>,
    ) -> Result<BTreeMap<Code, Resolved>, storage::Error> {
        let snapshot = self.database.snapshot().await?;
        let ids = isku::ids_of(&snapshot, merchant, codes).await?;
        let iskus = isku::by_ids(&snapshot, merchant, ids.values().copied().collect::<BTreeSet<_>>()).await?;
        let of_iskus: Vec<&Isku> = iskus.values().collect();
        let mut stock: BTreeMap<Code, Vec<Stock>> = BTreeMap::new();
        for row in get_stock::of(&snapshot, merchant, &of_iskus).await? {
            stock.entry(row.isku_code.clone()).or_default().push(row);
        }
        let missing = codes.iter().filter(|code| !ids.contains_key(*code));
        let near = isku::near(&snapshot, merchant, missing.map(Code::near_key), NEAR_MAX).await?;
        let found = |id: &IskuId| iskus.get(id);
        let resolve = |code: &Code| match ids.get(code).and_then(found) {
            Some(isku) => {
                let naming = if isku.code == *code { Naming::Code } else { Naming::Alias };
                let stock = stock.get(&isku.code).cloned().unwrap_or_default();
                Resolved::Isku { isku: Box::new(isku.clone()), naming, stock }
            }
            None => Resolved::NotFound(near.get(&code.near_key()).cloned().unwrap_or_default()),
        };
        Ok(codes.iter().map(|code| (code.clone(), resolve(code))).collect())
    }
}
