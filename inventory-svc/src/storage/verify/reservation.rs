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
    },
    query,
    readable::Readable,
};
use crate::domain::{
    movement::Kind,
    verify::{Digest, ItemFact, LineFact, Moved, Proof, ReservationFact, Units},
};

/// Reservations by their ids.
#[derive(Default)]
struct Facts(BTreeMap<Uuid, ReservationFact>);

impl Facts {
    fn of(&mut self, row: &QueryResult) -> &mut ReservationFact {
        let reservation_id = row.id("reservation_id");
        let bare = || ReservationFact { reservation_id, ..ReservationFact::default() };
        self.0.entry(reservation_id).or_insert_with(bare)
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
        // Ids that cannot be read have no end; they are told.
        after = last.filter(|last| *last > from);
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
        let fact = facts.of(row);
        fact.digest = Some(*digest);
        fact.state = Some(row.text("state").unwrap_or_default());
        fact.expire_time_us = row.opt_number("expire_time_us");
        fact.short = row.boolean("short").unwrap_or_default();
    }
    let is_full = i64::try_from(heads.len()).is_ok_and(|read| read >= limit);
    let last = heads.last().filter(|_| is_full).map(|(row, _)| row.id("reservation_id"));
    let within = "reservation_id > $2 AND reservation_id <= $3";
    let span = [Value::from(after), last.unwrap_or(Uuid::max()).into()];

    for (row, digest) in digested(snapshot, merchant, &ITEM, within, span.clone()).await? {
        let item = ItemFact {
            ordered: row.number("ordered"),
            quantity: row.number("quantity"),
            units: units(&row),
            short: row.number("short"),
            returned: row.number("returned"),
            digest,
        };
        facts.of(&row).items.insert(row.number("item_no"), item);
    }
    for (row, digest) in digested(snapshot, merchant, &LINE, within, span.clone()).await? {
        let line = LineFact {
            item_no: row.number("item_no"),
            component_no: row.number("component_no"),
            key: row.key(),
            per_unit: row.number("per_unit"),
            units: units(&row),
            expire_time_us: row.opt_number("expire_time_us"),
            digest,
        };
        facts.of(&row).lines.push(line);
    }
    let sql = "SELECT reservation_id, isku_id, location_id, CAST(sum(reserved_delta) AS BIGINT) AS held, \
                   CAST(sum(CASE WHEN kind = $4 THEN -on_hand_delta ELSE 0 END) AS BIGINT) AS shipped, \
                   CAST(sum(CASE WHEN kind = $5 THEN on_hand_delta ELSE 0 END) AS BIGINT) AS returned \
               FROM movement WHERE merchant = $1 AND reservation_id > $2 AND reservation_id <= $3 \
               GROUP BY reservation_id, isku_id, location_id";
    let values = span.into_iter().chain([Kind::Ship, Kind::Return].map(|kind| kind.as_str().into()));
    for row in query(snapshot, merchant, sql, values).await? {
        let moved =
            Moved { held: row.number("held"), shipped: row.number("shipped"), returned: row.number("returned") };
        facts.of(&row).moved.insert(row.key(), moved);
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
    let digests = of.digests(snapshot.engine(), merchant, &found);
    Ok(found.into_iter().zip(digests).collect())
}

fn units(row: &QueryResult) -> Units {
    Units { held: row.number("held"), shipped: row.number("shipped"), released: row.number("released") }
}
