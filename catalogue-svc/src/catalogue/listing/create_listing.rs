//! Creates a SINGLE, a GROUP of existing listings, or a KIT.

use shared::{
    caller::Caller,
    code::Code,
    database::{self, Transaction},
    identity::RequestId,
    time::Micros,
};
use uuid::Uuid;

use super::view::view;
use crate::catalogue::mapping::{
    review::{Touched, review},
    settle_defaults::{covers, settle_defaults},
    write_mapping::refuse_duplicate,
};
use crate::catalogue::{
    Catalogue, Error, find,
    request::{Answered, Request},
};
use crate::{
    domain::{
        self,
        account::{Account, AccountKey},
        category::CategoryPath,
        isku::Resolution,
        listing::{
            ChannelListingId, Description, Intent, Kind, KindSource, Listing, ListingCode, Presence, Shown, Tracking,
        },
        mapping::{Mapping, Named, Source, choose},
        naming::Purpose,
    },
    inventory_client::Failure,
    storage,
};

/// A listing as somebody describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateListing {
    /// Its account.
    pub account: AccountKey,
    /// Its code; this or the channel's id is there.
    pub csku: Option<Code>,
    /// The channel's id.
    pub channel_listing_id: Option<ChannelListingId>,
    /// SINGLE, GROUP or KIT.
    pub kind: Kind,
    /// What the goods are.
    pub description: Description,
    /// Its category.
    pub category: Option<CategoryPath>,
    /// What it sells; a SINGLE without takes its default.
    pub components: Vec<Named>,
    /// What a GROUP offers.
    pub members: Vec<ListingCode>,
    /// Whether it takes stock.
    pub tracking: Tracking,
}

impl CreateListing {
    fn codes(&self) -> Vec<Code> {
        if !self.components.is_empty() {
            self.components.iter().map(|component| component.isku_code.clone()).collect()
        } else if self.kind == Kind::Single && self.tracking == Tracking::Tracked {
            self.csku.iter().cloned().collect()
        } else {
            vec![]
        }
    }
}

impl Catalogue {
    /// Creates a listing. A SINGLE that only wants its default is created without it while inventory-svc is away.
    pub async fn create_listing(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &CreateListing,
    ) -> Result<Answered<Shown>, Error> {
        let request = Request { caller, verb: "CreateListing", request_id, command };
        if let Some(answered) = request.answered_before(self).await? {
            return Ok(answered);
        }
        let resolution = match self.inventory.resolve(&caller.merchant, command.codes()).await {
            Err(Failure::Refused(domain::Error::InventoryUnavailable)) if command.components.is_empty() => None,
            resolved => Some(resolved?),
        };
        self.database.retrying(|| self.create_once(request, resolution.as_ref())).await
    }

    async fn create_once(
        &self,
        request: Request<'_, CreateListing>,
        resolution: Option<&Resolution>,
    ) -> Result<Answered<Shown>, Error> {
        let (merchant, command) = (&request.caller.merchant, request.command);
        let transaction = self.database.begin().await?;
        storage::account::lock_mappings(&transaction, merchant).await?;
        if let Some(answered) = request.answered(&transaction).await? {
            return Ok(answered);
        }
        let account = find::account(&transaction, merchant, &command.account).await?;
        let now = database::now(&transaction).await?;
        refuse_taken(&transaction, request.caller, &account, command).await?;
        let members = members(&transaction, request.caller, &account, command).await?;
        let mut listing = listing(&transaction, request.caller, &account, command, now).await?;
        if !command.components.is_empty() {
            let known = Resolution::default();
            listing.mapping = Some(Mapping {
                revision: 1,
                source: Source::Manual,
                components: choose(command.kind, &command.components, resolution.unwrap_or(&known))?,
                actor: request.caller.actor.clone(),
                note: String::new(),
                create_time: now,
            });
            refuse_duplicate(&transaction, request.caller, &account, &listing).await?;
        }
        storage::listing::insert(&transaction, merchant, std::slice::from_ref(&listing)).await?;
        storage::listing::waiting::wait(&transaction, merchant, listing.id).await?;
        let revision: Vec<_> = listing.mapping.iter().map(|mapping| (listing.id, mapping)).collect();
        storage::mapping::insert(&transaction, merchant, &revision).await?;
        if !members.is_empty() {
            storage::group::replace_members(&transaction, merchant, &[(listing.id, members)]).await?;
        }
        let mut touched = Touched::default();
        touched.add(&listing);
        review(&transaction, merchant, &account, &touched, now).await?;
        if let Some(resolution) = resolution {
            let own = std::slice::from_mut(&mut listing);
            covers(resolution, own)?;
            settle_defaults(&transaction, merchant, &account, &request.caller.actor, own, resolution, now).await?;
        }
        let view = view(&transaction, merchant, listing, resolution).await?;
        request.record(&transaction, &view, now).await?;
        transaction.commit().await?;
        Ok(Answered::new(view))
    }
}

