//! Writes what a batch of commands has decided, with a constant number of statements.

use sea_orm::{ConnectionTrait, DbErr, Value};
use shared::{
    database::{Rows, Transaction, overtaken, requests},
    identity::{Merchant, RequestId},
    time::Micros,
};

use super::{isku, location, movement, reservation, stock};
use crate::{
    domain::{changes::Changes, stock::Known},
    planted::{self, Bug},
};

/// Writes everything, or fails and leaves the transaction to be rolled back.
pub(crate) async fn write(
    transaction: &Transaction,
    merchant: &Merchant,
    changes: &Changes,
    now: Micros,
) -> Result<(), DbErr> {
    isku::write(transaction, merchant, &changes.iskus, &changes.codes).await?;
    location::write(transaction, merchant, &changes.locations).await?;
    reservation::write(transaction, merchant, &changes.reservations).await?;
    stock::write(transaction, merchant, &changes.stock).await?;
    movement::insert(transaction, merchant, &changes.movements).await?;
    match planted::has(Bug::RequestAfterEffect) {
        true => Ok(()),
        false => record(transaction, merchant, changes, now).await,
    }
}

/// Writes the records of what was answered.
pub(crate) async fn record(
    transaction: &Transaction,
    merchant: &Merchant,
    changes: &Changes,
    now: Micros,
) -> Result<(), DbErr> {
    let record = |(request_id, known): (&RequestId, &Known)| {
        Ok(requests::Record {
            merchant: merchant.clone(),
            request_id: request_id.clone(),
            content_hash: known.content_hash.clone(),
            answer: serde_json::to_string(&known.answer).map_err(|error| DbErr::Json(error.to_string()))?,
        })
    };
    let records = changes.requests.iter().map(record).collect::<Result<Vec<_>, DbErr>>()?;
    requests::insert(transaction, records, now).await
}

/// Runs a statement that must touch one row for each that was sent.
pub(super) async fn execute(
    transaction: &Transaction,
    merchant: &Merchant,
    sql: String,
    rows: Rows,
    sent: usize,
) -> Result<(), DbErr> {
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    let written = transaction.execute_raw(transaction.engine().statement(sql, values)).await?;
    if written.rows_affected() == sent as u64 { Ok(()) } else { Err(overtaken()) }
}
