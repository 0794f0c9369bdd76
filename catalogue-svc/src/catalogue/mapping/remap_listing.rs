//! Replaces a listing's mapping, or shows what that would do.

use shared::{
    caller::Caller,
    code::Code,
    database::{self, overtaken},
    identity::{Merchant, RequestId},
};

use super::{
    map_listing::takes_mapping,
    write_mapping::{Change, write_mapping},
};
use crate::catalogue::listing::view;
use crate::catalogue::{
    Catalogue, Error, find,
    request::{Answered, Request},
};
use crate::{
    domain::{
        self,
        account::AccountKey,
        availability::offer,
        finding::Stored,
        isku::{Isku, Resolution},
        listing::{Kind, Listing, ListingKey, Shown},
        mapping::{Component, Named, choose, is_one},
        open_reservation::OpenReservations,
    },
    storage,
};

/// Whether a change is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effective {
    /// It is, under this request id.
    Commit(RequestId),
    /// It is only shown.
    ValidateOnly,
}

/// What to map to what instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemapListing {
    /// Which listing.
    pub key: ListingKey,
    /// What it sells from now on.
    pub components: Vec<Named>,
    /// The revision that the caller has seen.
    pub expected_revision: i64,
    /// Why.
    pub note: String,
}

/// What a remap does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remapped {
    /// The listing after it; as it is, if the change is only shown.
    pub listing: Shown,
    /// Findings that it opens.
    pub new_findings: Vec<Stored>,
    /// The quantity that the listing will show.
    pub quantity: Option<i64>,
    /// Units promised to orders of ISKUs that it no longer sells.
    pub reserved_on_old_iskus: Vec<ReservedUnits>,
    /// If the change is only shown: the listing's reservations, which it leaves as they are.
    pub open_reservations: OpenReservations,
}

/// Units of one ISKU that are promised to orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservedUnits {
    /// Its code.
    pub isku_code: Code,
    /// Units at all locations.
    pub reserved: i64,
}

impl Catalogue {
    /// Replaces a mapping; source MANUAL. Open reservations keep what they were made with.
    pub async fn remap_listing(
        &self,
        caller: &Caller,
        effective: &Effective,
        command: &RemapListing,
    ) -> Result<Answered<Remapped>, Error> {
        self.database.retrying(|| self.remap_once(caller, effective, command)).await
    }

    async fn remap_once(
        &self,
        caller: &Caller,
        effective: &Effective,
        command: &RemapListing,
    ) -> Result<Answered<Remapped>, Error> {
        let merchant = &caller.merchant;
        let request = match effective {
            Effective::Commit(request_id) => Some(Request { caller, verb: "RemapListing", request_id, command }),
            Effective::ValidateOnly => None,
        };
        let snapshot = self.database.snapshot().await?;
        if let Some(request) = &request
            && let Some(answered) = request.answered(&snapshot).await?
        {
            return Ok(answered);
        }
        let (account, before) = find::listing(&snapshot, merchant, &command.key).await?;
        snapshot.rollback().await?;
        let may = |listing: &Listing| -> Result<(), Error> {
            takes_mapping(listing)?;
            let (expected, current) = (command.expected_revision, listing.revision());
            if expected == current { Ok(()) } else { Err(domain::Error::RevisionMismatch { expected, current }.into()) }
        };
        may(&before)?;
        let old = before.mapping.iter().flat_map(|mapping| &mapping.components).map(|one| one.isku_code.clone());
        let codes: Vec<Code> = command.components.iter().map(|one| one.isku_code.clone()).chain(old).collect();
        let resolution = self.inventory.resolve(merchant, codes).await?;
        let open_reservations = match effective {
            Effective::Commit(_) => OpenReservations::default(),
            Effective::ValidateOnly => self.open_reservations(merchant, &account.key, &before, &resolution).await?,
        };

        let transaction = self.database.begin().await?;
        storage::account::lock_mappings(&transaction, merchant).await?;
        if let Some(request) = &request
            && let Some(answered) = request.answered(&transaction).await?
        {
            return Ok(answered);
        }
        let (account, mut listing) = find::listing(&transaction, merchant, &command.key).await?;
        may(&listing)?;
        if listing.id != before.id {
            return Err(overtaken().into());
        }
        let components = choose(listing.kind, &command.components, &resolution)?;
        if listing.kind == Kind::Variant && !is_one(&components) {
            // Its goods would be counted twice: MapListing writes them off with it.
            listing.adopted.iter().try_for_each(|adopted| adopted.refuse(&resolution))?;
        }
        let reserved_on_old_iskus = reserved_on_old(&listing, &components, &resolution);
        let shown = view::view(&transaction, merchant, listing.clone(), None).await?;
        let now = database::now(&transaction).await?;
        let (kind, kind_source) = (listing.kind, listing.kind_source);
        let change = Change { kind, kind_source, components, note: &command.note };
        let opened = write_mapping(&transaction, caller, &account, &mut listing, change, now).await?;
        let rows = storage::finding::page::by_ids(&transaction, merchant, opened).await?;
        let new_findings = view::findings(&transaction, merchant, rows).await?;
        let quantity = offer(&listing, &account.terms, &resolution).quantity;
        match request {
            None => {
                transaction.rollback().await?;
                let listing = shown;
                let remapped = Remapped { listing, new_findings, quantity, reserved_on_old_iskus, open_reservations };
                Ok(Answered::new(remapped))
            }
            Some(request) => {
                let listing = view::view(&transaction, merchant, listing, Some(&resolution)).await?;
                let remapped = Remapped { listing, new_findings, quantity, reserved_on_old_iskus, open_reservations };
                request.record(&transaction, &remapped, now).await?;
                transaction.commit().await?;
                Ok(Answered::new(remapped))
            }
        }
    }

    /// What orders hold for the listing of the ISKUs that it sells.
    ///
    /// Most hold every one of them, but what was made at an earlier revision may have held only some.
    async fn open_reservations(
        &self,
        merchant: &Merchant,
        account: &AccountKey,
        listing: &Listing,
        resolution: &Resolution,
    ) -> Result<OpenReservations, Error> {
        // What is no code cannot have been reserved.
        let names: Vec<Code> = listing.order_names().iter().filter_map(|name| Code::parse(name).ok()).collect();
        let mut open = OpenReservations::default();
        for isku in sold(listing, resolution).filter(|isku| isku.reserved() > 0) {
            open = open.and(self.inventory.open_reservations(merchant, account, &names, &isku.code).await?);
        }
        Ok(open)
    }
}

/// The ISKUs that a listing sells, those that are there.
fn sold<'a>(listing: &'a Listing, resolution: &'a Resolution) -> impl Iterator<Item = &'a Isku> {
    let components = listing.mapping.iter().flat_map(|mapping| &mapping.components);
    components.filter_map(|component| resolution.isku(&component.isku_code))
}

/// What stays promised of ISKUs that the listing sold and sells no more.
fn reserved_on_old(listing: &Listing, new: &[Component], resolution: &Resolution) -> Vec<ReservedUnits> {
    sold(listing, resolution)
        .filter(|isku| new.iter().all(|component| component.isku_id != Some(isku.id)) && isku.reserved() > 0)
        .map(|isku| ReservedUnits { isku_code: isku.code.clone(), reserved: isku.reserved() })
        .collect()
}