async fn refuse_taken(
    transaction: &Transaction,
    caller: &Caller,
    account: &Account,
    command: &CreateListing,
) -> Result<(), Error> {
    let csku = command.csku.clone().map(ListingCode::Csku);
    let id = command.channel_listing_id.clone().map(ListingCode::ChannelListingId);
    let codes: Vec<ListingCode> = csku.into_iter().chain(id).collect();
    // Of several that have the code any will do.
    let found = find::listings_of(transaction, &caller.merchant, account.id, &codes, Purpose::Goods).await;
    let found = match found {
        Err(Error::Refused(domain::Error::AmbiguousCsku { csku, .. })) => {
            return Err(domain::Error::ListingExists(ListingCode::Csku(csku)).into());
        }
        found => found?,
    };
    match codes.into_iter().zip(found).find(|(_, listing)| listing.is_some()) {
        Some((code, _)) => Err(domain::Error::ListingExists(code).into()),
        None => Ok(()),
    }
}

async fn members(
    transaction: &Transaction,
    caller: &Caller,
    account: &Account,
    command: &CreateListing,
) -> Result<Vec<Uuid>, Error> {
    let found =
        find::listings_of(transaction, &caller.merchant, account.id, &command.members, Purpose::Listing).await?;
    let mut members = vec![];
    for (code, member) in command.members.iter().zip(found) {
        let member = member.ok_or_else(|| domain::Error::ListingNotFound(code.clone()))?;
        if member.kind != Kind::Single {
            let problem = "only SINGLEs can be members by reference; variants belong to the group of their feed";
            return Err(domain::Error::KindMismatch { kind: member.kind, problem }.into());
        }
        if !members.contains(&member.id) {
            members.push(member.id);
        }
    }
    Ok(members)
}

async fn listing(
    transaction: &Transaction,
    caller: &Caller,
    account: &Account,
    command: &CreateListing,
    now: Micros,
) -> Result<Listing, Error> {
    let category_id = match &command.category {
        Some(path) => {
            let channel = &account.key.channel;
            let named = std::slice::from_ref(path);
            storage::category::upsert(transaction, &caller.merchant, channel, account.id, named, now)
                .await?
                .remove(path)
        }
        None => None,
    };
    Ok(Listing {
        id: Uuid::now_v7(),
        account_id: account.id,
        csku: command.csku.clone(),
        channel_listing_id: command.channel_listing_id.clone(),
        renamed_csku: None,
        kind: command.kind,
        kind_source: KindSource::Manual,
        description: command.description.clone(),
        tracking: command.tracking,
        intent: Intent::Unpublished,
        channel_status: None,
        channel_quantity: None,
        category_id,
        mapping: None,
        presence: Presence::Listed,
        adopted: None,
        version: 1,
        create_time: now,
        update_time: now,
    })
}
