//! Barcodes that several items carry, and how an item's ISKU is asked for with or without its own.

use std::collections::HashSet;

use shared::{code::gtin::Gtin, identity::RequestId};

use super::Work;
use crate::{
    catalogue::{Catalogue, Error},
    domain::{
        listing::Listing,
        sync::settle::{Barcode, Wanted},
    },
    inventory_client::EnsureItem,
    storage::sync::barcode::{Repeated, repeated},
};

impl Catalogue {
    /// Which barcodes of these listings others carry, too.
    pub(super) async fn repeated_barcodes(
        &self,
        work: &Work,
        listings: impl Iterator<Item = &Listing>,
    ) -> Result<Repeated, Error> {
        let gtins: HashSet<Gtin> = listings.filter_map(gtin).collect();
        if gtins.is_empty() {
            return Ok(Repeated::default());
        }
        let snapshot = self.database.snapshot().await?;
        let sync = (work.account.id, work.session.sync_id);
        let found = repeated(&snapshot, &work.caller.merchant, sync, &gtins).await?;
        snapshot.rollback().await?;
        Ok(found)
    }
}

impl Repeated {
    /// Whether others of the account carry a listing's barcode, so that it says nothing.
    pub(super) fn of(&self, listing: &Listing) -> Barcode {
        let is_repeated = gtin(listing).is_some_and(|own| self.in_account.contains(&own));
        if is_repeated && listing.kind.sells_one_isku() { Barcode::Repeated } else { Barcode::Own }
    }

    /// The ISKU that an item needs, as inventory-svc is asked for it: nothing is found by a barcode that other items carry.
    pub(super) fn item(&self, work: &Work, place: i64, wanted: &Wanted) -> Result<EnsureItem, Error> {
        let own = wanted.description.barcode.clone();
        let is_repeated = own.as_deref().and_then(Gtin::parse).is_some_and(|gtin| self.in_snapshot.contains(&gtin));
        let (barcode, mark) = if is_repeated { (None, "-no-barcode") } else { (own, "") };
        // What is asked without it is another request.
        let text = format!("sync-{}-{place}{mark}", work.session.sync_id.simple());
        let request_id = RequestId::parse(&text).map_err(|error| sea_orm::DbErr::Custom(error.to_string()))?;
        Ok(EnsureItem {
            request_id,
            code: wanted.code.clone(),
            product_name: wanted.description.title.clone(),
            dimensions: wanted.description.dimensions,
            weight_g: wanted.description.weight_g,
            cost_price: wanted.cost_price.clone(),
            barcode,
            opening_stock: wanted.opening.clone(),
            on_same_goods: work.account.terms.on_same_goods,
        })
    }
}

/// The number of a listing's barcode, if it has one that can be compared.
fn gtin(listing: &Listing) -> Option<Gtin> {
    listing.description.barcode.as_deref().and_then(Gtin::parse)
}
