//! Statements on sync sessions. Decides nothing.

pub(crate) mod item;
pub(crate) mod migration;
pub(crate) mod presence;
pub(crate) mod sweep;

use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use shared::{
    database::{Engine, Transaction},
    identity::Merchant,
    time::Micros,
};
use uuid::Uuid;

use crate::domain::sync::session::{Counts, IskuPolicy, Missing, Opening, Scope, Session, State};

const COLUMNS: &str = "sync_id, account_id, scope, state, missing, opening, opening_location, source, acknowledged_sequence, \
                       uploaded, listings_before, retired, fence, lease_until_us, create_time_us, update_time_us";

/// Whether a read is to be followed by a write of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Only read.
    No,
    /// Keep other writers away until the transaction ends.
    Yes,
}

impl Lock {
    fn clause(self, engine: Engine) -> &'static str {
        match (self, engine) {
            (Self::Yes, Engine::Postgres) => "FOR NO KEY UPDATE",
            _ => "",
        }
    }
}

/// Inserts a session that takes uploads; `false` if the account has one already.
pub(crate) async fn insert(transaction: &Transaction, merchant: &Merchant, session: &Session) -> Result<bool, DbErr> {
    let sql = "INSERT INTO sync (merchant, sync_id, account_id, scope, state, missing, opening, opening_location, source, \
               acknowledged_sequence, uploaded, listings_before, retired, fence, lease_until_us, create_time_us, update_time_us) \
               VALUES ($1, $2, $3, $4, 'OPEN', $5, $6, $7, $8, 0, 0, 0, 0, 0, 0, $9, $9) ON CONFLICT DO NOTHING";
    let values = [
        merchant.as_str().into(),
        session.sync_id.into(),
        session.account_id.into(),
        session.scope.as_str().into(),
        missing_name(session.iskus.missing).into(),
        opening_name(session.iskus.opening).into(),
        session.iskus.opening_location.as_str().into(),
        session.source.as_str().into(),
        session.create_time.0.into(),
    ];
    let done = transaction.execute_raw(transaction.engine().statement(sql, values)).await?;
    Ok(done.rows_affected() == 1)
}

/// Finds a session by its id.
pub(crate) async fn find(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    lock: Lock,
) -> Result<Option<Session>, DbErr> {
    let lock = lock.clause(transaction.engine());
    let sql = format!("SELECT {COLUMNS} FROM sync WHERE merchant = $1 AND sync_id = $2 {lock}");
    let values = [merchant.as_str().into(), sync_id.into()];
    let row = transaction.query_one_raw(transaction.engine().statement(sql, values)).await?;
    row.as_ref().map(session).transpose()
}

/// Finds the account's session that is not over.
pub(crate) async fn find_open(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
) -> Result<Option<Session>, DbErr> {
    let lock = Lock::Yes.clause(transaction.engine());
    let sql = format!(
        "SELECT {COLUMNS} FROM sync WHERE merchant = $1 AND account_id = $2 \
         AND state IN ('OPEN', 'APPLYING', 'HELD_FOR_REVIEW') {lock}"
    );
    let values = [merchant.as_str().into(), account_id.into()];
    let row = transaction.query_one_raw(transaction.engine().statement(sql, values)).await?;
    row.as_ref().map(session).transpose()
}

/// Writes what changes in a session: state, progress and numbers.
pub(crate) async fn update(
    transaction: &Transaction,
    merchant: &Merchant,
    session: &Session,
    now: Micros,
) -> Result<(), DbErr> {
    let sql = "UPDATE sync SET state = $3, acknowledged_sequence = $4, uploaded = $5, listings_before = $6, retired = $7, \
               fence = $8, lease_until_us = $9, update_time_us = $10 WHERE merchant = $1 AND sync_id = $2";
    let values = [
        merchant.as_str().into(),
        session.sync_id.into(),
        session.state.as_str().into(),
        session.acknowledged_sequence.into(),
        session.uploaded.into(),
        session.listings_before.into(),
        session.counts.retired.into(),
        session.fence.into(),
        session.lease_until.0.into(),
        now.0.into(),
    ];
    transaction.execute_raw(transaction.engine().statement(sql, values)).await.map(drop)
}

/// Extends the lease of whoever holds this fence, keeping other writers of the session away; `false` if it was taken over.
pub(crate) async fn renew(
    transaction: &Transaction,
    merchant: &Merchant,
    sync_id: Uuid,
    fence: i64,
    lease_until: Micros,
) -> Result<bool, DbErr> {
    let sql = "UPDATE sync SET lease_until_us = $4 WHERE merchant = $1 AND sync_id = $2 AND fence = $3 AND state = 'APPLYING'";
    let values = [merchant.as_str().into(), sync_id.into(), fence.into(), lease_until.0.into()];
    let done = transaction.execute_raw(transaction.engine().statement(sql, values)).await?;
    Ok(done.rows_affected() == 1)
}

fn missing_name(missing: Missing) -> &'static str {
    match missing {
        Missing::Create => "CREATE",
        Missing::Leave => "LEAVE",
    }
}

fn opening_name(opening: Opening) -> &'static str {
    match opening {
        Opening::Adopt => "ADOPT",
        Opening::Empty => "EMPTY",
    }
}

/// Reads a row; its counts by outcome are counted elsewhere.
fn session(row: &QueryResult) -> Result<Session, DbErr> {
    let text = |column: &str| row.try_get::<String>("", column);
    let number = |column: &str| row.try_get::<i64>("", column);
    let unknown = |what: &str| DbErr::Type(format!("sync has an unknown {what}"));
    let missing = if text("missing")? == missing_name(Missing::Create) { Missing::Create } else { Missing::Leave };
    let opening = if text("opening")? == opening_name(Opening::Adopt) { Opening::Adopt } else { Opening::Empty };
    Ok(Session {
        sync_id: row.try_get("", "sync_id")?,
        account_id: row.try_get("", "account_id")?,
        scope: Scope::parse(&text("scope")?).ok_or_else(|| unknown("scope"))?,
        state: State::parse(&text("state")?).ok_or_else(|| unknown("state"))?,
        iskus: IskuPolicy { missing, opening, opening_location: text("opening_location")? },
        source: text("source")?,
        acknowledged_sequence: number("acknowledged_sequence")?,
        uploaded: number("uploaded")?,
        applied: 0,
        counts: Counts { retired: number("retired")?, ..Counts::default() },
        listings_before: number("listings_before")?,
        fence: number("fence")?,
        lease_until: Micros(number("lease_until_us")?),
        create_time: Micros(number("create_time_us")?),
        update_time: Micros(number("update_time_us")?),
    })
}
