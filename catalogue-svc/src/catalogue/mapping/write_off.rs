//! Gives up, at inventory-svc, the stock that a sync adopted for a single: its goods are counted in a kit's components from now on.

use shared::identity::{Merchant, RequestId};

use crate::catalogue::{Catalogue, Error};
use crate::{
    domain::{adopted::WriteOff, isku::Resolution, listing::Listing},
    inventory_client::Failure,
};

impl Catalogue {
    /// Writes adopted stock off, once however often it is asked, by whichever request.
    pub(super) async fn write_off_adopted(
        &self,
        merchant: &Merchant,
        listing: &Listing,
        resolution: &Resolution,
    ) -> Result<(), Error> {
        let Some(adopted) = &listing.adopted else { return Ok(()) };
        let Some(planned) = adopted.write_off(resolution)? else { return Ok(()) };
        let request_id = request_id(listing, &planned)?;
        match self.inventory.write_off(merchant, &request_id, &planned, "its listing became a kit").await {
            // With another quantity: an earlier attempt wrote off what was there then, and its answer was lost.
            Ok(()) | Err(Failure::RequestIdReused) => Ok(()),
            Err(Failure::BelowReserved) if planned.quantity > planned.available => {
                adopted.refuse(resolution)?;
                Err(Failure::BelowReserved.into())
            }
            Err(failure) => Err(failure.into()),
        }
    }
}

/// The same for the same stock of the same listing: it was adopted once, so it is written off once.
fn request_id(listing: &Listing, planned: &WriteOff) -> Result<RequestId, Error> {
    let text = format!("catalogue-write-off-{}-{}", listing.id.simple(), planned.isku_id);
    RequestId::parse(&text).map_err(|error| Error::Unexpected(error.to_string()))
}
