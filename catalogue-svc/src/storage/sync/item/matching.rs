//! Items as they are matched with listings, step by step over the whole snapshot; a step that was interrupted goes on where it was.

use std::collections::HashSet;

use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryResult, sea_query::OnConflict};
use shared::{
    code::Code,
    database::{Rows, Transaction, Update},
    identity::Merchant,
};
use uuid::Uuid;

use super::{Stage, query};
use crate::{
    domain::{
        listing::ChannelListingId,
        sync::{
            matching::{Seen, Sort, Step},
            stated::Stated,
        },
    },
    storage::{
        entity::sync_progress::{COLUMN, Column, Entity, Model},
        row,
    },
};

/// What is done with a snapshot before anything is written, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Items that state what was stated last are found.
    Same,
    /// The others are matched with listings.
    Match(Step),
    /// All is matched.
    Over,
}

const PHASES: [Phase; 5] =
    [Phase::Same, Phase::Match(Step::Id), Phase::Match(Step::Code), Phase::Match(Step::Changed), Phase::Over];

/// How far that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The phase.
    pub(crate) phase: Phase,
    /// The last item that was looked at in it, by its turn and place.
    pub(crate) after: (i64, i64),
}

impl Progress {
    /// At the first item of a phase.
    pub(crate) fn at(phase: Phase) -> Self {
        Self { phase, after: (i64::MIN, i64::MIN) }
    }

    /// At the first item of the next phase.
    pub(crate) fn next(self) -> Self {
        let later = PHASES.iter().skip_while(|phase| **phase != self.phase).nth(1);
        Self::at(later.copied().unwrap_or(Phase::Over))
    }

    /// Behind an item.
    pub(crate) fn behind(self, item: Option<(i64, i64)>) -> Self {
        item.map_or_else(|| self.next(), |after| Self { after, ..self })
    }
}

/// How far the matching is.
pub(crate) async fn progress(transaction: &Transaction, merchant: &Merchant, sync_id: Uuid) -> Result<Progress, DbErr> {
    let select = Entity::find().filter(COLUMN.merchant.eq(merchant.as_str())).filter(COLUMN.sync_id.eq(sync_id));
    let row = select.one(transaction).await?;
    let phase = |row: &Model| usize::try_from(row.step).ok().and_then(|at| PHASES.get(at)).copied();
    let progress = |row: Model| Progress { phase: phase(&row).unwrap_or(Phase::Over), after: (row.rank, row.place) };
    Ok(row.map_or(Progress::at(Phase::Same), progress))
}

/// Notes how far the matching is.
pub(crate) async fn set_progress(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    progress: Progress,
) -> Result<(), DbErr> {
    let step = PHASES.iter().zip(0..).find(|(phase, _)| **phase == progress.phase);
    let row = Model {
        merchant: merchant.as_str().to_owned(),
        sync_id,
        step: step.map_or(0, |(_, at)| at),
        rank: progress.after.0,
        place: progress.after.1,
    };
    let again = OnConflict::columns([Column::Merchant, Column::SyncId])
        .update_columns([Column::Step, Column::Rank, Column::Place])
        .to_owned();
    Entity::insert(row.into_active_model().reset_all()).on_conflict(again).exec_without_returning(transaction).await?;
    Ok(())
}

/// An item that has no listing yet, with its turn.
#[derive(Clone, Debug)]
pub(crate) struct Unmatched {
    /// When its turn comes.
    pub(crate) rank: i64,
    /// What it is matched by.
    pub(crate) seen: Seen,
}

/// The next items that are staged and have no listing yet, in the order of their turns, and where to go on.
pub(crate) async fn unmatched(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    after: (i64, i64),
    limit: i64,
) -> Result<Vec<Unmatched>, DbErr> {
    let sql = format!(
        "SELECT rank, place, csku, channel_listing_id FROM sync_item WHERE merchant = $1 AND sync_id = $2 AND stage = '{}' \
         AND (rank, place) > ($3, $4) AND listing_id IS NULL ORDER BY rank, place LIMIT $5",
        Stage::Staged.as_str()
    );
    let found = query(transaction, merchant, sync_id, sql, vec![after.0.into(), after.1.into(), limit.into()]).await?;
    found.iter().map(|row| Ok(Unmatched { rank: row.try_get("", "rank")?, seen: seen(row)? })).collect()
}

