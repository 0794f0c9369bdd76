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
        let snapshot = self.database.probing().await?;
        let mut found = isku::by_codes(&snapshot, merchant, codes).await?;
        let iskus: BTreeMap<IskuId, &Isku> = found.values().map(|isku| (isku.isku_id, isku)).collect();
        let mut stock: BTreeMap<Code, Vec<Stock>> = BTreeMap::new();
        for row in get_stock::of(&snapshot, merchant, &iskus.into_values().collect::<Vec<_>>()).await? {
            stock.entry(row.isku_code.clone()).or_default().push(row);
        }
        let missing: Vec<String> =
            codes.iter().filter(|code| !found.contains_key(*code)).filter_map(Code::near_key).collect();
        let near = match missing.is_empty() {
            true => BTreeMap::new(),
            false => isku::near(&snapshot, merchant, missing, NEAR_MAX).await?,
        };
        let mut resolve = |code: &Code| match found.remove(code) {
            Some(isku) => {
                let naming = if isku.code == *code { Naming::Code } else { Naming::Alias };
                let stock = stock.get(&isku.code).cloned().unwrap_or_default();
                Resolved::Isku { isku: Box::new(isku), naming, stock }
            }
            None => {
                let near = code.near_key().and_then(|key| near.get(&key));
                Resolved::NotFound(near.cloned().unwrap_or_default())
            }
        };
        Ok(codes.iter().map(|code| (code.clone(), resolve(code))).collect())
    }
}
