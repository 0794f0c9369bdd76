//! Creates, at inventory-svc, the ISKU of a listing's own code although others may be the same goods: somebody has looked.

use shared::{
    code::Code,
    database::overtaken,
    identity::{Merchant, RequestId},
};

use super::map_listing::Chosen;
use crate::catalogue::{Catalogue, Error};
use crate::{
    domain::{
        self,
        account::OnSameGoods,
        adopted::Adopted,
        isku::{Isku, Resolved},
        listing::{Kind, Listing},
        mapping::Named,
    },
    inventory_client::{EnsureItem, Ensured},
};

/// Where units are counted that the channel shows.
const OPENING_LOCATION: &str = "default";

impl Catalogue {
    /// Sees to it that the listing's own code names an ISKU, as a sync does that was told to create: with what the listing tells, and with
    /// the channel's quantity if this creates it.
    pub(super) async fn create_own(&self, merchant: &Merchant, listing: &Listing) -> Result<Chosen, Error> {
        let (Some(csku), Kind::Single | Kind::Variant) = (&listing.csku, listing.kind) else {
            let problem = "only a SINGLE or a VARIANT with a code of its own has an ISKU of that code";
            return Err(domain::Error::KindMismatch { kind: listing.kind, problem }.into());
        };
        let opening = listing.channel_quantity.map(|quantity| (OPENING_LOCATION.to_owned(), quantity));
        let item = EnsureItem {
            request_id: request_id(listing)?,
            code: csku.clone(),
            product_name: listing.description.title.clone(),
            dimensions: listing.description.dimensions,
            weight_g: listing.description.weight_g,
            cost_price: None,
            barcode: listing.description.barcode.clone(),
            opening_stock: opening,
            on_same_goods: OnSameGoods::Create,
        };
        match self.inventory.ensure(merchant, &[item]).await?.pop() {
            Some(Ensured::Created(isku)) => {
                let adopted = Adopted::of(&isku, OPENING_LOCATION, listing.channel_quantity);
                Ok(chosen(csku, isku, adopted))
            }
            Some(Ensured::Exists(isku) | Ensured::ExistsDifferent(isku, _)) => Ok(chosen(csku, isku, None)),
            Some(Ensured::Rejected { reason, .. }) if reason == "ISKU_ARCHIVED" => {
                Err(domain::Error::IskuArchived { isku_code: csku.clone() }.into())
            }
            // The listing was read before another attempt that has changed it.
            Some(Ensured::Rejected { reason, .. }) if reason == "REQUEST_ID_REUSED" => Err(overtaken().into()),
            Some(Ensured::Rejected { reason, problem }) => Err(Error::Unexpected(format!("{reason}: {problem}"))),
            Some(Ensured::SameGoods(_)) | None => Err(Error::Unexpected("no ISKU although it was to be".to_owned())),
        }
    }
}

fn chosen(csku: &Code, isku: Isku, adopted: Option<Adopted>) -> Chosen {
    Chosen {
        components: vec![Named { isku_code: csku.clone(), quantity: 1 }],
        resolution: [(csku.clone(), Resolved::Found(isku))].into_iter().collect(),
        adopted,
    }
}

/// The same for the same listing as it is: asked again after a crash, it is answered again what was adopted.
fn request_id(listing: &Listing) -> Result<RequestId, Error> {
    let text = format!("catalogue-create-{}-{}", listing.id.simple(), listing.version);
    RequestId::parse(&text).map_err(|error| Error::Unexpected(error.to_string()))
}
