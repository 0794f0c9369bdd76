//! First half of a chunk: the listings that items state are created and changed.

mod facts;
mod members;
mod written;

use shared::database::now;
use uuid::Uuid;

use self::{facts::Facts, members::Members, written::Written};
use super::{
    CHUNK, Step, Work,
    matching::{alike, match_late},
};
use crate::{
    catalogue::{Catalogue, Error},
    domain::{finding::Subject, listing::ListingCode, sync::settle::FOUND},
    storage::{
        finding, group, listing, mapping,
        sync::item::{self, Stage, Turn},
    },
};

impl Catalogue {
    /// Writes the listings of the next items.
    pub(super) async fn list_chunk(&self, work: &Work) -> Result<Step, Error> {
        let (merchant, sync_id) = (&work.caller.merchant, work.session.sync_id);
        let transaction = self.database.begin().await?;
        let now = now(&transaction).await?;
        if !work.renew(&transaction, now).await? {
            return Ok(Step::Lost);
        }
        let waiting = item::waiting(&transaction, merchant, sync_id, Stage::Staged, Turn::Any, CHUNK).await?;
        let (mut items, aside) = super::read::read(waiting);
        if !aside.is_empty() {
            transaction.rollback().await?;
            return self.set_aside(work, &aside).await;
        }
        if items.is_empty() {
            return Ok(Step::Nothing);
        }
        match_late(&transaction, work, &mut items).await?;
        let alike = alike(&transaction, work, &items).await?;
        let facts = Facts::load(&transaction, work, &items, now).await?;
        let mut written = Written::default();
        for (waiting, stated) in &items {
            written.take(waiting, stated, &facts, now);
        }
        written.sell_what_others_do(work, &alike, now);
        let members = Members::of(&transaction, work, &items, &facts, &written).await?;
        written.note(&members.notes);
        listing::give_up_ids(&transaction, merchant, &written.without_ids(&facts)).await?;
        let gone = written.give_way();
        listing::insert(&transaction, merchant, &written.inserted).await?;
        mapping::insert(&transaction, merchant, &written.mappings()).await?;
        written.touch(&members.changed, &facts);
        listing::update(&transaction, merchant, &mut written.updated, now).await?;
        group::empty(&transaction, merchant, [gone.clone(), written.no_groups_now(&facts)].concat()).await?;
        members.write(&transaction, merchant).await?;
        finding::settle(&transaction, merchant, over(&gone), vec![], now).await?;
        item::judge(&transaction, merchant, sync_id, &written.judged).await?;
        transaction.commit().await?;
        Ok(Step::More(super::done(&written.judged)))
    }
}

/// What was found about listings that are gone.
fn over(gone: &[Uuid]) -> Vec<finding::Key> {
    gone.iter().flat_map(|id| FOUND.map(|kind| (kind, Subject::listing(*id)))).collect()
}

/// A code for people.
pub(super) fn named(code: &ListingCode) -> String {
    match code {
        ListingCode::Csku(csku) => format!("{:?}", csku.as_str()),
        ListingCode::ChannelListingId(id) => format!("listing id {:?}", id.as_str()),
    }
}
