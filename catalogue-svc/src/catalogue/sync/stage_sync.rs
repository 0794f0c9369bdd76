//! Stages what is uploaded to a sync. Malformed items are staged too, with their outcome.

use shared::{code::Code, database::now, identity::Merchant};
use uuid::Uuid;

use crate::catalogue::{Catalogue, Error};
use crate::{
    domain::{
        self,
        listing::ChannelListingId,
        sync::{
            item::Item,
            outcome::Verdict,
            session::{Arriving, Chunk, Session},
            stated::Stated,
        },
    },
    storage::sync::{
        self, Lock,
        item::{Staged, stage},
    },
};

impl Catalogue {
    /// Stores a chunk, unless it was stored before; returns the last chunk that is stored.
    pub(crate) async fn stage_sync(
        &self,
        merchant: &Merchant,
        sync_id: Uuid,
        chunk: &Arriving<'_>,
        items: &[Item],
    ) -> Result<i64, Error> {
        self.database.retrying(|| self.stage_sync_once(merchant, sync_id, chunk, items)).await
    }

    async fn stage_sync_once(
        &self,
        merchant: &Merchant,
        sync_id: Uuid,
        chunk: &Arriving<'_>,
        items: &[Item],
    ) -> Result<i64, Error> {
        let transaction = self.database.begin().await?;
        let session = sync::find(&transaction, merchant, sync_id, Lock::Yes).await?;
        let session = session.ok_or(domain::Error::SyncNotFound { sync_id })?;
        let sequence = chunk.sequence;
        let stored = sync::chunk::digest(&transaction, merchant, sync_id, sequence).await?;
        if session.take_chunk(chunk, stored)? == Chunk::Known {
            return Ok(session.acknowledged_sequence);
        }
        let places = session.uploaded.saturating_add(1)..;
        let staged: Vec<Staged> = places.zip(items).map(|(place, item)| staged(place, item)).collect();
        stage(&transaction, merchant, sync_id, &staged).await?;
        sync::chunk::insert(&transaction, merchant, sync_id, sequence, chunk.digest).await?;
        let uploaded = staged.last().map_or(session.uploaded, |last| last.place);
        let now = now(&transaction).await?;
        let lease_until = Session::upload_lease(now);
        let after = Session { acknowledged_sequence: sequence, uploaded, lease_until, ..session };
        sync::update(&transaction, merchant, &after, now).await?;
        transaction.commit().await?;
        Ok(sequence)
    }
}

fn staged(place: i64, item: &Item) -> Staged {
    let (rank, verdict) = match Stated::parse(item) {
        Ok(stated) => (stated.rank(), None),
        Err(problems) => (0, Some(Verdict::malformed(&problems))),
    };
    // Even a malformed item says which listing is there, and which code repeats.
    let csku = Code::parse(&item.csku).ok().map(|csku| csku.as_str().to_owned());
    let id = ChannelListingId::parse(&item.channel_listing_id).ok().map(|id| id.as_str().to_owned());
    Staged { place, item: item.clone(), rank, csku, channel_listing_id: id, verdict }
}
