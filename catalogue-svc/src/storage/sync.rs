//! Statements on sync sessions. Decides nothing.

pub(crate) mod abandoned;
pub(crate) mod absent;
pub(crate) mod barcode;
pub(crate) mod chunk;
pub(crate) mod item;
pub(crate) mod migration;
pub(crate) mod presence;
pub(crate) mod sweep;

use sea_orm::{
    ActiveModelTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, ExprTrait, LockType},
};
use shared::{database::Transaction, identity::Merchant, time::Micros};
use uuid::Uuid;

use super::{
    entity::sync::{ActiveModel, COLUMN, Column, Entity, Model},
    row::{insert_one, parsed},
    words::Word,
};
use crate::domain::sync::session::{Counts, Ending, IskuPolicy, Missing, Opening, Scope, Session, State, UploadToken};

/// Whether a read is to be followed by a write of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Only read.
    No,
    /// Keep other writers away until the transaction ends.
    Yes,
}

/// A session as its row.
fn row(merchant: &Merchant, session: &Session) -> ActiveModel {
    let (ending, ending_after) = session.ending.words();
    let row = Model {
        merchant: merchant.as_str().to_owned(),
        sync_id: session.sync_id,
        account_id: session.account_id,
        scope: session.scope.as_str().to_owned(),
        state: session.state.as_str().to_owned(),
        missing: session.iskus.missing.word().to_owned(),
        opening: session.iskus.opening.word().to_owned(),
        opening_location: session.iskus.opening_location.clone(),
        source: session.source.clone(),
        acknowledged_sequence: session.acknowledged_sequence,
        uploaded: session.uploaded,
        listings_before: session.listings_before,
        retired: session.counts.retired,
        fence: session.fence,
        lease_until_us: session.lease_until.0,
        create_time_us: session.create_time.0,
        update_time_us: session.update_time.0,
        upload_token: session.upload_token.as_ref().map(|token| token.as_str().to_owned()),
        forgotten: session.forgotten,
        ending: ending.to_owned(),
        ending_after,
        absent: session.absent,
        approved_by: session.approved_by.clone(),
    };
    row.into_active_model().reset_all()
}

impl TryFrom<Model> for Session {
    type Error = DbErr;

    /// Its counts by outcome are counted elsewhere.
    fn try_from(row: Model) -> Result<Self, DbErr> {
        const UNKNOWN: &str = "is not a known word";
        Ok(Self {
            sync_id: row.sync_id,
            account_id: row.account_id,
            scope: parsed(Column::Scope, &row.scope, |text| Scope::parse(text).ok_or(UNKNOWN))?,
            state: parsed(Column::State, &row.state, |text| State::parse(text).ok_or(UNKNOWN))?,
            iskus: IskuPolicy {
                missing: parsed(Column::Missing, &row.missing, Missing::read)?,
                opening: parsed(Column::Opening, &row.opening, Opening::read)?,
                opening_location: row.opening_location,
            },
            source: row.source,
            acknowledged_sequence: row.acknowledged_sequence,
            uploaded: row.uploaded,
            applied: 0,
            counts: Counts { retired: row.retired, ..Counts::default() },
            listings_before: row.listings_before,
            fence: row.fence,
            lease_until: Micros(row.lease_until_us),
            create_time: Micros(row.create_time_us),
            update_time: Micros(row.update_time_us),
            upload_token: row.upload_token.map(UploadToken::stored),
            forgotten: row.forgotten,
            ending: parsed(Column::Ending, &row.ending, |name| {
                Ending::parse(name, &row.ending_after).ok_or("is not a known step")
            })?,
            absent: row.absent,
            approved_by: row.approved_by,
        })
    }
}

/// Inserts a session; `false` if the account has one already.
pub(crate) async fn insert(transaction: &Transaction, merchant: &Merchant, session: &Session) -> Result<bool, DbErr> {
    insert_one(transaction, row(merchant, session)).await
}

/// Finds a session by its id.
pub(crate) async fn find(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    lock: Lock,
) -> Result<Option<Session>, DbErr> {
    one(transaction, merchant, COLUMN.sync_id.eq(sync_id), lock).await
}

/// Finds the account's session that is not over.
pub(crate) async fn find_open(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
) -> Result<Option<Session>, DbErr> {
    // In the words of the index on it, which SQLite does not compare with parameters.
    let not_over = Expr::cust("state IN ('OPEN', 'APPLYING', 'HELD_FOR_REVIEW')");
    one(transaction, merchant, COLUMN.account_id.eq(account_id).and(not_over), Lock::Yes).await
}

/// Which sessions to list.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filter {
    /// Of this account.
    pub(crate) account_id: Option<Uuid>,
    /// In this state.
    pub(crate) state: Option<State>,
}

/// The sessions before one, the newest first.
pub(crate) async fn list(
    transaction: &Transaction,
    merchant: &Merchant,
    filter: Filter,
    before: Uuid,
    limit: u64,
) -> Result<Vec<Session>, DbErr> {
    let mut select = Entity::find().filter(COLUMN.merchant.eq(merchant.as_str())).filter(COLUMN.sync_id.lt(before));
    if let Some(account_id) = filter.account_id {
        select = select.filter(COLUMN.account_id.eq(account_id));
    }
    if let Some(state) = filter.state {
        select = select.filter(COLUMN.state.eq(state.as_str()));
    }
    let found = select.order_by_desc(Column::SyncId).limit(limit).all(transaction).await?;
    found.into_iter().map(Session::try_from).collect()
}

async fn one(
    transaction: &Transaction,
    merchant: &Merchant,
    condition: Expr,
    lock: Lock,
) -> Result<Option<Session>, DbErr> {
    let mut select = Entity::find().filter(COLUMN.merchant.eq(merchant.as_str())).filter(condition);
    if lock == Lock::Yes {
        // SQLite, which has one writer, is not told.
        QueryFilter::query(&mut select).lock(LockType::NoKeyUpdate);
    }
    select.one(transaction).await?.map(Session::try_from).transpose()
}

/// Writes a session.
pub(crate) async fn update(
    transaction: &Transaction,
    merchant: &Merchant,
    session: &Session,
    now: Micros,
) -> Result<(), DbErr> {
    let update = Entity::update_many()
        .set(ActiveModel { update_time_us: Set(now.0), ..row(merchant, session) })
        .filter(COLUMN.merchant.eq(merchant.as_str()))
        .filter(COLUMN.sync_id.eq(session.sync_id));
    update.exec(transaction).await.map(drop)
}

/// Extends the lease of whoever holds this fence, keeping other writers of the session away; `false` if it was taken over.
pub(crate) async fn renew(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    fence: i64,
    lease_until: Micros,
) -> Result<bool, DbErr> {
    let update = Entity::update_many()
        .set(ActiveModel { lease_until_us: Set(lease_until.0), ..Default::default() })
        .filter(COLUMN.merchant.eq(merchant.as_str()))
        .filter(COLUMN.sync_id.eq(sync_id))
        .filter(COLUMN.fence.eq(fence))
        .filter(COLUMN.state.eq(State::Applying.as_str()));
    Ok(update.exec(transaction).await?.rows_affected == 1)
}
