//! Accepts that the channel calls a listing otherwise than we do.

use shared::{caller::Caller, database, identity::RequestId};

use super::view::view;
use crate::catalogue::account::update_seller_account::matches;
use crate::catalogue::mapping::review::{Touched, review};
use crate::catalogue::{
    Catalogue, Error, find,
    request::{Answered, Request},
};
use crate::{
    domain::{
        self,
        finding::{FindingKind, Subject},
        listing::{ListingKey, Shown},
    },
    storage,
};

/// Which listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptRename {
    /// Which listing.
    pub key: ListingKey,
    /// The version that the caller has seen, if it matters.
    pub etag: Option<String>,
}

impl Catalogue {
    /// Gives a listing the code that the channel gives it; what it sells stays.
    pub async fn accept_rename(
        &self,
        caller: &Caller,
        request_id: &RequestId,
        command: &AcceptRename,
    ) -> Result<Answered<Shown>, Error> {
        let request = Request { caller, verb: "AcceptRename", request_id, command };
        self.database.retrying(|| self.accept_once(request)).await
    }

    async fn accept_once(&self, request: Request<'_, AcceptRename>) -> Result<Answered<Shown>, Error> {
        let (merchant, command) = (&request.caller.merchant, request.command);
        let transaction = self.database.begin().await?;
        storage::account::lock_mappings(&transaction, merchant).await?;
        if let Some(answered) = request.answered(&transaction).await? {
            return Ok(answered);
        }
        let now = database::now(&transaction).await?;
        let (account, mut listing) = find::listing(&transaction, merchant, &command.key).await?;
        matches(command.etag.as_deref(), listing.version)?;
        let mut touched = Touched::default();
        touched.add(&listing);
        let former = listing.accept_rename().ok_or_else(|| domain::Error::NotRenamed(command.key.code.clone()))?;
        touched.add(&listing);
        storage::listing::update(&transaction, merchant, std::slice::from_mut(&mut listing), now).await?;
        storage::listing::former::add(&transaction, merchant, (account.id, listing.id), &former).await?;
        let settled = vec![(FindingKind::Renamed, Subject::listing(listing.id))];
        storage::finding::settle(&transaction, merchant, settled, vec![], now).await?;
        review(&transaction, merchant, &account, &touched, now).await?;
        let answer = view(&transaction, merchant, listing, None).await?;
        request.record(&transaction, &answer, now).await?;
        transaction.commit().await?;
        Ok(Answered::new(answer))
    }
}
