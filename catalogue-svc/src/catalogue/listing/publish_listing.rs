//! Makes a listing go live, after inventory-svc has confirmed every ISKU at that moment.

use shared::{
    caller::Caller,
    database::{self, Transaction},
    identity::{Merchant, RequestId},
};

use super::{
    validate_listings::Validation,
    view::{view, views},
};
use crate::catalogue::account::update_seller_account::matches;
use crate::catalogue::mapping::{
    review::{Touched, review},
    settle_defaults::{codes_needed, covers, settle_defaults},
};
use crate::catalogue::{
    Catalogue, Error, find,
    request::{Answered, Request},
};
use crate::{
    domain::{
        self,
        account::Account,
        error::Unready,
        finding::Effect,
        listing::{Intent, Kind, Listing, ListingKey, Shown},
        readiness::is_ready,
    },
    storage,
};

/// Which members of a group to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All, or none if one is not ready.
    All,
    /// Those that are ready.
    ReadyOnly,
}

/// Which listing to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishListing {
    /// Which listing.
    pub key: ListingKey,
    /// Which members, if it is a group.
    pub scope: Scope,
    /// The version that the caller has seen, if it matters.
    pub etag: Option<String>,
}

/// A listing after it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The listing.
    pub listing: Shown,
    /// What is now to be live: itself, or the group's members.
    pub published: Vec<ListingKey>,
    /// The members left out.
    pub unready: Vec<Validation>,
}

impl Catalogue {
    /// Publishes a listing, or the members of a group.
    ///
    /// A refusal leaves the defaults that were taken on the way, and their findings.
    pub async fn publish_listing(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &PublishListing,
    ) -> Result<Answered<Published>, Error> {
        let request = Request { caller, verb: "PublishListing", request_id, command };
        self.database.retrying(|| self.publish_once(request)).await
    }

    async fn publish_once(&self, request: Request<'_, PublishListing>) -> Result<Answered<Published>, Error> {
        let (caller, command) = (request.caller, request.command);
        let merchant = &caller.merchant;
        let snapshot = self.database.snapshot().await?;
        if let Some(answered) = request.answered(&snapshot).await? {
            return Ok(answered);
        }
        let (_, listing) = find::listing(&snapshot, merchant, &command.key).await?;
        matches(command.etag.as_deref(), listing.version)?;
        let targets = targets(&snapshot, merchant, &listing).await?;
        snapshot.rollback().await?;
        let resolution = self.inventory.resolve(merchant, codes_needed(&targets)).await?;

        let transaction = self.database.begin().await?;
        storage::account::lock_mappings(&transaction, merchant).await?;
        if let Some(answered) = request.answered(&transaction).await? {
            return Ok(answered);
        }
        let now = database::now(&transaction).await?;
        let (account, listing) = find::listing(&transaction, merchant, &command.key).await?;
        matches(command.etag.as_deref(), listing.version)?;
        let mut targets = self::targets(&transaction, merchant, &listing).await?;
        covers(&resolution, &targets)?;
        settle_defaults(&transaction, merchant, &account, &caller.actor, &mut targets, &resolution, now).await?;
        // A sync that has not ended, or was given up, has looked for no duplicates yet.
        let mut touched = Touched::default();
        targets.iter().for_each(|target| touched.add(target));
        review(&transaction, merchant, &account, &touched, now).await?;
        let shown = views(&transaction, merchant, targets, Some(&resolution)).await?;
        let (ready, mut unready): (Vec<_>, Vec<_>) = shown.into_iter().partition(|view| is_ready(&view.reasons));
        // A group has reasons of its own: it offers nothing, or is gone.
        let group = match listing.kind {
            Kind::Group => Some(view(&transaction, merchant, listing, Some(&resolution)).await?),
            Kind::Single | Kind::Variant | Kind::Kit => None,
        };
        let group = group.filter(|group| !is_ready(&group.reasons));
        if group.is_some() || ready.is_empty() || (command.scope == Scope::All && !unready.is_empty()) {
            transaction.commit().await?;
            unready.splice(..0, group);
            return Err(domain::Error::ListingNotReady(reasons(&unready)).into());
        }

        let published = ready.iter().filter_map(Shown::key).collect();
        let mut changed: Vec<Listing> = ready.into_iter().map(|view| view.listing).collect();
        changed.retain(|listing| listing.intent != Intent::Published);
        for listing in &mut changed {
            listing.intent = Intent::Published;
        }
        storage::listing::update(&transaction, merchant, &mut changed, now).await?;
        let (_, listing) = find::listing(&transaction, merchant, &command.key).await?;
        let answer = Published {
            listing: view(&transaction, merchant, listing, Some(&resolution)).await?,
            published,
            unready: unready.into_iter().filter_map(|view| left_out(&account, view)).collect(),
        };
        request.record(&transaction, &answer, now).await?;
        transaction.commit().await?;
        Ok(Answered::new(answer))
    }
}

/// What a publish is about: the listing itself, or those members of a group that are still on the channel.
pub(super) async fn targets(
    transaction: &Transaction,
    merchant: &Merchant,
    listing: &Listing,
) -> Result<Vec<Listing>, Error> {
    if listing.kind != Kind::Group {
        return Ok(vec![listing.clone()]);
    }
    Ok(find::members(transaction, merchant, vec![listing.id]).await?.remove(&listing.id).unwrap_or_default())
}

fn reasons(unready: &[Shown]) -> Vec<Unready> {
    let of_one = |view: &Shown| -> Vec<Unready> {
        let Some(code) = view.listing.code() else { return vec![] };
        let blocking = view.reasons.iter().filter(|reason| reason.effect == Effect::Blocking);
        blocking.map(|reason| Unready { listing: code.clone(), reason: reason.clone() }).collect()
    };
    unready.iter().flat_map(of_one).collect()
}

fn left_out(account: &Account, view: Shown) -> Option<Validation> {
    let key = ListingKey { account: account.key.clone(), code: view.listing.code()? };
    Some(Validation { key, ready: false, listing: Some(view) })
}
