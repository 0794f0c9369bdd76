//! Writes what a batch of commands has decided: on PostgreSQL with one statement, or two, whatever it is.

use sea_orm::DbErr;
use shared::{
    database::{
        Transaction, Writes,
        requests::{self, Record},
    },
    identity::{Merchant, RequestId},
    time::Micros,
};

use super::{isku, isku_word, location, movement, request, reservation, stock, working_set::Moment};
use crate::{
    domain::{changes::Changes, stock::Known},
    planted::{self, Bug},
};

/// Writes everything, or fails and leaves the transaction to be rolled back.
pub(crate) async fn write(
    transaction: &Transaction,
    merchant: &Merchant,
    changes: &Changes,
    moment: Moment,
) -> Result<(), DbErr> {
    // What the rest refers to, and what makes room for it.
    let mut first = Writes::new(transaction.engine(), merchant);
    isku::write(&mut first, &changes.iskus, &changes.codes);
    isku_word::remove(&mut first, &changes.iskus);
    location::write(&mut first, &changes.locations);
    reservation::make_room(&mut first, &changes.reservations);
    first.run(transaction).await?;

    let mut writes = Writes::new(transaction.engine(), merchant);
    isku_word::insert(&mut writes, &changes.iskus);
    reservation::write(&mut writes, &changes.reservations);
    stock::write(&mut writes, &changes.stock);
    movement::insert(&mut writes, &changes.movements, moment.batch)?;
    if !planted::has(Bug::RequestAfterEffect) {
        add_records(&mut writes, changes, moment.now)?;
    }
    writes.run(transaction).await
}

/// Writes the records of what was answered, and nothing else.
pub(crate) async fn record(
    transaction: &Transaction,
    merchant: &Merchant,
    changes: &Changes,
    now: Micros,
) -> Result<(), DbErr> {
    let mut writes = Writes::new(transaction.engine(), merchant);
    add_records(&mut writes, changes, now)?;
    writes.run(transaction).await
}

fn add_records(writes: &mut Writes, changes: &Changes, now: Micros) -> Result<(), DbErr> {
    let record = |(request_id, known): (&RequestId, &Known)| {
        let (request_id, content_hash) = (request_id.clone(), known.content_hash.clone());
        Ok(Record { request_id, content_hash, answer: request::write(&known.answer)? })
    };
    let records = changes.requests.iter().map(record).collect::<Result<Vec<_>, DbErr>>()?;
    requests::add(writes, records, now);
    Ok(())
}
