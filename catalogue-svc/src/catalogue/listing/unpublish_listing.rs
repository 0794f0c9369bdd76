//! Takes a listing, or every member of a group, off the channel.

use shared::{caller::Caller, database, identity::RequestId};

use super::{publish_listing::targets, view::view};
use crate::catalogue::account::update_seller_account::matches;
use crate::catalogue::{
    Catalogue, Error, find,
    request::{Answered, Request},
};
use crate::{
    domain::listing::{Intent, ListingKey, Shown},
    storage,
};

/// Which listing to take off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpublishListing {
    /// Which listing.
    pub key: ListingKey,
    /// The version that the caller has seen, if it matters.
    pub etag: Option<String>,
}

impl Catalogue {
    /// Unpublishes a listing, or the members of a group.
    pub async fn unpublish_listing(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &UnpublishListing,
    ) -> Result<Answered<Shown>, Error> {
        let request = Request { caller, verb: "UnpublishListing", request_id, command };
        self.database.retrying(|| self.unpublish_once(request)).await
    }

    async fn unpublish_once(&self, request: Request<'_, UnpublishListing>) -> Result<Answered<Shown>, Error> {
        let (merchant, command) = (&request.caller.merchant, request.command);
        let transaction = self.database.begin().await?;
        storage::account::lock_mappings(&transaction, merchant).await?;
        if let Some(answered) = request.answered(&transaction).await? {
            return Ok(answered);
        }
        let now = database::now(&transaction).await?;
        let (_, listing) = find::listing(&transaction, merchant, &command.key).await?;
        matches(command.etag.as_deref(), listing.version)?;
        let mut changed = targets(&transaction, merchant, &listing).await?;
        changed.retain(|listing| listing.intent != Intent::Unpublished);
        for listing in &mut changed {
            listing.intent = Intent::Unpublished;
        }
        storage::listing::update(&transaction, merchant, &mut changed, now).await?;
        let (_, listing) = find::listing(&transaction, merchant, &command.key).await?;
        let answer = view(&transaction, merchant, listing, None).await?;
        request.record(&transaction, &answer, now).await?;
        transaction.commit().await?;
        Ok(Answered::new(answer))
    }
}
