//! The walk along reservations, by id, with all that belongs to them: also items, lines and movements of a reservation that is missing.

use std::collections::BTreeMap;

use sea_orm::{DbErr, QueryResult, Value};
use shared::{
    database::{Database, Transaction},
    identity::Merchant,
};
use uuid::Uuid;

use super::{
    super::{
        digest::{Digested, ITEM, LINE, RESERVATION},
        row::Columns,
        stock::key,
    },
    query, sum,
};
use crate::domain::{
    movement::Kind,
    verify::{Digest, ItemFact, LineFact, Moved, Proof, ReservationFact, Units},
};

/// Reservations by their ids.
#[derive(Default)]
struct Facts(BTreeMap<Uuid, ReservationFact>);

impl Facts {
    fn of(&mut self, row: &QueryResult) -> Result<&mut ReservationFact, DbErr> {
        let reservation_id = row.uuid("reservation_id")?;
        let bare = || ReservationFact { reservation_id, ..ReservationFact::default() };
        Ok(self.0.entry(reservation_id).or_insert_with(bare))
    }
}

pub(super) async fn prove(
    database: &Database,
    merchant: &Merchant,
    limit: i64,
    proof: &mut Proof,
) -> Result<(), DbErr> {
    let mut after = Some(Uuid::nil());
    while let Some(from) = after {
        let snapshot = database.snapshot().await?;
        let (facts, last) = read(&snapshot, merchant, from, limit).await?;
        snapshot.rollback().await?;
        for fact in facts.0.values() {
            proof.reservation(fact);
        }
        after = last;
    }
    Ok(())
}

/// The reservations after one, with all that belongs to them, and the last one if more may follow.
async fn read(
    snapshot: &Transaction,
    merchant: &Merchant,
    after: Uuid,
    limit: i64,
) -> Result<(Facts, Option<Uuid>), DbErr> {
    let mut facts = Facts::default();
    let span = "reservation_id > $2 ORDER BY reservation_id LIMIT $3";
    let heads = digested(snapshot, merchant, &RESERVATION, span, [after.into(), limit.into()]).await?;
    for (row, digest) in &heads {
        let fact = facts.of(row)?;
        fact.digest = Some(*digest);
        fact.state = Some(row.text("state")?);
        fact.expire_time_us = row.opt_bigint("expire_time_us")?;
        fact.short = row.boolean("short")?;
    }
    let is_full = i64::try_from(heads.len()).is_ok_and(|read| read >= limit);
    let last = heads.last().filter(|_| is_full).map(|(row, _)| row.uuid("reservation_id")).transpose()?;
    let within = "reservation_id > $2 AND reservation_id <= $3";
    let span = [Value::from(after), last.unwrap_or(Uuid::max()).into()];

    for (row, digest) in digested(snapshot, merchant, &ITEM, within, span.clone()).await? {
        let item = ItemFact {
            ordered: row.bigint("ordered")?,
            quantity: row.bigint("quantity")?,
            units: units(&row)?,
            short: row.bigint("short")?,
            returned: row.bigint("returned")?,
            digest,
        };
        facts.of(&row)?.items.insert(row.bigint("item_no")?, item);
    }
    for (row, digest) in digested(snapshot, merchant, &LINE, within, span.clone()).await? {
        let line = LineFact {
            item_no: row.bigint("item_no")?,
            component_no: row.bigint("component_no")?,
            key: key(&row)?,
            per_unit: row.bigint("per_unit")?,
            units: units(&row)?,
            expire_time_us: row.opt_bigint("expire_time_us")?,
            digest,
        };
        facts.of(&row)?.lines.push(line);
    }
    let sum = |units: &str| sum(snapshot.engine(), units);
    let sql = format!(
        "SELECT reservation_id, isku_id, location_id, {} AS held, {} AS shipped, {} AS returned \
         FROM movement WHERE merchant = $1 AND reservation_id > $2 AND reservation_id <= $3 \
         GROUP BY reservation_id, isku_id, location_id",
        sum("reserved_delta"),
        sum("CASE WHEN kind = $4 THEN on_hand_delta ELSE 0 END"),
        sum("CASE WHEN kind = $5 THEN on_hand_delta ELSE 0 END"),
    );
    let values = span.into_iter().chain([Kind::Ship, Kind::Return].map(|kind| kind.as_str().into()));
    for row in query(snapshot, merchant, &sql, values).await? {
        let moved = Moved {
            held: row.bigint("held")?,
            shipped: row.bigint("shipped")?.saturating_neg(),
            returned: row.bigint("returned")?,
        };
        facts.of(&row)?.moved.insert(key(&row)?, moved);
    }
    Ok((facts, last))
}

/// Rows of a merchant for which a condition holds, with their digests.
async fn digested(
    snapshot: &Transaction,
    merchant: &Merchant,
    of: &Digested,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<(QueryResult, Digest)>, DbErr> {
    let sql = format!("SELECT {} FROM {} WHERE merchant = $1 AND {condition}", of.selected(), of.table);
    let found = query(snapshot, merchant, &sql, values).await?;
    let digests = of.digests(snapshot.engine(), merchant, &found)?;
    Ok(found.into_iter().zip(digests).collect())
}

fn units(row: &QueryResult) -> Result<Units, DbErr> {
    Ok(Units { held: row.bigint("held")?, shipped: row.bigint("shipped")?, released: row.bigint("released")? })
}
