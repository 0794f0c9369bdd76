//! ResolveIskus: any number of codes with a constant number of statements, in one snapshot.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    code::Code,
    database::{Reads, Transaction},
    identity::Merchant,
};

use super::{Inventory, get_stock};
use crate::{
    domain::{
        isku::{Counting, Isku, IskuId, Naming, NewIsku},
        same_goods::{Alike, Candidate},
        stock::Stock,
    },
    storage::{self, alike, isku},
};

/// What a code names.
#[derive(Clone, Debug)]
pub(crate) enum Resolved {
    /// An ISKU, how the code names it, and where it has or had stock.
    Isku { isku: Box<Isku>, naming: Naming, stock: Vec<Stock>, counting: Counting },
    /// Nothing; these ISKUs have codes that are near.
    NotFound(Vec<Candidate>),
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
        let mut alike = Alike::default();
        alike::add_near(&snapshot, merchant, missing, &mut alike).await?;
        let near = known(&snapshot, merchant, &alike).await?;
        let mut resolve = |code: &Code| match found.remove(code) {
            Some(isku) => {
                let naming = if isku.code == *code { Naming::Code } else { Naming::Alias };
                let stock = stock.get(&isku.code).cloned().unwrap_or_default();
                let counting = isku.counting(&stock);
                Resolved::Isku { isku: Box::new(isku), naming, stock, counting }
            }
            None => Resolved::NotFound(alike.candidates(&near, code, None)),
        };
        Ok(codes.iter().map(|code| (code.clone(), resolve(code))).collect())
    }

    /// The other ISKUs that may be the goods of one.
    pub(crate) async fn same_goods(&self, merchant: &Merchant, isku: &Isku) -> Result<Vec<Candidate>, storage::Error> {
        let snapshot = self.database.probing().await?;
        let own = NewIsku { code: isku.code.clone(), details: isku.details.clone(), opening_stock: vec![] };
        let alike = alike::to(&snapshot, merchant, [&own]).await?;
        let mut known = known(&snapshot, merchant, &alike).await?;
        known.remove(&isku.isku_id);
        Ok(alike.candidates(&known, &isku.code, isku.details.barcode.as_deref()))
    }
}

/// The ISKUs that were found alike.
async fn known(
    snapshot: &Transaction,
    merchant: &Merchant,
    alike: &Alike,
) -> Result<BTreeMap<IskuId, Isku>, storage::Error> {
    let ids = alike.ids();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut reads = Reads::new(snapshot, merchant);
    let iskus = isku::by_ids(&mut reads, ids);
    Ok(reads.run().await?.read(iskus)?)
}
