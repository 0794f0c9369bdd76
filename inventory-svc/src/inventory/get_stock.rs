//! GetStock.

use shared::{
    code::Code,
    database::{Reads, Transaction},
    identity::Merchant,
};

use super::{Inventory, get_isku::named};
use crate::{
    domain::{
        isku::{Counting, Isku},
        stock::Stock,
    },
    storage::{self, location, reservation, stock},
};

impl Inventory {
    /// The stock of an ISKU at each location that has or had some, by the location's code, and whether it is known at all.
    pub(crate) async fn get_stock(
        &self,
        merchant: &Merchant,
        code: &Code,
    ) -> Result<(Vec<Stock>, Counting), storage::Error> {
        let snapshot = self.database.snapshot().await?;
        let isku = named(&snapshot, merchant, code).await?;
        let mut stock = of(&snapshot, merchant, &[&isku]).await?;
        stock.sort_by(|a, b| a.location.cmp(&b.location));
        let counting = isku.counting(&stock);
        Ok((stock, counting))
    }
}

/// The stock of ISKUs at each location that has or had some, by ISKU and location priority; what is due is free.
pub(super) async fn of(
    snapshot: &Transaction,
    merchant: &Merchant,
    iskus: &[&Isku],
) -> Result<Vec<Stock>, storage::Error> {
    let ids = || iskus.iter().map(|isku| isku.isku_id);
    let mut reads = Reads::new(snapshot, merchant);
    let (locations, rows) = (location::all(&mut reads), stock::of(&mut reads, ids()));
    let found = reads.run().await?;
    let (locations, rows) = (found.read(locations)?, found.read(rows)?);
    let due = reservation::due_units(snapshot, merchant, ids()).await?;
    let at = |isku: &Isku, place: &crate::domain::location::Location| {
        let key = crate::domain::stock::StockKey { isku_id: isku.isku_id, location_id: place.location_id };
        let row = rows.get(&key)?.without(due.get(&key).copied().unwrap_or_default());
        Stock::seen(isku, place, row)
    };
    Ok(iskus.iter().flat_map(|isku| locations.iter().filter_map(|place| at(isku, place))).collect())
}
