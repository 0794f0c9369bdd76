//! Statements about stock rows.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
};

use sea_orm::{ConnectionTrait, DbErr, Value};
use shared::{
    database::{Engine, Pending, Reads, Rows, Transaction, Update, Writes},
    identity::Merchant,
};

use super::{
    entity::stock::{Entity, Model},
    row::Columns,
};
use crate::{
    domain::{
        changes::{StockChange, Write},
        isku::IskuId,
        location::LocationId,
        stock::{Quantities, StockKey},
    },
    planted::{self, Bug},
};

fn of_iskus(engine: Engine, ids: impl IntoIterator<Item = IskuId>) -> Rows {
    Rows::new(engine).bigint("isku_id", ids.into_iter().map(|id| id.0))
}

/// Locks all stock rows of these ISKUs, in the order of their keys, and reads them as they are under the lock.
///
/// On SQLite the writer is alone already.
pub(crate) async fn locked(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: impl IntoIterator<Item = IskuId>,
) -> Result<BTreeMap<StockKey, Quantities>, DbErr> {
    let engine = transaction.engine();
    if engine == Engine::Sqlite {
        return Reads::one(transaction, merchant, |reads| of(reads, ids)).await;
    }
    if planted::has(Bug::CheckApartFromWrite) || planted::has(Bug::UnsortedLocks) {
        return badly_locked(transaction, merchant, ids.into_iter().collect()).await;
    }
    lock(transaction, merchant, of_iskus(engine, ids)).await
}

async fn lock(
    transaction: &Transaction,
    merchant: &Merchant,
    rows: Rows,
) -> Result<BTreeMap<StockKey, Quantities>, DbErr> {
    let query = "SELECT isku_id, location_id, on_hand, reserved, sequence FROM stock \
                 WHERE merchant = $1 AND isku_id = asked.isku_id ORDER BY location_id FOR NO KEY UPDATE";
    let sql = format!("SELECT own.* FROM {}", rows.in_order("asked", 2, query));
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    let found = transaction.query_all_raw(transaction.engine().statement(sql, values)).await?;
    found.iter().map(|row| Ok((key(row)?, quantities(row)?))).collect()
}

/// The rows of one ISKU after the other in any order, and what was read before the locks.
async fn badly_locked(
    transaction: &Transaction,
    merchant: &Merchant,
    mut ids: Vec<IskuId>,
) -> Result<BTreeMap<StockKey, Quantities>, DbErr> {
    let unlocked = match planted::has(Bug::CheckApartFromWrite) {
        true => Reads::one(transaction, merchant, |reads| of(reads, ids.iter().copied())).await?,
        false => BTreeMap::new(),
    };
    if planted::has(Bug::UnsortedLocks) {
        let any = RandomState::new();
        ids.sort_by_key(|id| any.hash_one(id.0));
    }
    let mut locked = BTreeMap::new();
    for id in ids {
        locked.extend(lock(transaction, merchant, of_iskus(Engine::Postgres, [id])).await?);
    }
    for (key, before) in unlocked {
        locked.entry(key).and_modify(|row| *row = Quantities { sequence: row.sequence, ..before });
    }
    Ok(locked)
}

/// Makes stock rows that are not there yet, with nothing in them.
pub(crate) async fn open(transaction: &Transaction, merchant: &Merchant, keys: &[StockKey]) -> Result<(), DbErr> {
    let engine = transaction.engine();
    let rows = Rows::new(engine)
        .bigint("isku_id", keys.iter().map(|key| key.isku_id.0))
        .bigint("location_id", keys.iter().map(|key| key.location_id.0));
    let sql = format!(
        "INSERT INTO stock (merchant, isku_id, location_id, on_hand, reserved, sequence) \
         SELECT $1, isku_id, location_id, 0, 0, 0 FROM {} WHERE true ORDER BY isku_id, location_id ON CONFLICT DO NOTHING",
        rows.table("new", 2)
    );
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    transaction.execute_raw(engine.statement(sql, values)).await.map(|_| ())
}

/// The stock rows of these ISKUs, at all locations.
pub(crate) fn of(
    reads: &mut Reads<'_>,
    ids: impl IntoIterator<Item = IskuId>,
) -> Pending<BTreeMap<StockKey, Quantities>> {
    let rows = of_iskus(reads.engine(), ids);
    reads.each::<Entity, _>(rows, |found| {
        let stock = found.into_iter().map(|Model { isku_id, location_id, on_hand, reserved, sequence, .. }| {
            let key = StockKey { isku_id: IskuId(isku_id), location_id: LocationId(location_id) };
            (key, Quantities { on_hand, reserved, sequence })
        });
        Ok(stock.collect())
    })
}

pub(in crate::storage) fn key(row: &sea_orm::QueryResult) -> Result<StockKey, DbErr> {
    Ok(StockKey { isku_id: row.isku_id()?, location_id: row.location_id()? })
}

pub(super) fn quantities(row: &sea_orm::QueryResult) -> Result<Quantities, DbErr> {
    Ok(Quantities {
        on_hand: row.bigint("on_hand")?,
        reserved: row.bigint("reserved")?,
        sequence: row.bigint("sequence")?,
    })
}

/// Writes new quantities; a row that is not as the decision found it means that the facts were overtaken.
pub(crate) fn write(writes: &mut Writes, changes: &BTreeMap<StockKey, StockChange>) {
    for write in [Write::Update, Write::Insert] {
        let changed: Vec<_> = changes.iter().filter(|(_, change)| change.write == write).collect();
        let rows = Rows::new(writes.engine())
            .bigint("isku_id", changed.iter().map(|(key, _)| key.isku_id.0))
            .bigint("location_id", changed.iter().map(|(key, _)| key.location_id.0))
            .bigint("on_hand", changed.iter().map(|(_, change)| change.after.on_hand))
            .bigint("reserved", changed.iter().map(|(_, change)| change.after.reserved))
            .bigint("sequence", changed.iter().map(|(_, change)| change.after.sequence))
            .unstored("sequence_before", changed.iter().map(|(_, change)| change.sequence_before));
        match write {
            Write::Update => {
                let update = Update {
                    key: vec!["isku_id", "location_id"],
                    columns: vec!["on_hand", "reserved", "sequence"],
                    guard: &[("sequence", "sequence_before")],
                };
                writes.update("stock", rows, update);
            }
            Write::Insert => writes.insert("stock", rows),
        }
    }
}