/// What an item is matched by, of a row with its `rank`, `place` and codes.
pub(super) fn seen(row: &QueryResult) -> Result<Seen, DbErr> {
    let (csku, id): (Option<String>, Option<String>) =
        (row.try_get("", "csku")?, row.try_get("", "channel_listing_id")?);
    Ok(Seen {
        place: row.try_get("", "place")?,
        kind: Stated::kind_of(row.try_get("", "rank")?),
        csku: csku.and_then(|csku| Code::parse(&csku).ok()),
        channel_listing_id: id.and_then(|id| ChannelListingId::parse(&id).ok()),
    })
}

/// Notes which listings items were matched with.
pub(crate) async fn set_matched(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    matched: &[(i64, Uuid)],
) -> Result<(), DbErr> {
    let mut writes = row::writes(transaction, merchant);
    let rows = Rows::new(writes.engine())
        .uuid("sync_id", matched.iter().map(|_| sync_id))
        .bigint("place", matched.iter().map(|(place, _)| *place))
        .uuid("listing_id", matched.iter().map(|(_, listing_id)| *listing_id));
    writes.update("sync_item", rows, Update { key: vec!["sync_id", "place"], columns: vec!["listing_id"], guard: &[] });
    writes.run(transaction).await
}

/// Which listings items of the sync were matched with.
pub(crate) async fn matched(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    listing_ids: Vec<Uuid>,
) -> Result<HashSet<Uuid>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("listing_id", listing_ids);
    let condition = "sync_item.merchant = $1 AND sync_item.sync_id = $2 AND sync_item.listing_id = asked.listing_id";
    let sql = format!("SELECT asked.listing_id AS listing_id FROM {}", rows.each("asked", 3, "sync_item", condition));
    let found = query(transaction, merchant, sync_id, sql, rows.values()).await?;
    found.iter().map(|row| row.try_get("", "listing_id")).collect()
}

/// The listings that items with these codes were matched with, each with the code.
pub(crate) async fn matched_by_code(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    cskus: &[&Code],
) -> Result<Vec<(Code, Uuid)>, DbErr> {
    let rows = Rows::new(transaction.engine()).text("code", cskus.iter().map(|csku| csku.as_str()));
    let condition = "sync_item.merchant = $1 AND sync_item.sync_id = $2 AND sync_item.csku = asked.code";
    let sql = format!(
        "SELECT asked.code AS code, sync_item.listing_id AS listing_id FROM {} WHERE sync_item.listing_id IS NOT NULL",
        rows.each("asked", 3, "sync_item", condition)
    );
    let mut found = vec![];
    for row in query(transaction, merchant, sync_id, sql, rows.values()).await? {
        let code: String = row.try_get("", "code")?;
        let listing_id = row.try_get("", "listing_id")?;
        found.extend(Code::parse(&code).ok().map(|code| (code, listing_id)));
    }
    Ok(found)
}

/// Which of these listing ids the snapshot states, and as what; a malformed item may be either.
pub(crate) async fn stated_by(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    ids: &[&ChannelListingId],
) -> Result<HashSet<(ChannelListingId, Sort)>, DbErr> {
    let rows = Rows::new(transaction.engine()).text("code", ids.iter().map(|id| id.as_str()));
    let condition = "sync_item.merchant = $1 AND sync_item.sync_id = $2 AND sync_item.channel_listing_id = asked.code";
    let sql = format!(
        "SELECT asked.code AS code, sync_item.rank AS rank, sync_item.outcome = 'REJECTED' AS malformed FROM {}",
        rows.each("asked", 3, "sync_item", condition)
    );
    let mut stated = HashSet::new();
    for row in query(transaction, merchant, sync_id, sql, rows.values()).await? {
        let (code, rank): (String, i64) = (row.try_get("", "code")?, row.try_get("", "rank")?);
        let malformed: Option<bool> = row.try_get("", "malformed")?;
        let Ok(id) = ChannelListingId::parse(&code) else { continue };
        if malformed == Some(true) {
            stated.extend([(id.clone(), Sort::Group), (id, Sort::Sold)]);
        } else {
            stated.insert((id, Sort::of(Stated::kind_of(rank))));
        }
    }
    Ok(stated)
}
