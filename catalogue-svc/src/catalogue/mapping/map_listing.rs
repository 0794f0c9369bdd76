//! Maps a listing that has no mapping yet, or turns a SINGLE into a KIT.

use shared::{
    caller::Caller,
    code::Code,
    database::{self, overtaken},
    identity::{Merchant, RequestId},
};

use super::write_mapping::{Change, write_mapping};
use crate::catalogue::listing::view;
use crate::catalogue::{
    Catalogue, Error, find,
    request::{Answered, Replay, Request},
};
use crate::{
    domain::{
        self,
        adopted::Adopted,
        finding::Stored,
        isku::Resolution,
        listing::{Kind, KindSource, Listing, ListingKey, Shown, Tracking},
        mapping::{Named, choose},
    },
    storage,
};

/// Whether a mapping changes what the listing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindChange {
    /// It stays what it is.
    None,
    /// A SINGLE becomes a KIT.
    MakeKit,
    /// The same, and the stock that a sync adopted for it is written off.
    MakeKitAndWriteOff,
}

/// What to map to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapListing {
    /// Which listing.
    pub key: ListingKey,
    /// What it sells; none: the ISKU of its own code, created if it is not there, whatever looks like it.
    pub components: Vec<Named>,
    /// Whether it becomes a KIT, and what becomes of its stock.
    pub kind_change: KindChange,
    /// Why.
    pub note: String,
}

/// A listing after it was mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// The listing.
    pub listing: Shown,
    /// Findings that this opened.
    pub new_findings: Vec<Stored>,
}

impl Catalogue {
    /// Maps a listing; source MANUAL.
    pub async fn map_listing(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &MapListing,
    ) -> Result<Answered<Mapped>, Error> {
        let request = Request { caller, verb: "MapListing", request_id, command };
        self.database.retrying(|| self.map_once(request)).await
    }

    async fn map_once(&self, request: Request<'_, MapListing>) -> Result<Answered<Mapped>, Error> {
        let (merchant, command) = (&request.caller.merchant, request.command);
        let snapshot = self.database.snapshot().await?;
        if let Some(answered) = request.answered(&snapshot).await? {
            return Ok(answered);
        }
        let (_, listing) = find::listing(&snapshot, merchant, &command.key).await?;
        snapshot.rollback().await?;
        kind_after(&listing, command.kind_change)?;
        let chosen = match command.components.is_empty() {
            true => self.create_own(merchant, &listing).await?,
            false => self.named(merchant, &listing, &command.components).await?,
        };
        if command.kind_change == KindChange::MakeKitAndWriteOff {
            // What is refused here is refused before anything is written there.
            let rehearsed = self.map(request, &listing, &chosen, Run::Rehearsal).await?;
            if rehearsed.replay == Replay::Yes {
                return Ok(rehearsed);
            }
            self.write_off_adopted(merchant, &listing, &chosen.resolution).await?;
        }
        self.map(request, &listing, &chosen, Run::Effective).await
    }

    async fn named(&self, merchant: &Merchant, listing: &Listing, components: &[Named]) -> Result<Chosen, Error> {
        let own = listing.adopted.iter().map(|adopted| adopted.isku_code.clone());
        let codes: Vec<Code> = components.iter().map(|one| one.isku_code.clone()).chain(own).collect();
        let resolution = self.inventory.resolve(merchant, codes).await?;
        Ok(Chosen { components: components.to_vec(), resolution, adopted: None })
    }

    async fn map(
        &self,
        request: Request<'_, MapListing>,
        before: &Listing,
        chosen: &Chosen,
        run: Run,
    ) -> Result<Answered<Mapped>, Error> {
        let (merchant, command) = (&request.caller.merchant, request.command);
        let transaction = self.database.begin().await?;
        storage::account::lock_mappings(&transaction, merchant).await?;
        if let Some(answered) = request.answered(&transaction).await? {
            return Ok(answered);
        }
        let (account, mut listing) = find::listing(&transaction, merchant, &command.key).await?;
        let kind = kind_after(&listing, command.kind_change)?;
        if (listing.id, &listing.adopted) != (before.id, &before.adopted) {
            return Err(overtaken().into());
        }
        let resolution = &chosen.resolution;
        let kind_source = match command.kind_change {
            KindChange::None => {
                listing.adopted = chosen.adopted.clone().or(listing.adopted);
                listing.kind_source
            }
            KindChange::MakeKit => {
                listing.adopted.iter().try_for_each(|adopted| adopted.refuse(resolution))?;
                source_after(&listing)
            }
            KindChange::MakeKitAndWriteOff => {
                listing.adopted = None;
                source_after(&listing)
            }
        };
        let components = choose(kind, &chosen.components, resolution)?;
        let now = database::now(&transaction).await?;
        let change = Change { kind, kind_source, components, note: &command.note };
        let opened = write_mapping(&transaction, request.caller, &account, &mut listing, change, now).await?;
        let rows = storage::finding::page::by_ids(&transaction, merchant, opened).await?;
        let mapped = Mapped {
            listing: view::view(&transaction, merchant, listing, Some(resolution)).await?,
            new_findings: view::findings(&transaction, merchant, rows).await?,
        };
        match run {
            Run::Rehearsal => transaction.rollback().await?,
            Run::Effective => {
                request.record(&transaction, &mapped, now).await?;
                transaction.commit().await?;
            }
        }
        Ok(Answered::new(mapped))
    }
}

/// What a listing is to sell.
pub(super) struct Chosen {
    /// The ISKUs.
    pub(super) components: Vec<Named>,
    /// What these are.
    pub(super) resolution: Resolution,
    /// What was counted for it now.
    pub(super) adopted: Option<Adopted>,
}

/// Whether what is done stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    /// It is taken back.
    Rehearsal,
    /// It stays.
    Effective,
}

/// What the listing is after the call; refused if it cannot be mapped this way.
fn kind_after(listing: &Listing, change: KindChange) -> Result<Kind, Error> {
    takes_mapping(listing)?;
    match change {
        KindChange::MakeKit | KindChange::MakeKitAndWriteOff if listing.kind == Kind::Single => Ok(Kind::Kit),
        // It stays a member of its group.
        KindChange::MakeKit | KindChange::MakeKitAndWriteOff if listing.kind == Kind::Variant => Ok(Kind::Variant),
        KindChange::MakeKit | KindChange::MakeKitAndWriteOff => {
            let problem = "only a SINGLE can be turned into a kit, and a VARIANT into a pack";
            Err(domain::Error::KindMismatch { kind: listing.kind, problem }.into())
        }
        KindChange::None if listing.mapping.is_some() => {
            Err(domain::Error::RevisionMismatch { expected: 0, current: listing.revision() }.into())
        }
        KindChange::None => Ok(listing.kind),
    }
}

/// Who decides what a listing is that has become a kit; a variant is one as before.
fn source_after(listing: &Listing) -> KindSource {
    if listing.kind == Kind::Variant { listing.kind_source } else { KindSource::Manual }
}

/// Passes if a listing can have a mapping at all.
pub(super) fn takes_mapping(listing: &Listing) -> Result<(), Error> {
    let problem = match (listing.kind, listing.tracking) {
        (Kind::Group, _) => "a group offers its members and has no mapping of its own",
        (_, Tracking::Untracked) => "it is not stock-tracked and has no mapping",
        _ => return Ok(()),
    };
    Err(domain::Error::KindMismatch { kind: listing.kind, problem }.into())
}
