//! Statements that read the ledger in the order in which it is told, up to where nothing can come any more.
//!
//! Each movement has a batch, and rows are told by batch. Two things must hold:
//!
//! 1. Behind the horizon nothing comes. PostgreSQL: a batch is never below the id of the transaction that writes it, and the transactions
//!    below the xmin of a snapshot have all ended, and are seen by it. What comes later has an id, and so a batch, of at least that xmin.
//! 2. The batches of a stock row ascend with its sequence. The id alone would not: a transaction may get its id, wait for the row, and
//!    write behind one with a higher id. So the batch is also not below the highest id that had ended (xmax - 1) when it is read: the
//!    row's lock is held by then, so that its last writer has ended, and what had ended for that one has ended for this one.
//!
//! The horizon is also not beyond what is there: a server that is stopped at once forgets the ids of transactions that were undone, and
//! gives them again. Those of what was committed it never forgets.
//!
//! SQLite has one writer, who counts: what is read is all that is there.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use shared::{
    database::{Database, Engine, Rows, Transaction},
    identity::Merchant,
};

use super::{location::selling, row::Columns};
use crate::{
    domain::{
        isku::IskuId,
        location::LocationId,
        stock::Stock,
        watch::{Epoch, Position, State, Tip},
    },
    planted::{self, Bug},
};

/// The batch of movements that are written under the locks that are held now, by the merchant `$1`, as a query of one value.
pub(super) fn batch(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => {
            "SELECT batch_base + GREATEST(pg_current_xact_id()::text::bigint, \
                 pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1) \
             FROM merchant WHERE merchant = $1"
        }
        // One entry of the index; no batch is below zero.
        Engine::Sqlite => {
            "SELECT COALESCE((SELECT batch FROM movement WHERE merchant = $1 AND batch >= 0 \
                 ORDER BY batch DESC LIMIT 1), 0) + 1"
        }
    }
}

/// The ends of merchants' ledgers, read in one snapshot. A merchant of whom nothing is there has its end at the very beginning.
pub(crate) async fn tips(
    database: &Database,
    merchants: impl IntoIterator<Item = &Merchant>,
) -> Result<BTreeMap<Merchant, Tip>, DbErr> {
    let engine = database.engine();
    let rows = Rows::new(engine).text("merchant", merchants.into_iter().map(Merchant::as_str));
    // PostgreSQL: another cluster, a promoted standby, a restore to a point in time and another database are told by these.
    const NEWEST: &str = "(SELECT max(batch) + 1 FROM movement WHERE merchant = asked.merchant)";
    let (identity, horizon, beyond) = match engine {
        Engine::Postgres => (
            "(SELECT system_identifier::text FROM pg_control_system()) || '-' \
             || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '-' \
             || (SELECT oid::text FROM pg_database WHERE datname = current_database())",
            match planted::has(Bug::WatchByNumber) {
                true => NEWEST,
                false => {
                    "LEAST(merchant.batch_base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint, \
                         (SELECT COALESCE(max(batch), -1) + 1 FROM movement WHERE merchant = asked.merchant))"
                }
            },
            "merchant.batch_base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
        ),
        Engine::Sqlite => ("'sqlite'", NEWEST, "NULL"),
    };
    let sql = format!(
        "SELECT asked.merchant, {identity} AS identity, COALESCE(merchant.epoch, 0) AS epoch, {clock} AS now, \
             COALESCE({horizon}, 0) AS horizon, {beyond} AS beyond, \
             COALESCE((SELECT max(batch) FROM movement WHERE merchant = asked.merchant), -1) AS newest, \
             (SELECT create_time_us FROM movement WHERE movement.merchant = asked.merchant AND batch >= {horizon} \
              ORDER BY batch LIMIT 1) AS held_back_us \
         FROM {table} LEFT JOIN merchant ON merchant.merchant = asked.merchant",
        clock = engine.clock_us(),
        table = rows.table("asked", 1)
    );
    let found = database.query_all(engine.statement(sql, rows.values())).await?;
    found.iter().map(|row| Ok((row.parsed("merchant", Merchant::parse)?, tip(row)?))).collect()
}

fn tip(row: &QueryResult) -> Result<Tip, DbErr> {
    let newest = row.bigint("newest")?;
    if row.opt_bigint("beyond")?.is_some_and(|beyond| newest >= beyond) {
        let problem = "the ledger is ahead of the database's transactions: run `inventory-svc restored`";
        return Err(DbErr::Custom(problem.to_owned()));
    }
    Ok(Tip {
        epoch: Epoch { database: row.text("identity")?, declared: row.bigint("epoch")? },
        horizon: row.bigint("horizon")?,
        newest,
        held_back: row.opt_bigint("held_back_us")?.map(shared::time::Micros),
        now: row.micros("now")?,
    })
}

const STATE: &str = "isku.isku_id, isku.code AS isku_code, location.location_id, location.code AS location_code, location.sellable, \
                     moved.batch, moved.sequence, moved.on_hand_after, moved.reserved_after, moved.create_time_us";

