//! The walk along stock rows and their movements, by ISKU and location.
//!
//! Movements never change, and new ones only go on where the last one ended. So those of one ISKU and location may be read in several
//! snapshots: whichever shows the last of them shows the stock row that they have to make.

use std::collections::BTreeMap;

use sea_orm::{DbErr, Value};
use shared::{
    database::{Database, Transaction},
    identity::Merchant,
};

use super::{
    super::{
        digest::MOVEMENT,
        row::Columns,
        stock::{key, quantities},
    },
    query, sum,
};
use crate::domain::{
    isku::IskuId,
    location::LocationId,
    stock::{Quantities, StockKey},
    verify::{Digest, MovementFact, Proof},
};

const FIRST: StockKey = StockKey { isku_id: IskuId(i64::MIN), location_id: LocationId(i64::MIN) };
const LAST: StockKey = StockKey { isku_id: IskuId(i64::MAX), location_id: LocationId(i64::MAX) };

/// Where the walk is: everything before `key` is settled, and its movements up to `sequence` are read.
#[derive(Clone, Copy)]
struct Place {
    key: StockKey,
    sequence: i64,
}

/// What one snapshot shows of one ISKU and location.
#[derive(Default)]
struct Shown {
    movements: Vec<MovementFact>,
    row: Option<Quantities>,
    open: i64,
}

pub(super) async fn prove(database: &Database, merchant: &Merchant, rows: i64, proof: &mut Proof) -> Result<(), DbErr> {
    let mut place = Some(Place { key: FIRST, sequence: i64::MIN });
    while let Some(from) = place {
        let snapshot = database.snapshot().await?;
        let (shown, next) = read(&snapshot, merchant, from, rows).await?;
        snapshot.rollback().await?;
        for (key, Shown { movements, row, open }) in shown {
            for movement in &movements {
                proof.movement(movement);
            }
            // Of the last one there may be more.
            if next.is_none_or(|next| key < next.key) {
                proof.settle(key, row, open);
            }
        }
        place = next;
    }
    Ok(())
}

/// What follows a place, as far as both the movements and the stock rows reach, and where to go on.
async fn read(
    snapshot: &Transaction,
    merchant: &Merchant,
    from: Place,
    limit: i64,
) -> Result<(BTreeMap<StockKey, Shown>, Option<Place>), DbErr> {
    let is_full = |read: usize| i64::try_from(read).is_ok_and(|read| read >= limit);
    let movements = movements(snapshot, merchant, from, limit).await?;
    let mut next = movements
        .last()
        .filter(|_| is_full(movements.len()))
        .map(|last| Place { key: last.key, sequence: last.after.sequence });
    let stock = stock(snapshot, merchant, from.key, next.map_or(LAST, |next| next.key), limit).await?;
    if let Some((last, _)) = stock.last().filter(|_| is_full(stock.len())) {
        let location_id = LocationId(last.location_id.0.saturating_add(1));
        next = Some(Place { key: StockKey { location_id, ..*last }, sequence: i64::MIN });
    }
    let mut shown: BTreeMap<StockKey, Shown> = BTreeMap::new();
    if from.sequence > i64::MIN {
        // Read in part before: it is settled even if nothing of it follows.
        shown.entry(from.key).or_default();
    }
    let reach = next.map_or(LAST, |next| next.key);
    let is_within = |key: StockKey| match next {
        Some(next) => key < next.key || next.sequence > i64::MIN && key == next.key,
        None => true,
    };
    for movement in movements.into_iter().filter(|movement| is_within(movement.key)) {
        shown.entry(movement.key).or_default().movements.push(movement);
    }
    for (key, row) in stock {
        shown.entry(key).or_default().row = Some(row);
    }
    for (key, held) in open_lines(snapshot, merchant, from.key, reach).await? {
        shown.entry(key).or_default().open = held;
    }
    Ok((shown, next))
}

fn bounds(from: StockKey, before: StockKey) -> [Value; 4] {
    [from.isku_id.0, from.location_id.0, before.isku_id.0, before.location_id.0].map(Value::from)
}

async fn movements(
    snapshot: &Transaction,
    merchant: &Merchant,
    after: Place,
    limit: i64,
) -> Result<Vec<MovementFact>, DbErr> {
    let sql = format!(
        "SELECT {}, on_hand_after AS on_hand, reserved_after AS reserved \
         FROM movement WHERE merchant = $1 AND (isku_id, location_id, sequence) > ($2, $3, $4) \
         ORDER BY isku_id, location_id, sequence LIMIT $5",
        MOVEMENT.selected()
    );
    let values = [after.key.isku_id.0, after.key.location_id.0, after.sequence, limit].map(Value::from);
    let found = query(snapshot, merchant, &sql, values).await?;
    let digests = MOVEMENT.digests(snapshot.engine(), merchant, &found)?;
    let movement = |(row, digest): (&sea_orm::QueryResult, Digest)| {
        Ok(MovementFact {
            key: key(row)?,
            on_hand_delta: row.bigint("on_hand_delta")?,
            reserved_delta: row.bigint("reserved_delta")?,
            after: quantities(row)?,
            digest,
        })
    };
    found.iter().zip(digests).map(movement).collect()
}

async fn stock(
    snapshot: &Transaction,
    merchant: &Merchant,
    from: StockKey,
    before: StockKey,
    limit: i64,
) -> Result<Vec<(StockKey, Quantities)>, DbErr> {
    let sql = "SELECT isku_id, location_id, on_hand, reserved, sequence FROM stock \
               WHERE merchant = $1 AND (isku_id, location_id) >= ($2, $3) AND (isku_id, location_id) < ($4, $5) \
               ORDER BY isku_id, location_id LIMIT $6";
    let values = bounds(from, before).into_iter().chain([limit.into()]);
    query(snapshot, merchant, sql, values).await?.iter().map(|row| Ok((key(row)?, quantities(row)?))).collect()
}

/// What reservations hold, where they hold anything.
async fn open_lines(
    snapshot: &Transaction,
    merchant: &Merchant,
    from: StockKey,
    before: StockKey,
) -> Result<Vec<(StockKey, i64)>, DbErr> {
    let sql = format!(
        "SELECT isku_id, location_id, {} AS held FROM reservation_line \
         WHERE merchant = $1 AND held > 0 AND isku_id >= $2 AND isku_id <= $4 \
             AND (isku_id, location_id) >= ($2, $3) AND (isku_id, location_id) < ($4, $5) \
         GROUP BY isku_id, location_id",
        sum(snapshot.engine(), "held")
    );
    let found = query(snapshot, merchant, &sql, bounds(from, before)).await?;
    found.iter().map(|row| Ok((key(row)?, row.bigint("held")?))).collect()
}