/// The first rows behind a position and before the batch `horizon`, which are all that will ever be there.
pub(crate) async fn ledger(
    database: &Database,
    merchant: &Merchant,
    after: Position,
    horizon: i64,
    limit: i64,
) -> Result<Vec<State>, DbErr> {
    let sql = format!(
        "SELECT {STATE} FROM (SELECT * FROM movement WHERE merchant = $1 \
             AND (batch, isku_id, location_id, sequence) > ($2, $3, $4, $5) AND batch < $6 \
             ORDER BY batch, isku_id, location_id, sequence LIMIT $7) AS moved CROSS JOIN isku CROSS JOIN location \
         WHERE isku.merchant = $1 AND isku.isku_id = moved.isku_id \
             AND location.merchant = $1 AND location.location_id = moved.location_id \
         ORDER BY moved.batch, moved.isku_id, moved.location_id, moved.sequence"
    );
    let Position { batch, isku_id, location_id, sequence } = after;
    let values = [batch, isku_id.0, location_id.0, sequence, horizon, limit];
    let values = std::iter::once(Value::from(merchant.as_str())).chain(values.map(Value::from));
    let found = database.query_all(database.engine().statement(sql, values)).await?;
    found.iter().map(state).collect()
}

/// A page of a snapshot.
pub(crate) struct Page {
    pub(crate) states: Vec<State>,
    /// The key that the next page goes on after; none on the last.
    pub(crate) last: Option<(IskuId, LocationId)>,
}

/// The stock as it was before the batch `horizon`, of the first `limit` keys behind `after`: no row of the ledger from there on is in it,
/// and none is missing. Only of some ISKUs, if they are given.
pub(crate) async fn snapshot(
    database: &Database,
    merchant: &Merchant,
    iskus: Option<impl IntoIterator<Item = IskuId>>,
    after: (IskuId, LocationId),
    horizon: i64,
    limit: i64,
) -> Result<Page, DbErr> {
    let rows = iskus.map(|ids| Rows::new(database.engine()).bigint("isku_id", ids.into_iter().map(|id| id.0)));
    let (asked, only) = match &rows {
        Some(rows) => (format!("{} CROSS JOIN", rows.table("asked", 6)), "AND stock.isku_id = asked.isku_id"),
        None => (String::new(), ""),
    };
    // The batches of a stock row ascend, so that its newest movement before the horizon is its state there: nearly always its last one.
    // From there the ledger is read backwards, by its key; the plus keeps off the index by batch, which has all that anybody moved.
    let sql = format!(
        "SELECT {STATE} FROM (SELECT stock.isku_id, stock.location_id, \
                 (SELECT sequence FROM movement WHERE merchant = $1 AND isku_id = stock.isku_id \
                      AND location_id = stock.location_id AND +batch < $4 ORDER BY sequence DESC LIMIT 1) AS sequence \
             FROM {asked} stock WHERE stock.merchant = $1 AND (stock.isku_id, stock.location_id) > ($2, $3) {only} \
             ORDER BY stock.isku_id, stock.location_id LIMIT $5) AS own CROSS JOIN isku CROSS JOIN location \
         LEFT JOIN movement AS moved ON moved.merchant = $1 AND moved.isku_id = own.isku_id \
             AND moved.location_id = own.location_id AND moved.sequence = own.sequence \
         WHERE isku.merchant = $1 AND isku.isku_id = own.isku_id \
             AND location.merchant = $1 AND location.location_id = own.location_id \
         ORDER BY own.isku_id, own.location_id"
    );
    let values = [after.0.0, after.1.0, horizon, limit].map(Value::from);
    let values = std::iter::once(Value::from(merchant.as_str())).chain(values);
    let values = values.chain(rows.into_iter().flat_map(Rows::values));
    let found = database.query_all(database.engine().statement(sql, values)).await?;
    let last = match i64::try_from(found.len()).is_ok_and(|found| found < limit) {
        true => None,
        false => found.last().map(|row| Ok::<_, DbErr>((row.isku_id()?, row.location_id()?))).transpose()?,
    };
    let mut states = Vec::with_capacity(found.len());
    for row in &found {
        // Nothing was booked there before the horizon.
        if row.opt_bigint("sequence")?.is_some() {
            states.push(state(row)?);
        }
    }
    Ok(Page { states, last })
}

fn state(row: &QueryResult) -> Result<State, DbErr> {
    let position = Position {
        batch: row.bigint("batch")?,
        isku_id: row.isku_id()?,
        location_id: row.location_id()?,
        sequence: row.bigint("sequence")?,
    };
    let stock = Stock {
        isku_code: row.code("isku_code")?,
        location: row.code("location_code")?,
        selling: selling(row.boolean("sellable")?),
        on_hand: row.bigint("on_hand_after")?,
        reserved: row.bigint("reserved_after")?,
        sequence: position.sequence,
    };
    Ok(State { position, time: row.micros("create_time_us")?, stock })
}

/// Begins another epoch for every merchant, behind all that is in the ledgers; returns how many there are.
///
/// The epoch is the time, not a count: of two restores of one backup, each is an epoch of its own.
pub(crate) async fn restored(transaction: &Transaction) -> Result<u64, DbErr> {
    let engine = transaction.engine();
    let (base, epoch) = match engine {
        Engine::Postgres => {
            // Whoever has read the old base, and may write with it, has ended before; whoever comes to read it waits.
            transaction.execute_unprepared("LOCK TABLE merchant IN ACCESS EXCLUSIVE MODE").await?;
            let base = "GREATEST(batch_base, 1 - pg_current_xact_id()::text::bigint + COALESCE( \
                            (SELECT max(batch) FROM movement WHERE movement.merchant = merchant.merchant), 0))";
            (base, "GREATEST")
        }
        Engine::Sqlite => ("batch_base", "max"),
    };
    let sql = format!("UPDATE merchant SET batch_base = {base}, epoch = {epoch}(epoch + 1, {})", engine.clock_us());
    Ok(transaction.execute_raw(engine.statement(sql, [])).await?.rows_affected())
}
